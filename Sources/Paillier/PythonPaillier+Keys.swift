public import Foundation
import Multiprecision

/// pheutil's keys are JSON Web Keys of type `DAJ`: the public one holds `n`, the private one `p`, `q` and `pub`, each
/// number as base64url of its big-endian bytes.
extension PythonPaillier {
    struct PublicKeyDocument: Codable {
        let kty: String
        let alg: String
        let n: String
        let keyOperations: [String]?
        let kid: String?

        enum CodingKeys: String, CodingKey {
            case kty, alg, n, kid
            case keyOperations = "key_ops"
        }

        init(_ key: PublicKey) {
            (kty, alg, keyOperations) = ("DAJ", "PAI-GN1", ["encrypt"])
            n = base64URL(key.modulus)
            kid = "Paillier public key \(key.fingerprint)"
        }

        func modulus() throws(PaillierError) -> BigInteger {
            guard kty == "DAJ" else { throw .jsonMalformed(member: "kty") }
            guard alg == "PAI-GN1" else { throw .jsonMalformed(member: "alg") }
            return try number(base64URL: n, member: "n")
        }
    }

    struct PrivateKeyDocument: Codable {
        let kty: String
        let p: String
        let q: String
        let pub: PublicKeyDocument
        let keyOperations: [String]
        let kid: String?

        enum CodingKeys: String, CodingKey {
            case kty, p, q, pub, kid
            case keyOperations = "key_ops"
        }

        init(_ key: PrivateKey) {
            (kty, keyOperations) = ("DAJ", ["decrypt"])
            p = base64URL(key.factors.first.prime)
            q = base64URL(key.factors.second.prime)
            pub = PublicKeyDocument(key.publicKey)
            kid = "Paillier private key \(key.publicKey.fingerprint)"
        }

        /// The primes, their product compared with the public part.
        func primes() throws(PaillierError) -> (p: BigInteger, q: BigInteger) {
            guard kty == "DAJ" else { throw .jsonMalformed(member: "kty") }
            guard keyOperations.contains("decrypt") else { throw .jsonMalformed(member: "key_ops") }
            let p = try number(base64URL: self.p, member: "p")
            let q = try number(base64URL: self.q, member: "q")
            guard try pub.modulus() == p * q else { throw .jsonMalformed(member: "pub") }
            return (p, q)
        }
    }

    /// A public key as pheutil's `extract` writes it.
    public static func json(_ key: PublicKey) throws(PaillierError) -> Data {
        try encode(PublicKeyDocument(key))
    }

    /// A private key as pheutil's `genpkey` writes it: unencrypted. Whoever asks for it takes charge of the bytes.
    public static func json(secret key: PrivateKey) throws(PaillierError) -> Data {
        try encode(PrivateKeyDocument(key))
    }

    /// Reads a public key, with all checks of ``PublicKey/init(modulus:)``.
    ///
    /// Nothing shows that its primes are safe: encrypt with ``Encryptor/Randomness/textbook``.
    /// - Throws: ``PaillierError/jsonMalformed(member:)`` and what the checks throw.
    public static func publicKey(json data: Data) throws(PaillierError) -> PublicKey {
        try PublicKey(modulus: try decode(PublicKeyDocument.self, data).modulus())
    }

    /// Reads a private key of python-paillier, whose primes need not be safe.
    ///
    /// - Throws: ``PaillierError/jsonMalformed(member:)`` and what ``ForeignDecryptionKey/init(p:q:)`` throws.
    public static func decryptionKey(json data: Data) throws(PaillierError) -> ForeignDecryptionKey {
        let (p, q) = try decode(PrivateKeyDocument.self, data).primes()
        return try ForeignDecryptionKey(p: p, q: q)
    }

    /// Reads a private key whose primes are safe, as ``json(secret:)`` writes it.
    ///
    /// - Throws: ``PaillierError/jsonMalformed(member:)`` and what ``PrivateKey/init(p:q:)`` throws.
    public static func privateKey(json data: Data) throws(PaillierError) -> PrivateKey {
        let (p, q) = try decode(PrivateKeyDocument.self, data).primes()
        return try PrivateKey(p: p, q: q)
    }
}
