import Foundation

/// What goes wrong with the files that a person names on the command line.
enum FileProblem: Failure, CustomStringConvertible {
    case unreadable(path: String, problem: String)
    case notUTF8(path: String)
    case tooLarge(path: String, limit: Int)
    case unwritable(path: String, problem: String)
    case exists(path: String)
    case standardInputTwice

    var exitStatus: ExitStatus {
        switch self {
        // Writing may go well once there is space again, or whoever reads the pipe is back.
        case .unwritable: .unavailable
        case .unreadable, .notUTF8, .tooLarge, .exists, .standardInputTwice: .misunderstood
        }
    }

    var description: String {
        switch self {
        case .unreadable(let path, let problem): "cannot read \(path): \(problem)"
        case .notUTF8(let path): "\(path) is not UTF-8 text; convert it, for example with iconv"
        case .tooLarge(let path, let limit): "\(path) has more than the \(Quantity.bytes(limit)) that are read here"
        case .unwritable(let path, let problem):
            "cannot write \(path): \(problem); what was there before is unchanged, so the same command can be run again"
        case .exists(let path):
            "\(path) exists, and replacing a private key loses what it opens; name another file, or move it away"
        case .standardInputTwice: "standard input ('-') can be read once only; name a file for the other"
        }
    }

    /// What Foundation says of a file that it could not read; `nil` for any other error.
    init?(_ error: any Error) {
        guard let error = error as? CocoaError, error.isFileError, let path = error.filePath ?? error.url?.path else {
            return nil
        }
        self = .unreadable(path: path, problem: FileProblem.reason(error))
    }

    /// Without Foundation's wrapping, which says little on Linux.
    static func reason(_ error: any Error) -> String {
        if let code = (error as? CocoaError)?.code, [.fileReadNoSuchFile, .fileNoSuchFile].contains(code) {
            return String(cString: strerror(ENOENT))
        }
        let error = error as NSError
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return reason(underlying) }
        return error.localizedDescription
    }
}
