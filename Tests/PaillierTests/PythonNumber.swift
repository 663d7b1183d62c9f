import Multiprecision
import Paillier
import TestSupport

/// A number as python-paillier takes it: an integer, or a double.
enum PythonNumber: Sendable {
    case integer(BigInteger)
    case double(Double)

    /// Every sort in turn, the edges among them: subnormal and huge doubles, integers beyond 2^53 and around n/3.
    static func random(_ index: Int, key: PublicKey, using generator: inout SeededGenerator) -> PythonNumber {
        switch index % 8 {
        case 0: return .integer(BigInteger(Int.random(in: -1_000...1_000, using: &generator)))
        case 1:
            let bits = Int.random(in: 54...key.bitCount, using: &generator)
            let number = BigInteger.random(bitCount: bits, using: &generator)
            return .integer(Bool.random(using: &generator) ? number : -number)
        case 2: return .double(edges[Int.random(in: 0..<edges.count, using: &generator)])
        case 3: return .double(Double(Int.random(in: -100_000...100_000, using: &generator)) / 1_000)
        case 4:
            let third = key.modulus.truncatedQuotientAndRemainder(dividingBy: 3).quotient
            let number = third + BigInteger(Int.random(in: -3...3, using: &generator))
            return .integer(Bool.random(using: &generator) ? number : -number)
        case 5:
            let double = Double(bitPattern: generator.next())
            return .double(double.isFinite ? double : 0.1)
        case 6: return .double(Double.random(in: -1...1, using: &generator))
        default: return .double(Double(Int.random(in: -(1 << 60)...(1 << 60), using: &generator)))
        }
    }

    static func precision(using generator: inout SeededGenerator) -> Double {
        let precisions = [
            1e-3, 0.1, 1, 2, 15.999, 16, 256, 4_096, 1e-20, 0.5, 1e10, 0x1p-4, 0x1p-8, 0x1p-52, 1e-300,
            .leastNonzeroMagnitude,
        ]
        return precisions[Int.random(in: 0..<precisions.count, using: &generator)]
    }

    private static let edges: [Double] = [
        0, -0.0, 1, -1, 0.5, 1.5, 2.5, 3.5, -2.5, 1e300, -1e300, .greatestFiniteMagnitude, .leastNormalMagnitude,
        .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0x1p-1073, 4_503_599_627_370_496, 9_007_199_254_740_992,
        9_007_199_254_740_994, 0x1p63, -0x1p64, 1e-7, 0.1, 1 / 3, .pi,
    ]

    /// For the peer: the digits, or the bits of the double.
    var line: String {
        switch self {
        case .integer(let number): "i\(number)"
        case .double(let double): "d\(double.bitPattern)"
        }
    }

    func encoded(
        _ key: PublicKey, precision: Double? = nil, maximumExponent: Int? = nil
    ) throws -> PythonPaillier.EncodedNumber {
        switch self {
        case .integer(let number):
            try .init(integer: number, key: key, precision: precision, maximumExponent: maximumExponent)
        case .double(let double):
            try .init(double: double, key: key, precision: precision, maximumExponent: maximumExponent)
        }
    }
}
