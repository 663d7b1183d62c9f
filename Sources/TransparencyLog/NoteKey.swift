import Crypto
package import Foundation
import SharingModel

/// A public key that signs notes under a name.
package struct NoteKey: Hashable, Sendable {
    /// What a signature is made over; the byte that signed-note assigns to it.
    package enum Algorithm: UInt8, Hashable, Sendable, CaseIterable {
        /// Ed25519 over the note's text.
        case ed25519 = 0x01
        /// Ed25519 over a time and a checkpoint: tlog-cosignature, version 1.
        case cosignature = 0x04
    }

    package let name: String
    package let algorithm: Algorithm
    /// 32 bytes.
    package let publicKey: Data
    /// The first four bytes of SHA-256 over name, newline, the algorithm's byte and the public key.
    package let keyID: UInt32

    /// - Throws: ``TransparencyLogError/malformedKeyName`` or ``TransparencyLogError/malformedKey``.
    package init(
        name: String, algorithm: Algorithm, publicKey: some Collection<UInt8>
    ) throws(TransparencyLogError) {
        guard isKeyName(name) else { throw .malformedKeyName }
        guard publicKey.count == 32 else { throw .malformedKey }
        self.name = name
        self.algorithm = algorithm
        self.publicKey = Data(publicKey)
        let hash = SharingModel.Digest.sha256(Data(name.utf8) + [newline, algorithm.rawValue] + publicKey)
        keyID = hash.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Whether `signature` names this key: both the name and the key ID.
    package func isNamed(by signature: NoteSignature) -> Bool {
        // Compared as UTF-8: Swift holds names equal that are written with other scalars.
        keyID == signature.keyID && name.utf8.elementsEqual(signature.name.utf8)
    }

    func isValid(_ signature: Data, for message: some DataProtocol) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}
