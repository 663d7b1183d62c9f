import CanonicalJSON
package import Foundation
package import SharingModel
package import SignedEnvelopes
package import TransparencyLog

/// What a party says about itself when it joins or changes its keys: its record, signed by the signing key that the
/// record names and, where the record names a cosigning key, proven to hold that too.
///
/// It goes in a DSSE envelope of type ``payloadType``. The sealing key proves nothing here: who names another's can
/// read nothing that is sealed to it.
package struct PartyStatement: Codable, Hashable, Sendable {
    /// 8 bytes of time and 64 of Ed25519: a cosignature of ``proofOfKey(_:_:)``. Only parties that cosign have one.
    package let cosignature: Data?
    package let ledger: LedgerIdentity
    package let party: Party

    package static let payloadType = "application/vnd.chancery.party.v1+json"

    /// Makes the signed statement.
    /// - Parameters:
    ///   - cosigning: The key whose public half `party` names; `nil` for a party that does not cosign.
    ///   - time: Stated in the cosignature; nothing depends on it.
    package static func sign(
        _ party: Party, for ledger: LedgerIdentity, signing: SigningKey, cosigning: CosigningKey?, at time: Timestamp
    ) throws -> Envelope {
        let proof = try cosigning.map { try $0.cosign(proofOfKey(party, ledger), at: time).noteSignature.signature }
        let statement = PartyStatement(cosignature: proof, ledger: ledger, party: party)
        return try Envelope.sign(statement, payloadType: payloadType, with: [signing])
    }

    /// The empty tree of a log that is named after the record: a cosigning key signs checkpoints and nothing else, and
    /// no ledger has this origin.
    static func proofOfKey(_ party: Party, _ ledger: LedgerIdentity) throws -> Checkpoint {
        let digest = Digest.sha256(try CanonicalJSON.encode(party))
        return try Checkpoint(origin: "\(ledger.origin)/key/\(digest)", size: 0, root: MerkleHash.emptyRoot)
    }

    /// The time that a statement states, `nil` for one of a party that does not cosign, or that does not read.
    package static func time(of envelope: Envelope) -> Timestamp? {
        let statement = try? CanonicalJSON.decode(PartyStatement.self, from: envelope.payload)
        guard let cosignature = statement?.cosignature, cosignature.count == 72 else { return nil }
        let seconds = cosignature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Timestamp(seconds: Int64(clamping: seconds))
    }

    /// Reads a statement and checks that it is of this ledger and that its keys are in hand.
    /// - Parameter envelope: As somebody shows it.
    /// - Throws: ``Refusal`` with `statement-invalid`.
    package static func verify(_ envelope: Envelope, for ledger: LedgerIdentity) throws(Refusal) -> Party {
        guard envelope.payloadType == payloadType,
            let statement = try? CanonicalJSON.decode(PartyStatement.self, from: envelope.payload)
        else { throw Refusal(.statementInvalid, ["party": "a party", "reason": "form"]) }
        let party = statement.party
        func invalid(_ reason: String) -> Refusal {
            Refusal(.statementInvalid, ["party": party.name.text, "reason": reason])
        }
        guard statement.ledger == ledger else { throw invalid("ledger") }
        guard let key = try? VerificationKey(ed25519: party.signingKey), (try? envelope.verify(signers: [key])) != nil
        else { throw invalid("signature") }
        switch (party.cosigningKey, statement.cosignature) {
        case (nil, nil): break
        case (let key?, let proof?):
            guard let checkpoint = try? proofOfKey(party, ledger),
                ledger.isCosignature(proof, of: checkpoint, by: party.name, key: key)
            else { throw invalid("cosignature") }
        default: throw invalid("cosignature")
        }
        return party
    }
}

extension LedgerIdentity {
    /// Whether `signature` is a valid cosignature of `checkpoint` by `key`, under the name of `party`.
    /// - Parameter signature: 8 bytes of time and 64 of Ed25519.
    func isCosignature(_ signature: Data, of checkpoint: Checkpoint, by party: PartyName, key: Data) -> Bool {
        let name = LedgerIdentity.cosignerName(of: party, in: consortium)
        guard let key = try? NoteKey(name: name, algorithm: .cosignature, publicKey: key),
            let line = try? NoteSignature(name: name, keyID: key.keyID, signature: signature)
        else { return false }
        return (try? Cosignature(verifying: line, of: checkpoint.text, by: key)) != nil
    }
}
