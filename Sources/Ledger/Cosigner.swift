import Contracts
package import Foundation
package import SharingModel
package import TransparencyLog

/// A department's cosigning keys in this process: one, or after a change of keys several, of which one counts at each
/// height.
package struct Cosigner: Sendable {
    package let party: PartyName
    let keys: [CosigningKey]

    /// - Parameters:
    ///   - secret: The 32 bytes of the Ed25519 key whose public half the registry has for `party`.
    ///   - consortium: Digest of the founding record.
    /// - Throws: ``TransparencyLogError/malformedKey``.
    package init(
        party: PartyName, secret: some Collection<UInt8>, consortium: Digest
    ) throws(TransparencyLogError) {
        self.init(
            party: party, keys: [try CosigningKey(name: Cosigner.keyName(of: party, consortium), secret: secret)])
    }

    package init(party: PartyName, keys: [CosigningKey]) {
        self.party = party
        self.keys = keys
    }

    package func key(withPublicHalf publicKey: Data) -> CosigningKey? {
        keys.first { $0.noteKey.publicKey == publicKey }
    }

    /// The name on a department's signature lines: one for all the ledgers that it cosigns.
    package static func keyName(of party: PartyName, _ consortium: Digest) -> String {
        LedgerIdentity.cosignerName(of: party, in: consortium)
    }

    /// Signs; the caller has executed everything up to `checkpoint`.
    /// - Parameter policy: The members of the checkpoint's height.
    /// - Returns: `nil` if none of the keys counts there.
    func cosign(
        _ checkpoint: Checkpoint, at time: Timestamp, under policy: CheckpointPolicy
    ) throws -> PartyCosignature? {
        try policy.key(of: self).map { key in
            PartyCosignature(
                party: party, signature: try key.cosign(checkpoint, at: time).noteSignature.signature)
        }
    }
}
