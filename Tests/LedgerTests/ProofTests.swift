import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

@Suite("Proofs")
struct ProofTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let ledger: Ledger

    /// A ledger with a dozen blocks, some of several transactions, some refused; every height cosigned by all.
    init() async throws {
        consortium = try TestConsortium(departments: 3)
        folder = try TemporaryFolder()
        ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 8)
        try cosign()
        for count in [1, 2, 3, 5] {
            let envelopes = try (0..<count).map { _ in
                try consortium.envelope(consortium.redemption(of: token), by: "statistics")
            }
            _ = try await withThrowingTaskGroup(of: Receipt.self) { [ledger] group in
                for envelope in envelopes { group.addTask { try await ledger.submit(envelope) } }
                return try await group.reduce(into: [Receipt]()) { $0.append($1) }
            }
            try cosign()
        }
    }

    private func cosign() throws {
        for party in consortium.departments {
            _ = try consortium.open(folder.storage(), as: party)
                .cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        }
    }

    private func finalHeights() throws -> [Int] {
        let head = try #require(try ledger.head())
        return try (0...head.height).filter { try ledger.cosignedBlock(.height($0))?.isFinal == true }
    }

    private func all() throws -> [StoredEntry] {
        let head = try #require(try ledger.head())
        return try ledger.read { try $0.entries(in: 0..<head.size) }
    }

    @Test("Every entry is proven against every final checkpoint that holds it, and against no earlier one")
    func everyEntryAtEverySize() throws {
        let heights = try finalHeights()
        #expect(heights.count >= 5)
        var refused = 0
        for entry in try all() {
            let receipt = try #require(try ledger.read { try $0.receipt(of: entry.id) })
            for height in heights {
                if height < receipt.height {
                    #expect(throws: LedgerError.self) { try ledger.proof(of: entry.id, at: .height(height)) }
                    continue
                }
                let proof = try ledger.proof(of: entry.id, at: .height(height))
                let proven = try proof.verify(against: ledger.policy)
                #expect(proven.id == entry.id)
                #expect(proven.index == entry.index)
                #expect(proven.height == receipt.height)
                #expect(proven.isAccepted == receipt.isAccepted)
                #expect(proven.cosigners.map(\.text) == ["site1", "site2", "site3"])
                refused += proven.isAccepted ? 0 : 1
            }
        }
        #expect(refused > 0)
    }

    @Test("A proof's JSON has the members that the command line promises, and comes back as it was")
    func json() throws {
        let entry = try #require(try all().last)
        let proof = try ledger.proof(of: entry.id, at: .final)
        let bytes = try CanonicalJSON.encode(proof)
        let tree = try CanonicalJSON.parse(bytes)
        #expect(
            try #require(tree.objectValue).keys.sorted() == [
                "block", "checkpoint", "envelope", "inclusion", "outcome", "outcomeProof",
            ])
        #expect(try #require(tree["inclusion"]?.objectValue).keys.sorted() == ["hashes", "index", "treeSize"])
        #expect(try #require(tree["block"]?.objectValue).keys.sorted() == ["inclusion", "index", "record"])
        #expect(try CanonicalJSON.decode(TransactionProof.self, from: bytes) == proof)
    }

    @Test("A proof with any one character of its JSON changed proves nothing, or the same")
    func tampering() throws {
        let entry = try #require(try all().dropLast(2).last)
        let proof = try ledger.proof(of: entry.id, at: .final)
        let proven = try proof.verify(against: ledger.policy)
        let bytes = try CanonicalJSON.encode(proof)
        var survivors = 0
        for position in stride(from: 0, to: bytes.count, by: 7) {
            var changed = bytes
            changed[position] = changed[position] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
            guard let other = try? CanonicalJSON.decode(TransactionProof.self, from: changed),
                let result = try? other.verify(against: ledger.policy)
            else { continue }
            // With one department more than the quorum, a line that is no known key's any more would be left out.
            #expect(result.id == proven.id && result.outcome == proven.outcome && result.record == proven.record)
            survivors += 1
        }
        print("\(survivors) of \(bytes.count / 7) changed proofs still prove the same")
    }

    @Test("An outcome turned from refused to accepted is found")
    func turnedOutcome() throws {
        let refused = try #require(
            try all().last { entry in
                try ledger.read { try $0.receipt(of: entry.id) }?.isAccepted == false
            })
        let proof = try ledger.proof(of: refused.id, at: .final)
        let accepted = OutcomeLeaf(
            index: proof.outcome.index, transaction: refused.id, refusal: nil, writes: proof.outcome.writes)
        let turned = TransactionProof(
            envelope: proof.envelope, inclusion: proof.inclusion, outcome: accepted,
            outcomeProof: proof.outcomeProof, block: proof.block, checkpoint: proof.checkpoint)
        #expect(throws: LedgerError.proof(.outcomeNotIncluded)) { try turned.verify(against: ledger.policy) }
    }

    @Test("The outcome of one transaction proves nothing of another, nor the record of another block")
    func swappedParts() throws {
        let entries = try all()
        let proofs = try entries.suffix(5).map { try ledger.proof(of: $0.id, at: .final) }
        for (one, other) in zip(proofs, proofs.dropFirst()) {
            let outcome = TransactionProof(
                envelope: one.envelope, inclusion: one.inclusion, outcome: other.outcome,
                outcomeProof: other.outcomeProof, block: one.block, checkpoint: one.checkpoint)
            #expect(throws: LedgerError.self) { try outcome.verify(against: ledger.policy) }
        }
        let early = try ledger.proof(of: entries[0].id, at: .final)
        let late = try #require(proofs.last)
        let block = TransactionProof(
            envelope: early.envelope, inclusion: early.inclusion, outcome: early.outcome,
            outcomeProof: early.outcomeProof, block: late.block, checkpoint: early.checkpoint)
        #expect(throws: LedgerError.proof(.outsideBlock)) { try block.verify(against: ledger.policy) }
    }

    @Test("A checkpoint with too few cosignatures, and one of another consortium, prove nothing")
    func policies() throws {
        let entry = try #require(try all().last)
        let proof = try ledger.proof(of: entry.id, at: .final)
        let lines = proof.checkpoint.split(separator: "\n", omittingEmptySubsequences: false)
        let fewer = (lines.dropLast(2) + [""]).joined(separator: "\n")
        let weak = TransactionProof(
            envelope: proof.envelope, inclusion: proof.inclusion, outcome: proof.outcome,
            outcomeProof: proof.outcomeProof, block: proof.block, checkpoint: fewer)
        #expect(throws: LedgerError.proof(.tooFewCosignatures(valid: 2, needed: 3))) {
            try weak.verify(against: ledger.policy)
        }
        let other = try TestConsortium(departments: 3)
        let policy = try CheckpointPolicy(founding: other.founding, section: other.section)
        #expect(throws: LedgerError.self) { try proof.verify(against: policy) }
    }

    @Test("Any two heads are consistent")
    func consistency() throws {
        let head = try #require(try ledger.head())
        let blocks = try (0...head.height).map { height in
            try #require(try ledger.read { try $0.block(at: height) })
        }
        for (number, old) in blocks.enumerated() {
            for new in blocks[number...] {
                try ledger.consistency(from: old.size, to: new.size)
                    .verify(firstRoot: old.root, secondRoot: new.root)
            }
        }
    }
}
