import ArgumentParser
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier

struct BenchPaillier: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paillier",
        abstract: "Measure the operations on ciphertext, on one core.",
        discussion: """
            Each figure is the tenth percentile of short repetitions, all operations in turn. `keygen` uses two \
            cores, and is luck: give --keygen to repeat it.

            EXAMPLE:
              chancery bench paillier --bits 3072 --seconds 30 --json
            """)

    @Option(help: ArgumentHelp("Length of the modulus.", valueName: "2048|3072|4096"))
    var bits = 3072

    @Option(help: ArgumentHelp("How long to measure, beside the search for keys.", valueName: "s"))
    var seconds = 20

    @Option(help: ArgumentHelp("How many keys to search for; 0 leaves keygen out at 2048 and 3072.", valueName: "n"))
    var keygen = 1

    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard [2048, 3072, 4096].contains(bits) else { throw ValidationError("--bits is 2048, 3072 or 4096") }
        guard seconds > 0, keygen >= 0 else { throw ValidationError("--seconds and --keygen cannot be negative") }
        guard try keygen > 0 || BenchKey.known(bits: bits) != nil else {
            throw ValidationError("at \(bits) bits a key has to be searched for; give --keygen 1")
        }
    }

    func run() throws {
        var report = BenchReport()
        let key = try searchKeys(&report)
        let progress = ProgressBar("measuring", unit: nil, total: 100)
        defer { progress.finish() }
        var bench = try PaillierOperations(key: key)
        try bench.measure(seconds: Double(seconds), into: &report) { progress.update(Int($0 * 100)) }
        progress.finish()
        try json.print(report.document) { report.text }
    }

    private func searchKeys(_ report: inout BenchReport) throws -> PrivateKey {
        var key = try BenchKey.known(bits: bits)
        var seconds: [Double] = []
        for _ in 0..<keygen {
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

/// The operations, each with what it needs at hand.
private struct PaillierOperations {
    private let key: PrivateKey
    private let half: Encryptor
    private let short: Encryptor
    private let layout: SlotLayout
    private let values: [BigInteger]
    private let ciphertexts: [Ciphertext]
    private let weights: [UInt64]
    private var timings = InterleavedTimings()
    private var names: [(name: String, parameters: [String: JSONValue], count: Int, unit: String)] = []

    /// What the tables are sized for: the demo's table in two packs.
    private static let expectedCount = 40_000
    private static let elementCount = 32
    private static let shortBitCount = 512

    init(key: PrivateKey) throws {
        self.key = key
        half = try Encryptor(key: key.publicKey, randomness: .half, expectedCount: Self.expectedCount)
        short = try Encryptor(
            key: key.publicKey, randomness: .short(bits: Self.shortBitCount), expectedCount: Self.expectedCount)
        let limit = BigInteger(UInt64(UInt32.max))
        // 32-bit values, 2³² of which can be added, and the guard.
        let slots = (key.publicKey.bitCount - 1) / (64 + SlotLayout.guardBitCount)
        layout = try SlotLayout(
            entries: (0..<slots).map { ("\($0)", limit) }, weightCapacityBits: 32,
            modulusBitCount: key.publicKey.bitCount)
        values = (0..<slots).map { _ in BigInteger(UInt64(UInt32.random(in: 0...UInt32.max))) }
        let encryptor = half
        ciphertexts = try values.prefix(Self.elementCount).map { try encryptor.encrypt($0) }
        weights = ciphertexts.map { _ in UInt64(UInt32.random(in: 1 << 31...UInt32.max)) }
    }

    mutating func measure(
        seconds: Double, into report: inout BenchReport, progress: (Double) -> Void
    ) throws {
        try addEncryption()
        try addArithmetic()
        let found = try timings.tenthPercentiles(budget: seconds, progress: progress)
        for (operation, seconds) in zip(names, found) {
            report.add(
                .init(
                    name: operation.name, parameters: operation.parameters,
                    value: Double(operation.count) / seconds, unit: operation.unit))
        }
    }

    private mutating func add(
        _ name: String, _ parameters: [String: JSONValue] = [:], count: Int = 1, unit: String = "op/s",
        _ body: @escaping () throws -> Void
    ) throws {
        try timings.add(body)
        let bits: [String: JSONValue] = ["bits": .integer(Int64(key.publicKey.bitCount))]
        names.append((name, parameters.merging(bits) { own, _ in own }, count, unit))
    }

    private mutating func addEncryption() throws {
        let (half, short, layout, values) = (half, short, layout, values)
        try add("encrypt", ["alpha": "half"]) { _ = try half.encrypt(values[0]) }
        try add("encrypt", ["alpha": .string("\(Self.shortBitCount) bits")]) { _ = try short.encrypt(values[0]) }
        try add(
            "pack", ["alpha": "half", "slots": .integer(Int64(values.count))], count: values.count, unit: "values/s"
        ) {
            _ = try half.encrypt(layout.pack(values))
        }
    }

    private mutating func addArithmetic() throws {
        let (key, ciphertexts, weights) = (key, ciphertexts, weights)
        let (left, right) = (ciphertexts[0], ciphertexts[1])
        try add("decrypt") { _ = try key.decrypt(left) }
        try add("add") { _ = try key.publicKey.add(left, right) }
        let limbs = AlignedCiphertexts(ciphertexts)
        var sum = CiphertextAccumulator(key: key.publicKey)
        try add("addInSum", count: ciphertexts.count) { limbs.forEach { sum.add(littleEndianLimbs: $0) } }
        let weight = BigInteger(weights[0])
        try add("multiply32") { _ = try key.publicKey.multiply(left, by: weight) }
        try add(
            "weightedSum", ["elements": .integer(Int64(weights.count)), "weightBits": 32], count: weights.count,
            unit: "elements/s"
        ) {
            let sum = WeightedSum(key: key.publicKey, weightBitCount: 32, expectedCount: weights.count)
            var weight = weights.makeIterator()
            limbs.forEach { sum.add(littleEndianLimbs: $0, weight: Int64(weight.next() ?? 1)) }
            _ = sum.value()
        }
    }
}

/// Ciphertexts one after the other in memory, as a shard has them.
private final class AlignedCiphertexts {
    private let memory: UnsafeMutableRawBufferPointer
    private let width: Int

    init(_ ciphertexts: [Ciphertext]) {
        width = ciphertexts.first?.key.ciphertextByteCount ?? 0
        memory = .allocate(byteCount: width * ciphertexts.count, alignment: 64)
        for (index, ciphertext) in ciphertexts.enumerated() {
            ciphertext.write(littleEndianLimbs: .init(rebasing: memory[index * width..<(index + 1) * width]))
        }
    }

    deinit { memory.deallocate() }

    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        for start in stride(from: 0, to: memory.count, by: width) {
            body(UnsafeRawBufferPointer(rebasing: memory[start..<start + width]))
        }
    }
}
