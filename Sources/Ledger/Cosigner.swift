import Foundation
package import SharingModel
package import TransparencyLog

/// A department's cosigning key in this process.
package struct Cosigner: Sendable {
    package let party: PartyName
    let key: CosigningKey

    /// - Parameters:
    ///   - secret: The 32 bytes of the Ed25519 key whose public half the founding record has for `party`.
    ///   - consortium: Digest of the founding record.
    /// - Throws: ``TransparencyLogError/malformedKey``.
    package init(
        party: PartyName, secret: some Collection<UInt8>, consortium: Digest
    ) throws(TransparencyLogError) {
        self.party = party
        key = try CosigningKey(name: Cosigner.keyName(of: party, consortium), secret: secret)
    }

    /// The name on a department's signature lines: one for all the ledgers that it cosigns.
    package static func keyName(of party: PartyName, _ consortium: Digest) -> String {
        "chancery/\(consortium.hex.prefix(16))/party/\(party)"
    }

    /// Signs; the caller has executed everything up to `checkpoint`.
    func cosign(_ checkpoint: Checkpoint, at time: Timestamp) throws -> PartyCosignature {
        PartyCosignature(
            party: party, signature: try key.cosign(checkpoint, at: time).noteSignature.signature)
    }
}
