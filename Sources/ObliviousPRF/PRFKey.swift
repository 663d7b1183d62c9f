package import Foundation
package import SharingModel

/// The key of a pseudorandom function that is evaluated obliviously (RFC 9497, P384-SHA384, verifiable): who has it
/// multiplies points of which it learns nothing, and proves that it used this key.
package struct PRFKey: Sendable {
    /// The longest input, in bytes.
    package static let longestInput = Int(UInt16.max)

    private let secret: CurveScalar
    package let publicKey: PRFPublicKey

    /// A new one.
    package init() {
        let secret = CurveScalar.random()
        guard let key = PRFKey.publicKey(of: secret) else { preconditionFailure("the number drawn is not 0") }
        (self.secret, publicKey) = (secret, key)
    }

    /// - Parameter secret: 48 bytes, big-endian, as ``withSecret(_:)`` gives them; no copy of them is left.
    /// - Throws: ``ObliviousPRFError/notAKey``.
    package init(secret: some ContiguousBytes) throws(ObliviousPRFError) {
        guard let secret = CurveScalar(secret), let key = PRFKey.publicKey(of: secret) else { throw .notAKey }
        (self.secret, publicKey) = (secret, key)
    }

    private static func publicKey(of secret: CurveScalar) -> PRFPublicKey? {
        leavingNoTrace { CurvePoint.generator(times: secret)?.compressed.map { PRFPublicKey(compressed: $0) } }
    }

    /// The secret, good within `body` only and wiped then.
    package func withSecret<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try secret.withBytes(body)
    }

    /// Multiplies one blinded element by the key, and proves it (section 2.2.1 of RFC 9497).
    ///
    /// Written here and not left to swift-crypto, which leaves the key unwiped wherever it is used; the tests hold each to
    /// the other.
    /// - Returns: An ``Evaluation`` with its proof, which differs from call to call.
    /// - Throws: ``ObliviousPRFError/notAPoint``.
    package func evaluate(_ element: BlindedElement) throws(ObliviousPRFError) -> Evaluation {
        try evaluate(element, proving: .random())
    }

    /// The same with a nonce that is known, as test vectors have it: with it the proof gives the key away.
    package func evaluate(
        _ element: BlindedElement, insecureNonceForTesting nonce: Data
    ) throws(ObliviousPRFError) -> Evaluation {
        guard let nonce = CurveScalar(nonce), !nonce.isZero else { throw .notABlind }
        return try evaluate(element, proving: nonce)
    }

    /// - Parameter nonce: Used once and never seen.
    private func evaluate(
        _ element: BlindedElement, proving nonce: CurveScalar
    ) throws(ObliviousPRFError) -> Evaluation {
        try leavingNoTrace { () throws(ObliviousPRFError) -> Evaluation in
            guard let point = CurvePoint(compressed: element.bytes),
                let evaluated = point.multiplied(by: secret)?.compressed
            else { throw .notAPoint }
            let factor = Transcript.compositeFactor(key: publicKey.bytes, blinded: element.bytes, evaluated: evaluated)
            guard let blinded = point.multiplied(by: factor), let multiple = blinded.multiplied(by: secret),
                let first = CurvePoint.generator(times: nonce), let second = blinded.multiplied(by: nonce)
            else { throw .notAPoint }
            let points = [publicKey.bytes] + [blinded, multiple, first, second].compactMap(\.compressed)
            let challenge = Transcript.challenge(points)
            let response = nonce.subtracting(challenge, times: secret)
            return try Evaluation(bytes: evaluated + challenge.publicBytes + response.publicBytes)
        }
    }

    /// The function itself, for who has the key and the input both.
    /// - Throws: ``ObliviousPRFError/inputTooLong``.
    package func output(of input: Data) throws(ObliviousPRFError) -> Data {
        guard input.count <= PRFKey.longestInput else { throw .inputTooLong }
        let point = leavingNoTrace { Transcript.point(of: input).multiplied(by: secret)?.compressed }
        guard let point else { throw .notAKey }
        return Transcript.output(of: input, point)
    }
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
