import CanonicalJSON
import Foundation
import KeyVault
import Paillier

/// A private key in a file of its own: the public part in the clear, the whole key as pheutil writes it in a box that
/// a passphrase opens.
///
/// ```
/// {"box": {…}, "form": "chancery paillier private key v1", "pub": {…}}
/// ```
/// The box is bound to form and public part, so that neither can be changed without the passphrase.
struct EncryptedPaillierKey: Codable {
    private static let form = "chancery paillier private key v1"

    private let box: PassphraseBox
    private let form: String
    private let pub: JSONValue

    init(_ document: JSONValue) throws {
        guard document["form"] == .string(EncryptedPaillierKey.form) else { throw KeyProblem.unknownForm }
        self = try CanonicalJSON.decode(EncryptedPaillierKey.self, from: document)
    }

    init(sealing key: PrivateKey, passphrase: SecretBytes) throws {
        form = EncryptedPaillierKey.form
        pub = try CanonicalJSON.parse(PythonPaillier.json(key.publicKey))
        var secret = try PythonPaillier.json(secret: key)
        box = try PassphraseBox(
            sealing: SecretBytes(wiping: &secret), passphrase: passphrase,
            associated: EncryptedPaillierKey.associated(pub))
    }

    /// The file's content, without a newline.
    func data() throws -> Data {
        try CanonicalJSON.encode(self)
    }

    /// The public part as it stands in the file: only ``open(passphrase:path:)`` shows that it is the key's.
    func publicKey() throws -> PublicKey {
        try PythonPaillier.publicKey(json: CanonicalJSON.serialize(pub))
    }

    func open(passphrase: SecretBytes, path: String) throws -> ForeignDecryptionKey {
        let secret = try box.open(
            passphrase: passphrase, associated: EncryptedPaillierKey.associated(pub), path: path)
        return try secret.withUnsafeBytes { bytes in
            var copy = Data(bytes)
            defer { copy.resetBytes(in: 0..<copy.count) }
            return try PythonPaillier.decryptionKey(json: copy)
        }
    }

    private static func associated(_ pub: JSONValue) throws -> Data {
        try Data((form + "\n").utf8) + CanonicalJSON.serialize(pub)
    }
}
