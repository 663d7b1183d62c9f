import CanonicalJSON
import Foundation
import Paillier

/// Ciphertexts in pheutil's JSON: one document, or one a line.
enum CiphertextLines {
    /// Reads and checks ciphertexts, at least one.
    ///
    /// - Throws: a ``FileContext`` that names file and line.
    static func read(_ file: InputFile, under key: PublicKey) throws -> [PythonPaillier.EncryptedNumber] {
        let lines = try NumberLines.lines(of: file)
        guard let first = lines.first else { throw FileContext(name: file.name, cause: CiphertextsMissing()) }
        // A document over several lines is one number: its first line alone is no JSON.
        if lines.count > 1, (try? CanonicalJSON.parse(Data(first.text.utf8))) == nil {
            let whole = Data(lines.map(\.text).joined(separator: "\n").utf8)
            return [try FileContext.of(file) { try PythonPaillier.EncryptedNumber(json: whole, under: key) }]
        }
        return try lines.map { line in
            try FileContext.of(file, line: line.number) {
                try PythonPaillier.EncryptedNumber(json: Data(line.text.utf8), under: key)
            }
        }
    }
}

private struct CiphertextsMissing: Failure, CustomStringConvertible {
    var exitStatus: ExitStatus { .misunderstood }
    var description: String { "there is no ciphertext in it" }
}
