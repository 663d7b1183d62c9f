import DurableFiles
import Foundation
import Ledger
import SharingModel

/// The journal as one file that is replaced whole.
struct FileVoteJournal: VoteJournal {
    private let directory: URL

    private var file: URL { directory.appending(path: "vote.json") }
    private var evidence: URL { directory.appending(path: "evidence", directoryHint: .isDirectory) }
    private var settled: URL { directory.appending(path: "settlements", directoryHint: .isDirectory) }

    /// Makes the folder if it is not there.
    init(directory: URL) throws {
        self.directory = directory
        try DurableFiles.Directory.create(directory.plainPath, permissions: 0o700)
    }

    func load() throws -> JournalState? {
        // A vote holds its batch, in base64.
        try ChecksummedFile.read(JournalState.self, from: file, maximumByteCount: 2 * BatchEvent.largestByteCount)
    }

    func store(_ state: JournalState) throws {
        try ChecksummedFile.write(state, to: file)
    }

    func settlements() throws -> [SettledHeight] {
        try files(in: settled).compactMap(settlement)
    }

    func keep(_ height: SettledHeight) throws {
        try DurableFiles.Directory.create(settled.plainPath, permissions: 0o700)
        let file = settled.appending(path: "\(height.height).json")
        guard try PrivateFile.read(file) == nil else { return }
        try ChecksummedFile.write(height, to: file)
    }

    /// Keeps both cosignatures under what they are signed for and by whom; the height that came with them is not signed.
    func keep(_ proof: Equivocation) throws {
        try DurableFiles.Directory.create(evidence.plainPath, permissions: 0o700)
        let name = "equivocation-\(proof.first.size)-\(proof.party).json"
        try ChecksummedFile.write(proof, to: evidence.appending(path: name))
    }

    private func settlement(_ file: URL) throws -> SettledHeight? {
        try ChecksummedFile.read(SettledHeight.self, from: file, maximumByteCount: ResolveHeight.byteLimit)
    }

    private func files(in folder: URL) throws -> [URL] {
        try DurableFiles.Directory.names(in: folder.plainPath).filter { $0.hasSuffix(".json") }.sorted()
            .map { folder.appending(path: $0) }
    }

    // MARK: Damage

    /// What of it does not read: the journal itself, heights settled by hand, evidence.
    /// - Returns: Findings whose places are named from the node's folder.
    func check() throws -> [AuditFinding] {
        var findings: [AuditFinding] = []
        func note(_ file: URL, _ place: String, _ read: (URL) throws -> Void) throws {
            do {
                try read(file)
            } catch let error as GatewayError {
                findings.append(AuditFinding(table: "file", place: place, problem: "\(error)"))
            }
        }
        try note(file, file.lastPathComponent) { _ in _ = try load() }
        for file in try files(in: settled) {
            try note(file, "settlements/\(file.lastPathComponent)") { _ = try settlement($0) }
        }
        for file in try files(in: evidence) {
            try note(file, "evidence/\(file.lastPathComponent)") {
                _ = try ChecksummedFile.read(Equivocation.self, from: $0)
            }
        }
        return findings
    }

    /// Sets aside what does not read. Without the journal the department goes on like one that has none, and cosigns
    /// nothing that it may have cosigned before; a height that is not final has to be settled by hand again.
    /// - Returns: A line for each file.
    func setAsideDamaged(at time: Timestamp) throws -> [String] {
        let aside = SetAside(folder: directory.appending(path: "set-aside"), time: time)
        return try check().compactMap { finding in
            try aside.move(directory.appending(path: finding.place)).map {
                "\(finding.place) was damaged and is kept as \($0)"
            }
        }
    }
}
