import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine: arithmetic on ciphertext, the ledger, sealing and queries.",
        discussion: """
            Everything is done in a temporary folder, which goes away, and with keys that protect nothing. Compare \
            ratios of one run rather than figures of two: a busy machine is easily half as fast.

            EXAMPLE:
              chancery bench paillier --bits 2048 --json
            """,
        subcommands: [BenchPaillier.self, BenchSum.self, BenchLedger.self, BenchQuery.self])
}

/// Whole numbers with commas between them: `1,10,100`.
struct NumberList: ExpressibleByArgument {
    let numbers: [Int]

    init(_ numbers: [Int]) {
        self.numbers = numbers
    }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.allSatisfy({ $0.map { $0 > 0 } ?? false }) else { return nil }
        numbers = parts.compactMap { $0 }
    }

    var defaultValueDescription: String { numbers.map(String.init).joined(separator: ",") }
}
