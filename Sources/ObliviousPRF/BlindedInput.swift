package import Foundation

/// An input and the secret number that hides it: what its owner keeps until the evaluation is there.
package struct BlindedInput: Sendable {
    package static let blindByteCount = CurveScalar.byteCount

    package let input: Data
    /// With it the element gives the input away to who can guess it.
    private let blind: CurveScalar

    private init(_ input: Data, _ blind: CurveScalar) throws(ObliviousPRFError) {
        guard input.count <= PRFKey.longestInput else { throw .inputTooLong }
        guard !blind.isZero else { throw .notABlind }
        self.input = input
        self.blind = blind
    }

    /// Draws a blind.
    /// - Throws: ``ObliviousPRFError/inputTooLong``.
    package init(_ input: Data) throws(ObliviousPRFError) {
        try self.init(input, CurveScalar.random())
    }

    /// - Parameter blind: From 1 to the order less 1, 48 bytes, big-endian; no copy of them is left.
    /// - Throws: ``ObliviousPRFError/inputTooLong``, ``ObliviousPRFError/notABlind``.
    package init(_ input: Data, blind: some ContiguousBytes) throws(ObliviousPRFError) {
        guard let blind = CurveScalar(blind) else { throw .notABlind }
        try self.init(input, blind)
    }

    /// The blind's 48 bytes, big-endian, good within `body` only and wiped then.
    package func withBlind<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try blind.withBytes(body)
    }

    /// What the key's holder gets.
    package func element() throws(ObliviousPRFError) -> BlindedElement {
        let point = Transcript.point(of: input)
        guard let bytes = leavingNoTrace({ point.multiplied(by: blind)?.compressed }) else { throw .notABlind }
        return BlindedElement(compressed: bytes)
    }

    /// The function's output for the input: 48 bytes.
    /// - Throws: ``ObliviousPRFError/proofWrong`` where the evaluation is not that of this element under `key`.
    package func output(_ evaluation: Evaluation, under key: PRFPublicKey) throws(ObliviousPRFError) -> Data {
        try evaluation.verify(of: element(), under: key)
        guard let point = CurvePoint(compressed: evaluation.point),
            let unblinded = leavingNoTrace({ point.multiplied(by: blind.inverse)?.compressed })
        else { throw .notAPoint }
        return Transcript.output(of: input, unblinded)
    }
}

extension Evaluation {
    /// Checks that the element was multiplied by `key` (section 2.2.2 of RFC 9497): anybody can.
    /// - Throws: ``ObliviousPRFError/proofWrong``.
    package func verify(of element: BlindedElement, under key: PRFPublicKey) throws(ObliviousPRFError) {
        let factor = Transcript.compositeFactor(key: key.bytes, blinded: element.bytes, evaluated: point)
        guard let keyPoint = CurvePoint(compressed: key.bytes),
            let blinded = CurvePoint(compressed: element.bytes)?.multiplied(by: factor),
            let evaluated = CurvePoint(compressed: point)?.multiplied(by: factor),
            let challenge = CurveScalar(challenge), let response = CurveScalar(response),
            let first = keyPoint.multiplied(by: challenge, addingGenerator: response),
            let part = blinded.multiplied(by: response), let other = evaluated.multiplied(by: challenge),
            let second = part.adding(other)
        else { throw .proofWrong }
        let points = [key.bytes] + [blinded, evaluated, first, second].compactMap(\.compressed)
        guard points.count == 5, Transcript.challenge(points).publicBytes == self.challenge else { throw .proofWrong }
    }
}
