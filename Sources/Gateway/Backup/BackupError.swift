import SharingModel

/// Why a backup is not written, or not restored. Nothing was written where it says no.
package enum BackupError: Error, Hashable, Sendable {
    /// The archive at `path` is not whole: at `byte`, what.
    case damaged(path: String, byte: Int, BackupFault)
    /// The name is taken.
    case exists(path: String)
    /// A file of the home that an archive cannot name.
    case unusableName(path: String)
    case homeNotEmpty(path: String)
    /// A ledger in the archive does not give the root that the departments cosigned.
    case rootDiffers(ledger: String, problem: String)
    case missing(path: String)
    /// A file was changed by somebody else while it was copied.
    case changedMeanwhile(path: String)
}

/// What is wrong with an archive.
package enum BackupFault: String, Hashable, Sendable {
    case cutOff = "it ends too early"
    case header = "a file's header is not as it was written"
    case manifest = "its manifest does not read"
    case order = "a file stands there that the manifest does not name"
    case digest = "a file is not what the manifest says"
    case padding = "what stands between two files is not zero"
    case seal = "its checksum is another"
    case trailing = "something stands behind its end"
}

extension BackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .damaged(let path, let byte, let fault):
            "\(path) is no whole backup: at byte \(byte), \(fault.rawValue). Nothing was written; take another copy of it."
        case .exists(let path): "\(path) is there already. Choose another name."
        case .unusableName(let path):
            "\(path) cannot be backed up under its name. Rename it, or move it out of the home."
        case .homeNotEmpty(let path):
            "\(path) is not empty. Restore into an empty folder, or give --set-aside, which keeps what is there under "
                + "another name."
        case .rootDiffers(let ledger, let problem):
            "the ledger \(ledger) of the backup does not hold: \(problem). Nothing was restored; take another backup."
        case .missing(let path): "there is no backup at \(path)"
        case .changedMeanwhile(let path): "\(path) was changed while it was copied; nothing was written, try again"
        }
    }
}
