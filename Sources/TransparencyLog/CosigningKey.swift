import Crypto
package import Foundation
package import SharingModel

/// The secret key with which a department cosigns checkpoints; it does nothing else. Never printed.
package struct CosigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// The public half under its name.
    package let noteKey: NoteKey

    /// A new key from the operating system's randomness.
    package static func generate(name: String) throws(TransparencyLogError) -> CosigningKey {
        try CosigningKey(name: name, key: Curve25519.Signing.PrivateKey())
    }

    /// - Parameter secret: The 32 bytes that ``exportSecretForVault()`` gave.
    package init(name: String, secret: some Collection<UInt8>) throws(TransparencyLogError) {
        guard secret.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Data(secret)) else {
            throw .malformedKey
        }
        try self.init(name: name, key: key)
    }

    private init(name: String, key: Curve25519.Signing.PrivateKey) throws(TransparencyLogError) {
        self.key = key
        noteKey = try NoteKey(name: name, algorithm: .cosignature, publicKey: key.publicKey.rawRepresentation)
    }

    /// States that at `time` this is the largest tree that the cosigner has seen of the log, and that it is
    /// consistent with all it saw before. Whoever calls this has checked that.
    /// - Throws: ``TransparencyLogError/timeOutOfRange`` before 1970.
    package func cosign(_ checkpoint: Checkpoint, at time: Timestamp) throws(TransparencyLogError) -> Cosignature {
        guard time.seconds >= 0 else { throw .timeOutOfRange }
        let message = Cosignature.message(of: checkpoint.text, at: UInt64(time.seconds))
        do {
            return try Cosignature(key: noteKey, time: time, signature: key.signature(for: message))
        } catch {
            throw .signingFailed
        }
    }

    /// The 32 secret bytes, to be sealed into the key vault and for nothing else; the caller wipes them.
    package func exportSecretForVault() -> Data {
        key.rawRepresentation
    }
}

extension CosigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "cosigning key of \(noteKey.name)" }

    package var customMirror: Mirror { Mirror(self, children: ["noteKey": noteKey]) }
}
