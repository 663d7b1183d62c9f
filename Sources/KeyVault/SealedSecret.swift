import Crypto
import Foundation
import SharingModel

/// The content of a secret's file: a line that names the form, then nonce (12 bytes), ciphertext, tag (16 bytes).
enum SealedSecret {
    private static let form = Data("chancery sealed secret v1\n".utf8)

    static var overheadByteCount: Int { form.count + 12 + 16 }

    static func seal(_ secret: SecretBytes, name: SecretName, masterKey: SymmetricKey) throws -> Data {
        let box = try secret.withUnsafeData {
            try AES.GCM.seal($0, using: key(for: name, masterKey: masterKey), authenticating: associated(name))
        }
        return form + (box.combined ?? Data())
    }

    /// - Returns: `nil` unless `sealed` was sealed under this master key and name.
    static func open(_ sealed: Data, name: SecretName, masterKey: SymmetricKey) -> SecretBytes? {
        guard sealed.starts(with: form), let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(form.count)),
            var plain = try? AES.GCM.open(
                box, using: key(for: name, masterKey: masterKey), authenticating: associated(name))
        else { return nil }
        return SecretBytes(wiping: &plain)
    }

    private static func key(for name: SecretName, masterKey: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: masterKey, info: Data("chancery vault secret v1 \(name.text)".utf8), outputByteCount: 32)
    }

    private static func associated(_ name: SecretName) -> Data {
        form + Data(name.text.utf8)
    }
}

extension SecretBytes {
    /// The bytes as `Data` that borrows this memory: good within `body` only, so that no copy stays behind.
    func withUnsafeData<Result>(_ body: (Data) throws -> Result) rethrows -> Result {
        try withUnsafeBytes { try body(Data(borrowing: $0)) }
    }
}

extension Data {
    /// Borrows memory that its owner wipes.
    init(borrowing bytes: UnsafeRawBufferPointer) {
        guard let address = bytes.baseAddress, bytes.count > 0 else {
            self.init()
            return
        }
        self.init(bytesNoCopy: UnsafeMutableRawPointer(mutating: address), count: bytes.count, deallocator: .none)
    }
}
