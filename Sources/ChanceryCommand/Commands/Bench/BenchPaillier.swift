import ArgumentParser
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier

struct BenchPaillier: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paillier",
        abstract: "Measure the operations on ciphertext, on one core or on all.",
        discussion: """
            Each figure is the tenth percentile of short repetitions, all operations in turn. `keygen` uses two \
            cores, and is luck: give --keygen to repeat it.

            --interactive is for scripts that compare with other programs in turn (Scripts/bench-peers): it prints \
            one line of JSON with the operations' ids, then answers each line 'ID SECONDS' of standard input with \
            one line of JSON: items done, seconds of the clock, seconds of CPU.

            EXAMPLE:
              chancery bench paillier --bits 3072 --seconds 30 --json
            """)

    @Option(help: ArgumentHelp("Length of the modulus.", valueName: "2048|3072|4096"))
    var bits = 3072

    @Option(help: ArgumentHelp("How long to measure, beside the search for keys.", valueName: "s"))
    var seconds = 20

    @Option(help: ArgumentHelp("How many keys to search for; 0 leaves keygen out at 2048 and 3072.", valueName: "n"))
    var keygen = 1

    @Option(help: ArgumentHelp("Measure on the caller's thread, or on all cores.", valueName: "1|all"))
    var threads = ThreadChoice.one

    @Option(help: ArgumentHelp("Ciphertexts in a sum.", valueName: "n"))
    var elements = 1_000

    @Flag(help: "Measure what is done with a key in shares, 3 of 5, instead.")
    var threshold = false

    @Flag(help: "Measure what standard input asks for; searches no key at 2048 and 3072 bits.")
    var interactive = false

    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard [2048, 3072, 4096].contains(bits) else { throw ValidationError("--bits is 2048, 3072 or 4096") }
        guard (2...1_000_000).contains(elements) else { throw ValidationError("--elements is 2 to 1000000") }
        guard seconds > 0, keygen >= 0 else { throw ValidationError("--seconds and --keygen cannot be negative") }
        guard try keygen > 0 || BenchKey.known(bits: bits) != nil else {
            throw ValidationError("at \(bits) bits a key has to be searched for; give --keygen 1")
        }
    }

    func run() throws {
        var report = BenchReport()
        let key = try searchKeys(&report)
        let material = try PaillierMaterial(key: key, workers: threads.workers, rowCount: elements)
        let operations = try threshold ? material.thresholdOperations() : material.operations()
        if interactive { return try OperationServer(operations: operations).serve() }
        try measure(operations, into: &report)
        try json.print(report.document) { report.text }
    }

    private func measure(_ operations: [PaillierOperation], into report: inout BenchReport) throws {
        let progress = ProgressBar("measuring", unit: nil, total: 100)
        defer { progress.finish() }
        var timings = InterleavedTimings()
        for operation in operations { try timings.add(operation.body) }
        let found = try timings.tenthPercentiles(budget: Double(seconds)) { progress.update(Int($0 * 100)) }
        let shared: [String: JSONValue] = ["bits": .integer(Int64(bits)), "threads": .string(threads.rawValue)]
        for (operation, seconds) in zip(operations, found) {
            report.add(
                .init(
                    name: operation.name, parameters: operation.parameters.merging(shared) { own, _ in own },
                    value: Double(operation.count) / seconds, unit: operation.unit))
        }
    }

    private func searchKeys(_ report: inout BenchReport) throws -> PrivateKey {
        var key = try BenchKey.known(bits: bits)
        var seconds: [Double] = []
        for _ in 0..<(interactive && key != nil ? 0 : keygen) {
            let progress = ProgressBar("searching for safe primes", unit: "candidates", total: nil)
            defer { progress.finish() }
            let elapsed = try ContinuousClock().measure {
                key = try PrivateKey.generate(bitCount: bits, progress: { progress.update($0.testedCandidates) })
            }
            seconds.append(elapsed / .seconds(1))
        }
        if !seconds.isEmpty {
            report.add(
                .init(
                    name: "keygen", parameters: ["bits": .integer(Int64(bits)), "runs": .integer(Int64(keygen))],
                    value: seconds.percentile(50), unit: "s"))
        }
        guard let key else { throw PaillierError.keySizeNotSupported(bitCount: bits) }
        return key
    }
}
