import Foundation
import Multiprecision
import Paillier

/// Numbers as text, one a line.
enum NumberLines {
    private static let readLimit = 64 << 20
    /// pheutil's exponent of all fractions.
    private static let usualExponent = -32

    /// Reads numbers, and encodes all with one exponent.
    ///
    /// - Throws: a ``FileContext`` that names file and line, never the number.
    static func read(_ file: InputFile, under key: PublicKey) throws -> [PythonPaillier.EncodedNumber] {
        let numbers = try lines(of: file).map { line, text in
            try FileContext.of(file, line: line) { try number(text, under: key) }
        }
        guard !numbers.isEmpty else { throw FileContext(name: file.name, cause: NumberProblem.none) }
        guard let least = numbers.map(\.exponent).min(), least < 0 else { return numbers }
        return try numbers.map { try $0.lowered(to: min(least, usualExponent), key: key) }
    }

    /// An integer as it is, anything else as the nearest double.
    static func number(_ text: String, under key: PublicKey) throws -> PythonPaillier.EncodedNumber {
        if let integer = BigInteger(text) { return try PythonPaillier.EncodedNumber(integer: integer, key: key) }
        // `Double` would read hexadecimal and `infinity` as well.
        guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let double = Double(text), double.isFinite else {
            throw NumberProblem.malformed
        }
        return try PythonPaillier.EncodedNumber(double: double, key: key)
    }

    /// The lines that are not blank, without blanks around them, with their numbers, counted from 1.
    static func lines(of file: InputFile) throws -> [(number: Int, text: String)] {
        let text = try file.text(limit: readLimit)
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { ($0.offset + 1, $0.element.trimmingCharacters(in: .whitespaces)) }
            .filter { !$0.1.isEmpty }
    }
}

/// What is wrong with a number. The number itself may be secret, and is not shown.
enum NumberProblem: Failure, CustomStringConvertible {
    case malformed
    case none

    var exitStatus: ExitStatus { .misunderstood }

    var description: String {
        switch self {
        case .malformed: "not a number that can be encrypted; write it as -12, 3.75 or 1e-6"
        case .none: "there is no number in it; write one a line"
        }
    }
}
