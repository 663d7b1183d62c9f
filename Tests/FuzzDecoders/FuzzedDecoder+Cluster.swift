import CanonicalJSON
package import Contracts
import Foundation
import Gateway
package import Ledger
package import SharingModel
package import SignedEnvelopes
import TransparencyLog

/// What departments' nodes take from etcd, from each other, and from files that people carry between them.
extension FuzzedDecoder {
    static let cluster: [FuzzedDecoder] = [
        FuzzedDecoder("batch", .binary, throws: [BatchFault.self]) { input in
            let department = try FuzzedDepartment().party
            _ = try Batch(input, by: department.name, signingKey: department.signingKey)
        },
        FuzzedDecoder("batch-reference", .binary, throws: [BatchFault.self]) { input in
            _ = try BatchReference(input)
        },
        FuzzedDecoder("cosignature-message", .json, throws: [CanonicalJSONError.self]) { input in
            let message = try CosignatureMessage(canonicalBytes: input)
            try require(try message.canonicalBytes() == input, "the cosignature")
        },
        FuzzedDecoder(
            "settlement", .json, throws: [CanonicalJSONError.self, EnvelopeError.self, Refusal.self]
        ) { input in
            let settled = try CanonicalJSON.decode(SettledHeight.self, from: input)
            try require(try CanonicalJSON.encode(settled) == input, "the settled height")
            for statement in settled.statements { _ = try Settlement(reading: statement) }
            let department = try FuzzedDepartment()
            _ = try Settlement.verify(
                settled.statements, height: Int64(settled.height), ledger: department.ledger,
                members: [department.party])
        },
        FuzzedDecoder(
            "party-statement", .json, throws: [CanonicalJSONError.self, EnvelopeError.self, Refusal.self]
        ) { input in
            _ = try PartyStatement.verify(Envelope(canonicalBytes: input), for: FuzzedDepartment().ledger)
        },
        FuzzedDecoder(
            "node-messages", .binary, throws: [MessageError.self, CanonicalJSONError.self, EnvelopeError.self]
        ) { input in
            let messages = try NodeMessage.read(input)
            try require(try messages.map { try $0.frame() }.reduce(Data(), +) == input, "the messages")
        },
        FuzzedDecoder(
            "membership-steps", .json, share: 0.2,
            throws: [
                CanonicalJSONError.self, EnvelopeError.self, LedgerError.self, TransparencyLogError.self,
                ContractsError.self,
            ]
        ) { input in
            let chain = try CanonicalJSON.decode(MembershipChain.self, from: input)
            _ = try ProvenMembership(
                founding: chain.founding, section: chain.section, steps: chain.steps, to: chain.to)
        },
        FuzzedDecoder("founding-signatures", .json, throws: [CanonicalJSONError.self]) { input in
            let signatures = try CanonicalJSON.decode(FoundingSignatures.self, from: input)
            try require(try CanonicalJSON.encode(signatures) == input, "the signatures")
        },
        FuzzedDecoder("founding-cosignatures", .json, throws: [CanonicalJSONError.self]) { input in
            let cosignatures = try CanonicalJSON.decode(FoundingCosignatures.self, from: input)
            try require(try CanonicalJSON.encode(cosignatures) == input, "the cosignatures")
        },
        FuzzedDecoder(
            "light-document", .json, share: 0.2,
            throws: [
                CanonicalJSONError.self, EnvelopeError.self, LedgerError.self, TransparencyLogError.self,
                ContractsError.self,
            ]
        ) { input in
            let shown = try CanonicalJSON.decode(ShownDocument.self, from: input)
            let client = LightClient(founding: shown.founding, section: shown.section)
            let followed = try client.read(CanonicalJSON.encode(shown.document))
            try require(try client.read(followed.bytes()).newest == followed.newest, "the document")
        },
    ]
}

/// What a node shows to who executes nothing, with the founding record that he pins.
package struct ShownDocument: Codable {
    package let document: LightDocument
    package let founding: FoundingRecord
    package let section: SectionName

    package init(document: LightDocument, founding: FoundingRecord, section: SectionName) {
        (self.document, self.founding, self.section) = (document, founding, section)
    }
}

/// From a founding record to the members of a checkpoint, in one piece.
package struct MembershipChain: Codable {
    package let founding: FoundingRecord
    package let section: SectionName
    package let steps: [MembershipStep]
    package let to: String
}

/// The department whose bytes they are, with a key that is worth nothing.
package struct FuzzedDepartment {
    package let key: SigningKey
    package let ledger: LedgerIdentity
    package let name: PartyName

    package init() throws {
        let names = ["health", "site1"]
        let (section, name) = (SectionName(names[0]), PartyName(names[1]))
        guard let section, let name else { throw NotCanonical(what: "the names") }
        key = try SigningKey(ed25519Secret: Data(repeating: 7, count: 32))
        ledger = LedgerIdentity(consortium: .sha256(Data("fuzz".utf8)), section: section)
        self.name = name
    }

    package var party: Party {
        Party(
            name: name, role: .department, section: ledger.section, area: nil, superior: nil,
            signingKey: key.verificationKey.rawRepresentation, cosigningKey: nil,
            sealingKey: Data(repeating: 9, count: 32))
    }
}
