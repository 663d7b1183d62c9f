import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import TransparencyLog

extension FuzzedDecoder {
    private static let logErrors: [any Error.Type] = [TransparencyLogError.self, CanonicalJSONError.self]
    private static let envelopeErrors: [any Error.Type] = [EnvelopeError.self, CanonicalJSONError.self]

    static let log: [FuzzedDecoder] = [
        FuzzedDecoder("signed-note", .text, throws: logErrors) { input in
            try require(try SignedNote(parsing: input).bytes == input, "the note")
        },
        FuzzedDecoder("checkpoint", .text, throws: logErrors) { input in
            let cosigned = try CosignedCheckpoint(parsing: input)
            try require(try Checkpoint(text: cosigned.checkpoint.text) == cosigned.checkpoint, "the checkpoint")
            try require(try CosignedCheckpoint(parsing: cosigned.bytes()) == cosigned, "the cosigned checkpoint")
        },
        FuzzedDecoder("verifier-key", .text, throws: logErrors) { input in
            let text = String(decoding: input, as: UTF8.self)
            try require(try NoteKey(verifierKey: text).verifierKey.utf8.elementsEqual(text.utf8), "the key")
        },
        FuzzedDecoder("tile-path", .text, throws: []) { input in
            let text = String(decoding: input, as: UTF8.self)
            guard let path = TilePath(text) else { return }
            try require(path.text.utf8.elementsEqual(text.utf8), "the path")
        },
        FuzzedDecoder("entry-bundle", .binary, throws: logErrors) { input in
            try require(try EntryBundle.encode(EntryBundle.decode(input)) == input, "the bundle")
        },
        FuzzedDecoder("inclusion-proof", .json, throws: logErrors) { input in
            let proof = try CanonicalJSON.decode(InclusionProof.self, from: input)
            // Typed: it can throw nothing but what is promised.
            try? proof.verify(leafHash: .sha256(Data("leaf".utf8)), root: .sha256(Data("root".utf8)))
        },
        FuzzedDecoder("consistency-proof", .json, throws: logErrors) { input in
            let proof = try CanonicalJSON.decode(ConsistencyProof.self, from: input)
            try? proof.verify(firstRoot: .sha256(Data("1".utf8)), secondRoot: .sha256(Data("2".utf8)))
        },
        FuzzedDecoder(
            "transaction-proof", .json, share: 0.2, throws: logErrors + [LedgerError.self]
        ) { input in
            let proof = try CanonicalJSON.decode(TransactionProof.self, from: input)
            let founding = try Data(contentsOf: FuzzFixture.corpora.appending(path: "founding-record/consortium.json"))
            let policy = try CheckpointPolicy(
                founding: CanonicalJSON.decode(FoundingRecord.self, from: founding),
                section: section(founding))
            _ = try proof.verify(against: policy)
        },
        FuzzedDecoder("ledger-export", .json, throws: logErrors) { input in
            _ = try CanonicalJSON.decode(ExportedBlock.self, from: input)
        },
    ]

    static let statements: [FuzzedDecoder] = [
        FuzzedDecoder("transport-statement", .json, throws: []) { input in
            let trust = TransportTrust(consortium: .sha256(Data("x".utf8))) { name in
                Party(
                    name: name, role: .department, section: nil, area: nil, superior: nil,
                    signingKey: Data(repeating: 9, count: 32), cosigningKey: nil, sealingKey: Data())
            }
            let party = trust.party(of: input, key: .sha256(Data("x".utf8)), at: Timestamp(seconds: 0))
            try require(party == nil, "a statement that nobody has signed")
        },
        FuzzedDecoder("envelope", .json, throws: envelopeErrors + [ContractsError.self]) { input in
            let envelope = try Envelope(canonicalBytes: input)
            try require(try envelope.canonicalBytes() == input, "the envelope")
            let key = try VerificationKey(ed25519: Data(repeating: 9, count: 32))
            do { _ = try envelope.verify(signers: [key]) } catch { _ = "\(error)" }
            _ = try Transaction(envelope)
        },
        FuzzedDecoder("payload", .text, throws: [ContractsError.self]) { input in
            // A line with the payload's type, then the payload.
            let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            let transaction = try Transaction(
                id: .sha256(input), payloadType: String(decoding: parts[0], as: UTF8.self),
                payload: parts.count > 1 ? Data(parts[1]) : Data())
            try require(transaction.kind.payloadType.utf8.elementsEqual(parts[0]), "the kind")
        },
        FuzzedDecoder(
            "founding-record", .json, throws: [CanonicalJSONError.self, ContractsError.self, TransparencyLogError.self]
        ) { input in
            let record = try CanonicalJSON.decode(FoundingRecord.self, from: input)
            for section in record.sections { _ = try CheckpointPolicy(founding: record, section: section) }
            try record.checkForm()
        },
        FuzzedDecoder("sealed-message", .json, throws: envelopeErrors) { input in
            let message = try CanonicalJSON.decode(SealedMessage.self, from: input)
            let key = try UnsealingKey(x25519Secret: (1...32).map { UInt8($0) })
            _ = try message.open(with: key, info: Data("fuzz".utf8), authenticating: Data())
        },
        FuzzedDecoder("keys", .binary, throws: envelopeErrors + [TransparencyLogError.self]) { input in
            let signing = try SigningKey(ed25519Secret: input.prefix(32))
            try require(signing.exportSecretForVault() == input.prefix(32), "the signing key")
            _ = try UnsealingKey(x25519Secret: input.prefix(32)).sealingKey
            _ = try CosigningKey(name: "fuzz", secret: input.prefix(32))
            let key = try VerificationKey(ed25519: input.suffix(32))
            _ = key.isValid(input.prefix(64), for: input)
            let message = try SealedMessage.seal(
                input, to: SealingKey(x25519: input.suffix(32)), info: Data(), authenticating: Data())
            try require(message.ciphertext.count == input.count + 16, "the sealed message")
        },
    ]

    private static func section(_ founding: Data) throws -> SectionName {
        let record = try CanonicalJSON.decode(FoundingRecord.self, from: founding)
        return record.sections.first ?? .registry
    }
}
