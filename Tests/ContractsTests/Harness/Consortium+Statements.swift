import Contracts
import Foundation
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// Parties with their secrets, which are hashed from names as ``Consortium`` has them.
extension Consortium {
    /// The statement of `party`, whose keys are those of the secrets `sign TEXT` and `cosign TEXT`.
    static func statement(
        _ party: Party, secrets text: String? = nil, ledger: LedgerIdentity? = nil, signing: String? = nil,
        cosigning: String? = nil
    ) throws -> Envelope {
        let text = text ?? party.name.text
        return try PartyStatement.sign(
            party, for: ledger ?? identity(),
            signing: SigningKey(ed25519Secret: digest(signing ?? "sign \(text)").bytes),
            cosigning: party.cosigningKey == nil ? nil : cosigningKey(of: party.name, cosigning ?? "cosign \(text)"),
            at: "2026-11-21T08:00:00Z")
    }

    static func cosigningKey(of party: PartyName, _ secret: String) throws -> CosigningKey {
        try CosigningKey(
            name: LedgerIdentity.cosignerName(of: party, in: identity().consortium), secret: digest(secret).bytes)
    }

    /// `party` with keys of the secrets `sign TEXT`, `cosign TEXT`, `seal TEXT`.
    static func rekeyed(_ name: PartyName, as text: String, signing: Bool = true, cosigning: Bool = true) -> Party? {
        record.party(name).map { party in
            Party(
                name: name, role: party.role, section: party.section, area: party.area, superior: party.superior,
                signingKey: signing ? key("sign \(text)") : party.signingKey,
                cosigningKey: party.cosigningKey.map { cosigning ? key("cosign \(text)") : $0 },
                sealingKey: party.sealingKey)
        }
    }

    static func said(_ party: PartyName, root: Digest, size: Int, secret: String? = nil) throws
        -> ReportEquivocation.SaidTree
    {
        let checkpoint = try Checkpoint(origin: identity().origin, size: size, root: root)
        let key = try cosigningKey(of: party, secret ?? "cosign \(party)")
        return ReportEquivocation.SaidTree(
            root: root, signature: try key.cosign(checkpoint, at: "2026-11-21T08:00:00Z").noteSignature.signature)
    }

    static func settlement(
        _ party: PartyName, batch: Digest, height: Int64, givesUp: Settlement.Tree? = nil
    ) throws -> Envelope {
        try Settlement(batch: batch, by: party, givesUp: givesUp, height: height, ledger: identity())
            .signed(with: SigningKey(ed25519Secret: digest("sign \(party)").bytes))
    }
}
