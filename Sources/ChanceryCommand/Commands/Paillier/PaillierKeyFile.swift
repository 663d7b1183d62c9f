import CanonicalJSON
import Foundation
import KeyVault
import Paillier
import SharingModel

/// A key in any of the forms that are read: public, private and encrypted, or private and plain as pheutil writes it.
struct PaillierKeyFile {
    private enum Content {
        case publicKey(PublicKey)
        case encrypted(EncryptedPaillierKey, PublicKey)
        case plain(Data, PublicKey)
    }

    private static let readLimit = 1 << 20
    /// What the prompt calls the key, and its file in a directory that `CHANCERY_PASSPHRASE_FILE` names.
    private static let passphraseName = "paillier-key"

    private let file: InputFile
    private let content: Content

    init(_ file: InputFile) throws {
        self.file = file
        content = try FileContext.of(file) {
            let data = try file.contents(limit: PaillierKeyFile.readLimit)
            let document = try CanonicalJSON.parse(data)
            if document["form"] != nil {
                let key = try EncryptedPaillierKey(document)
                return .encrypted(key, try key.publicKey())
            }
            guard let publicPart = document["pub"] else {
                guard document["n"] != nil else { throw KeyProblem.notAKey }
                return .publicKey(try PythonPaillier.publicKey(json: data))
            }
            return .plain(data, try PythonPaillier.publicKey(json: CanonicalJSON.serialize(publicPart)))
        }
    }

    /// The public part. Where the private part is encrypted, nothing has shown yet that the two belong together.
    var publicKey: PublicKey {
        switch content {
        case .publicKey(let key), .encrypted(_, let key), .plain(_, let key): key
        }
    }

    /// The private key, after asking for the passphrase where there is one.
    func unlock() throws -> ForeignDecryptionKey {
        switch content {
        case .publicKey: throw FileContext(name: file.name, cause: KeyProblem.notPrivate)
        case .plain(let data, _): return try FileContext.of(file) { try PythonPaillier.decryptionKey(json: data) }
        case .encrypted(let key, _):
            return try key.open(passphrase: PaillierKeyFile.passphrase(creating: false), path: file.name)
        }
    }

    /// The passphrase of a key that stands in a file of its own, outside a home.
    static func passphrase(creating: Bool) throws -> SecretBytes {
        let source = PassphraseSource { ErrorReport.warn("\($0)") }
        guard let name = PartyName(passphraseName) else { preconditionFailure("a fixed name") }
        return try source.passphrase(for: name, creating: creating)
    }
}

/// What is wrong with a key file.
enum KeyProblem: Failure, CustomStringConvertible {
    case notAKey
    case notPrivate
    case unknownForm

    var exitStatus: ExitStatus { .misunderstood }

    var description: String {
        switch self {
        case .notAKey: "not a Paillier key in python-paillier's JSON"
        case .notPrivate: "a public key, and decrypting needs the private one"
        case .unknownForm: "a key in a form that this version does not know; use the version that wrote it"
        }
    }
}
