import Contracts
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel

extension EvidenceVerifier {
    /// Checks evidence about one cell of a sealed column.
    /// - Throws: ``EvidenceError`` with the first thing that does not hold.
    package func verify(_ file: CellEvidence) throws -> EvidenceReport {
        var findings = Findings()
        let digest = try checkFounding(file.ledger, &findings)
        let ledger = try ProvenLedger(file.ledger)
        try checkMembership(file.ledger, ledger, &findings)
        let cell = try ProvenCell(file, ledger, &findings)
        let request = try file.content.request.map {
            try ProvenRequest($0, of: cell.claim, file.granting, ledger, &findings)
        }
        let opened = try file.opening.map { try open($0, cell, request, file, &findings) }
        if opened == nil {
            findings.lacks(
                "what the cell says: who opened it can put what opens it into the evidence (--with-value)")
        }
        findings.lacks(
            "that nothing else was said of it: who gives evidence chooses what is in it; the ledger tells")
        findings.lacks("that \(cell.owner) published a true value: a cell can hold anything")
        return EvidenceReport(
            consortium: digest, consortiumName: file.ledger.founding.name, isPinned: isPinned,
            proven: findings.proven, notProven: findings.notProven, table: nil, cell: opened)
    }

    private func open(
        _ opening: CellOpening, _ cell: ProvenCell, _ request: ProvenRequest?, _ file: CellEvidence,
        _ findings: inout Findings
    ) throws -> OpenedCell {
        let sealed = try cell.sealed(in: file)
        let number: BigInteger
        if let request {
            guard let parts = opening.parts, opening.opening == nil else {
                throw EvidenceError.doesNotHold(.opening, "it has no parts of the holders")
            }
            try request.check(cellParts: parts)
            number = try combine(parts, of: sealed, request)
            let names = parts.map { request.holders[$0.holder - 1].text }.joined(separator: ", ")
            findings.holds(
                "the parts of \(names) are those that they signed for; their proofs hold against the published "
                    + "values, and together they open the cell in the published shard")
        } else {
            guard let own = opening.opening, opening.parts == nil else {
                throw EvidenceError.doesNotHold(.opening, "it is not one that the owner could give")
            }
            do {
                try cell.key.verify(own, of: sealed.wrappedKey)
            } catch {
                throw EvidenceError.doesNotHold(.opening, "the key is not what its ciphertext holds: \(error)")
            }
            number = own.plaintext
            findings.holds(
                "the cell's key is what its ciphertext in the published shard holds; only who has the private key of "
                    + "\(cell.owner) could show that, or whoever it was shown to")
        }
        return try cell.open(sealed, key: number)
    }

    private func combine(
        _ parts: [PartialDecryption], of sealed: SealedCell, _ request: ProvenRequest
    ) throws -> BigInteger {
        do {
            let opened = try request.shared.open([sealed.wrappedKey], with: parts, context: request.id.bytes)
            guard opened.faults.isEmpty, let number = opened.plaintexts.first else {
                throw EvidenceError.doesNotHold(.opening, "a part does not hold")
            }
            return number
        } catch let fault as PaillierError {
            throw EvidenceError.doesNotHold(.opening, "the parts do not open it: \(fault)")
        }
    }
}
