package import Contracts
package import Foundation
package import SharingModel
package import TransparencyLog

/// Whose cosignatures make one ledger's checkpoints final, at the heights for which these members hold. Made from the
/// pinned founding record, or from what the registry has become since, see ``MembershipHistory``.
package struct CheckpointPolicy: Hashable, Sendable {
    package let ledger: LedgerIdentity
    /// ``Members/digest()``, which every block's record repeats.
    package let members: Digest
    /// Cosignatures needed.
    package let needed: Int
    /// How the departments come by the right to write a block.
    package let accounting: AccountingPolicy
    /// Sorted by party.
    private let cosigners: [KnownCosigner]

    private struct KnownCosigner: Hashable, Sendable {
        let party: PartyName
        let key: NoteKey
    }

    /// - Throws: ``TransparencyLogError`` if a cosigning key is not 32 bytes.
    package init(founding: FoundingRecord, section: SectionName) throws {
        try self.init(
            members: Members(of: section, founding: founding),
            ledger: LedgerIdentity(consortium: try founding.digest(), section: section),
            accounting: founding.policy.accounting ?? .turns)
    }

    /// - Parameter members: As a change of the registry left them.
    package init(members: Members, ledger: LedgerIdentity, accounting: AccountingPolicy) throws {
        self.ledger = ledger
        self.members = try members.digest()
        needed = members.needed
        self.accounting = accounting
        cosigners = try members.departments.map { member in
            KnownCosigner(
                party: member.name,
                key: try NoteKey(
                    name: Cosigner.keyName(of: member.name, ledger.consortium), algorithm: .cosignature,
                    publicKey: member.cosigningKey))
        }
    }

    /// The name of the ledger in its checkpoints: `chancery/` with the first 16 digits of the consortium's digest, and
    /// the section.
    package var origin: String { ledger.origin }

    /// The departments that may cosign, sorted.
    package var parties: [PartyName] { cosigners.map(\.party) }

    /// The checkpoint after a block.
    package func checkpoint(_ block: StoredBlock) throws -> Checkpoint {
        try Checkpoint(origin: origin, size: block.size, root: block.root)
    }

    /// Whether `cosigner` is one of the departments, and has the key that counts.
    package func cosigns(_ cosigner: Cosigner) -> Bool { key(of: cosigner) != nil }

    /// The one of the cosigner's keys that counts; `nil` if it is no member, or has other keys only.
    func key(of cosigner: Cosigner) -> CosigningKey? {
        let known = key(of: cosigner.party)
        return cosigner.keys.first { $0.noteKey == known }
    }

    package func isValid(_ cosignature: PartyCosignature, on checkpoint: Checkpoint) -> Bool {
        verified(cosignature, on: checkpoint) != nil
    }

    /// Those of `cosignatures` that are valid for the checkpoint after `block`.
    func valid(_ cosignatures: [PartyCosignature], on block: StoredBlock) throws -> [PartyCosignature] {
        let checkpoint = try checkpoint(block)
        return cosignatures.filter { isValid($0, on: checkpoint) }
    }

    /// The time that a valid cosignature states; `nil` for one that is not valid.
    func time(of cosignature: PartyCosignature, on checkpoint: Checkpoint) -> Timestamp? {
        verified(cosignature, on: checkpoint)?.time
    }

    /// The departments' valid cosignatures in a note of `checkpoint`, sorted by party.
    /// - Throws: ``LedgerError/proof(_:)`` for a note that does not read or is of another checkpoint.
    func cosignatures(in note: String, of checkpoint: Checkpoint) throws(LedgerError) -> [PartyCosignature] {
        guard let cosigned = try? CosignedCheckpoint(parsing: Data(note.utf8)) else {
            throw .proof(.malformed(detail: "the checkpoint is no signed note"))
        }
        guard cosigned.checkpoint == checkpoint else {
            throw .proof(.malformed(detail: "the note is of another checkpoint"))
        }
        return cosigners.compactMap { cosigner in
            guard let line = cosigned.signatures.first(where: { $0.name == cosigner.key.name }),
                (try? Cosignature(verifying: line, of: checkpoint.text, by: cosigner.key)) != nil
            else { return nil }
            return PartyCosignature(party: cosigner.party, signature: line.signature)
        }
    }

    /// The cosigning key of a member, 32 bytes.
    package func publicKey(of party: PartyName) -> Data? { key(of: party)?.publicKey }

    private func key(of party: PartyName) -> NoteKey? {
        cosigners.first { $0.party == party }?.key
    }

    private func verified(_ cosignature: PartyCosignature, on checkpoint: Checkpoint) -> Cosignature? {
        guard let key = key(of: cosignature.party),
            let line = try? NoteSignature(name: key.name, keyID: key.keyID, signature: cosignature.signature)
        else { return nil }
        let claim = Claim(cosignature: cosignature, checkpoint: checkpoint, key: key)
        return CheckpointPolicy.verified.value(for: claim) {
            try? Cosignature(verifying: line, of: checkpoint.text, by: key)
        }
    }

    /// That the holder of `key` has cosigned `checkpoint`.
    private struct Claim: Hashable, Sendable {
        let cosignature: PartyCosignature
        let checkpoint: Checkpoint
        let key: NoteKey
    }

    /// A node comes upon each cosignature three times: when it arrives, in the next batch, and when it proposes one.
    private static let verified = RecentValues<Claim, Cosignature>(limit: 256)

    /// The checkpoint as a C2SP signed note with the valid ones of `cosignatures`; with none, the text and an empty
    /// line, which no verifier takes for a note.
    package func note(_ checkpoint: Checkpoint, _ cosignatures: [PartyCosignature]) throws -> String {
        let lines = cosignatures.compactMap { verified($0, on: checkpoint)?.noteSignature }
        return String(decoding: try SignedNote(text: checkpoint.text, signatures: lines).bytes, as: UTF8.self)
    }
}

/// A checkpoint of this ledger that enough of its departments cosigned. Only ``CheckpointPolicy/verify(_:)`` makes one.
package struct FinalCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// Sorted.
    package let cosigners: [PartyName]
}

extension CheckpointPolicy {
    /// Reads a signed note and checks that it is this ledger's and has enough cosignatures.
    package func verify(_ note: String) throws(LedgerError) -> FinalCheckpoint {
        let cosigned: CosignedCheckpoint
        do {
            cosigned = try CosignedCheckpoint(parsing: Data(note.utf8))
        } catch .noteWithoutSignatures {
            throw .proof(.tooFewCosignatures(valid: 0, needed: needed))
        } catch {
            throw .proof(.malformed(detail: "\(error)"))
        }
        guard cosigned.checkpoint.origin == origin else {
            throw .proof(.checkpointOfAnotherLedger(origin: cosigned.checkpoint.origin, expected: origin))
        }
        do {
            let verified = try cosigned.verify(cosigners: cosigners.map(\.key), quorum: needed)
            let names = Set(verified.cosignatures.map(\.name))
            return FinalCheckpoint(
                checkpoint: verified.checkpoint,
                cosigners: cosigners.filter { names.contains($0.key.name) }.map(\.party))
        } catch .tooFewCosignatures(let have, let need) {
            throw .proof(.tooFewCosignatures(valid: have, needed: need))
        } catch {
            throw .proof(.malformed(detail: "\(error)"))
        }
    }
}
