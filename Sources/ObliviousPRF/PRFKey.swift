import Crypto
import CryptoExtras
package import Foundation
package import SharingModel

/// The key of a pseudorandom function that is evaluated obliviously (RFC 9497, P384-SHA384, verifiable): who has it
/// multiplies points of which it learns nothing, and proves that it used this key.
package struct PRFKey: Sendable {
    /// The longest input, in bytes.
    package static let longestInput = Int(UInt16.max)

    private let secret: SymmetricKey
    package let publicKey: PRFPublicKey

    /// A new one.
    package init() {
        let key = P384._VOPRF.PrivateKey(compactRepresentable: false)
        secret = SymmetricKey(data: key.rawRepresentation)
        publicKey = PRFPublicKey(compressed: key.publicKey.oprfRepresentation)
    }

    /// - Parameter secret: 48 bytes, big-endian, as ``withSecret(_:)`` gives them.
    /// - Throws: ``ObliviousPRFError/notAKey``.
    package init(secret: some ContiguousBytes) throws(ObliviousPRFError) {
        guard let key = try? P384._VOPRF.PrivateKey(rawRepresentation: secret) else { throw .notAKey }
        self.secret = SymmetricKey(data: secret)
        publicKey = PRFPublicKey(compressed: key.publicKey.oprfRepresentation)
    }

    /// The secret, good within `body` only.
    package func withSecret<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try secret.withUnsafeBytes(body)
    }

    /// Multiplies one blinded element by the key.
    /// - Returns: An ``Evaluation`` with its proof, which differs from call to call.
    /// - Throws: ``ObliviousPRFError/notAPoint``.
    package func evaluate(_ element: BlindedElement) throws(ObliviousPRFError) -> Evaluation {
        do {
            let evaluated = try key().evaluate(
                P384._VOPRF.BlindedElement(oprfRepresentation: element.bytes))
            return try Evaluation(bytes: evaluated.rawRepresentation)
        } catch {
            throw .notAPoint
        }
    }

    /// The function itself, for who has the key and the input both.
    /// - Throws: ``ObliviousPRFError/inputTooLong``.
    package func output(of input: Data) throws(ObliviousPRFError) -> Data {
        guard input.count <= PRFKey.longestInput else { throw .inputTooLong }
        do {
            return try key().evaluate(input)
        } catch {
            throw .notAKey
        }
    }

    private func key() throws -> P384._VOPRF.PrivateKey { try P384._VOPRF.PrivateKey(rawRepresentation: secret) }
}

/// The public half of a ``PRFKey``, by which evaluations are checked.
package struct PRFPublicKey: Hashable, Sendable {
    /// Bytes of a key: a compressed point of P-384 (SEC 1).
    package static let byteCount = CurvePoint.byteCount

    package let bytes: Data

    fileprivate init(compressed bytes: Data) {
        self.bytes = bytes
    }

    /// - Throws: ``ObliviousPRFError/notAKey`` unless it is a point other than infinity, in its one form.
    package init(bytes: Data) throws(ObliviousPRFError) {
        guard CurvePoint(compressed: bytes) != nil else { throw .notAKey }
        self.bytes = bytes
    }

    /// Names the key: SHA-256("chancery pseudonym function key id v1" ‖ 00 ‖ the key's bytes).
    package var id: SharingModel.Digest {
        SharingModel.Digest.sha256(Data("chancery pseudonym function key id v1\u{0}".utf8) + bytes)
    }
}

/// A point that hides its input: a random multiple of the input's point.
package struct BlindedElement: Hashable, Sendable {
    package static let byteCount = CurvePoint.byteCount

    package let bytes: Data

    init(compressed bytes: Data) {
        self.bytes = bytes
    }

    /// - Throws: ``ObliviousPRFError/notAPoint``, for infinity too: its multiple would tell nothing.
    package init(bytes: Data) throws(ObliviousPRFError) {
        guard CurvePoint(compressed: bytes) != nil else { throw .notAPoint }
        self.bytes = bytes
    }
}

/// What the key's holder gives for a blinded element: its multiple, and the proof that it is the key's.
package struct Evaluation: Hashable, Sendable {
    /// 49 bytes of the point, 48 each of the proof's challenge and response.
    package static let byteCount = CurvePoint.byteCount + 2 * CurveScalar.byteCount

    package let bytes: Data

    /// - Throws: ``ObliviousPRFError/notAPoint``, ``ObliviousPRFError/proofMalformed``.
    package init(bytes: Data) throws(ObliviousPRFError) {
        let bytes = Data(bytes)
        guard bytes.count == Evaluation.byteCount, CurvePoint(compressed: bytes.prefix(CurvePoint.byteCount)) != nil
        else { throw .notAPoint }
        let proof = bytes.dropFirst(CurvePoint.byteCount)
        guard CurveScalar(proof.prefix(CurveScalar.byteCount)) != nil,
            CurveScalar(proof.suffix(CurveScalar.byteCount)) != nil
        else { throw .proofMalformed }
        self.bytes = bytes
    }

    var point: Data { Data(bytes.prefix(CurvePoint.byteCount)) }
    var challenge: Data { Data(bytes.dropFirst(CurvePoint.byteCount).prefix(CurveScalar.byteCount)) }
    var response: Data { Data(bytes.suffix(CurveScalar.byteCount)) }
}

/// What is wrong with a key, an element or an evaluation.
package enum ObliviousPRFError: Error, Hashable, Sendable {
    case notAKey
    case notAPoint
    case notABlind
    case proofMalformed
    /// The element was not multiplied by the key.
    case proofWrong
    case inputTooLong
}
