import ArgumentParser
import Foundation
import Multiprecision
import Paillier

/// A hidden way around the search for safe primes: a test that needs a key a thousand times gives the primes itself, two
/// decimal numbers in a file. They are checked as any from outside, and protect nothing: whoever wrote the file has them.
struct KnownPrimesOptions: ParsableArguments {
    @Option(help: .hidden)
    var insecurePrimesForTesting: InputFile?

    typealias Draw =
        @Sendable (Int, @escaping @Sendable (PrivateKey.GenerationProgress) -> Void) throws -> PrivateKey

    /// Where a command has its key from: the search, unless a test says otherwise.
    var draw: Draw {
        guard let file = insecurePrimesForTesting else {
            return { try PrivateKey.generate(bitCount: $0, progress: $1) }
        }
        return { _, _ in
            let numbers = try file.text(limit: 1 << 16).split(whereSeparator: \.isWhitespace).compactMap {
                BigInteger(String($0))
            }
            guard numbers.count == 2 else {
                throw FileProblem.unreadable(path: file.name, problem: "it holds two primes, and nothing else")
            }
            return try PrivateKey(p: numbers[0], q: numbers[1])
        }
    }
}
