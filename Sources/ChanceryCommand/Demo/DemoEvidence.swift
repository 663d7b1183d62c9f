import BlobStore
import Evidence
import Foundation
import Gateway
import Ledger
import SharingModel
import TransparencyLog

/// The departments cosign, the office hands out evidence, and an outsider checks it offline.
struct DemoEvidence {
    let stage: DemoStage
    let result: String

    func run(_ story: inout Story) async throws {
        try await story.step("Every department executes the ledger again and cosigns it") {
            var lines = [String]()
            for department in DemoStage.departments {
                let cosigned = try stage.session(department.text).cosign()
                lines = [
                    "six cosignatures of height \(cosigned.height), root \(cosigned.checkpoint.root.hex.prefix(16))…"
                ]
            }
            return lines
        }
        let file = try stage.folder.file("spending.evidence")
        try await story.step("The office hands an outsider one file; it is checked offline, with no key and no home") {
            let exported = try ExportEvidence(result).run(as: stage.session("statistics"), to: file)
            let report = try verify(file)
            return [
                "\(exported.transactions) transactions with their proofs, the plan, the ciphertexts and the opening: "
                    + Quantity.bytes(exported.bytes)
            ] + report.proven.map { "proven: \($0)" } + report.notProven.map { "not proven: \($0)" }
        }
        try await story.step("One byte of the file is altered, and it no longer holds") {
            [try altered(file)]
        }
    }

    private func verify(_ file: URL) throws -> EvidenceReport {
        guard let local = stage.consortium else { throw DemoFailure(problem: "there is no consortium") }
        return try EvidenceVerifier(pinned: local.consortium.record).verify(
            EvidenceFile(reading: file), shards: FileBlobStore(directory: local.blobs))
    }

    private func altered(_ file: URL) throws -> String {
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count / 2] ^= 1
        let copy = try stage.folder.file("altered.evidence")
        try bytes.write(to: copy)
        do {
            _ = try verify(copy)
        } catch {
            return "byte \(bytes.count / 2): \(error)"
        }
        throw DemoFailure(problem: "altered evidence was accepted")
    }
}
