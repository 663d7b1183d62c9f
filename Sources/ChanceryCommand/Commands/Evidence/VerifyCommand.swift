import ArgumentParser
import BlobStore
import CanonicalJSON
import Evidence
import Foundation
import Gateway
import QueryPlans
import SharingModel

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an evidence file, offline; needs no home.",
        discussion: """
            Says in plain words what was proven and what was not. Without --consortium, compare the fingerprint that \
            is shown with one that you have from elsewhere. With --shards, the result itself is computed again.

            EXAMPLE:
              chancery verify spending.evidence --consortium consortium.json
            """)

    @Argument(help: "The evidence file.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The founding record that you trust.", valueName: "file"), completion: .file())
    var consortium: String?

    @Option(help: ArgumentHelp("A blob store's folder, or a CAR file, with the shards.", valueName: "dir|car"))
    var shards: String?

    @OptionGroup var json: JSONOptions

    func run() throws {
        let report: EvidenceReport
        do {
            let evidence = try EvidenceSubject(reading: URL(filePath: file))
            let pinned = try consortium.map { try PinnedConsortium(file: URL(filePath: $0)).record }
            let verifier = EvidenceVerifier(pinned: pinned)
            switch evidence {
            case .result(let evidence):
                report = try verifier.verify(evidence, shards: try shards.map(VerifyCommand.store))
            case .cell(let evidence): report = try verifier.verify(evidence)
            }
        } catch {
            if let problem = FileProblem(error) { throw problem }
            let failure = FileContext(name: file, cause: error)
            if json.isRequested, failure.exitStatus == .refused {
                try StandardOutput.print(
                    json: JSONValue.object([
                        "valid": .bool(false), "proven": .array([]), "notProven": .array([.string("\(error)")]),
                    ]))
            }
            throw failure
        }
        try json.print(VerifyCommand.document(report)) { VerifyCommand.text(report) }
    }

    /// Shards from a store's folder, or from a CAR file read into memory.
    private static func store(_ path: String) throws -> any BlobStore {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw StoreMissing(path: path)
        }
        if isDirectory.boolValue { return try FileBlobStore(directory: HomeOptions.folder(path)) }
        let store = MemoryBlobStore()
        try store.importCAR(from: URL(filePath: path))
        return store
    }

    private static func document(_ report: EvidenceReport) -> JSONValue {
        var document: [String: JSONValue] = [
            "valid": .bool(true), "consortium": .string(report.consortium.hex), "pinned": .bool(report.isPinned),
            "proven": .array(report.proven.map { .string($0) }),
            "notProven": .array(report.notProven.map { .string($0) }),
            "columns": .array((report.table?.columns ?? []).map { .string($0) }),
            "rows": .array((report.table?.rows ?? []).map { .array($0) }),
        ]
        if let cell = report.cell {
            document["cell"] = .object([
                "dataset": .string(cell.dataset.text), "row": .integer(cell.row), "field": .string(cell.field),
                "value": .string(cell.value),
            ])
        }
        return .object(document)
    }

    private static func text(_ report: EvidenceReport) -> String {
        let terminal = Terminal.standardOutput
        var lines = [terminal.painted("proven", .bold)]
        lines += report.proven.map { "  " + $0 }
        lines += [terminal.painted("not proven", .bold)]
        lines += report.notProven.map { "  " + $0 }
        lines.append("consortium \(report.consortiumName), fingerprint \(report.consortium)")
        if let cell = report.cell {
            lines += ["", "\(cell.dataset), row \(cell.row), \(cell.field): \(cell.value)"]
        }
        if let table = report.table { lines += ["", ResultDocument.table(table)] }
        lines += ["", "the evidence holds"]
        return lines.joined(separator: "\n")
    }
}
