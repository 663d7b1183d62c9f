import ArgumentParser
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier

struct BenchSum: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sum",
        abstract: "Measure sums of growing length on one core, with the memory that they take.",
        discussion: """
            Adds up --items ciphertexts that lie in memory as in a shard, 4,096 different ones again and again, and \
            compares the decrypted sum with the sum of the plaintexts. The peak of memory is the process's so far; \
            grown_bytes is what this sum added to it.

            EXAMPLE:
              chancery bench sum --items 10000,100000,1000000,10000000 --json
            """)

    @Option(help: ArgumentHelp("Length of the modulus.", valueName: "2048|3072"))
    var bits = 2048

    @Option(help: ArgumentHelp("How many additions, one measurement each.", valueName: "n,n"))
    var items = NumberList([10_000, 100_000, 1_000_000])

    @OptionGroup var json: JSONOptions

    func validate() throws {
        guard try BenchKey.known(bits: bits) != nil else { throw ValidationError("--bits is 2048 or 3072") }
        guard items.numbers.allSatisfy({ $0 <= 1_000_000_000 }) else {
            throw ValidationError("--items are up to 1000000000")
        }
    }

    func run() throws {
        var report = BenchReport()
        guard let key = try BenchKey.known(bits: bits) else {
            throw PaillierError.keySizeNotSupported(bitCount: bits)
        }
        let encryptor = try Encryptor(key: key.publicKey, randomness: .short(bits: 512), expectedCount: 2)
        let first: [BigInteger] = [17, 4]
        let rows = try AlignedCiphertexts(
            sumsOf: first.map { try encryptor.encrypt($0) }, count: Self.distinctCount)
        // Each row is the sum of the two before it; so are the plaintexts.
        var (plaintexts, previous, current) = ([BigInteger](), first[0], first[1])
        for _ in 0..<Self.distinctCount {
            plaintexts.append(current)
            (previous, current) = (current, (previous + current).modulo(key.publicKey.modulus))
        }
        for count in items.numbers {
            let figure = try measure(count, rows: rows, plaintexts: plaintexts, key: key)
            report.add(figure)
        }
        try json.print(report.document) { report.text }
    }

    private static let distinctCount = 4_096

    private func measure(
        _ count: Int, rows: AlignedCiphertexts, plaintexts: [BigInteger], key: PrivateKey
    ) throws -> BenchReport.Figure {
        let progress = ProgressBar("adding", unit: "ciphertexts", total: count)
        defer { progress.finish() }
        let (before, clock) = (ResourceUsage.now, ContinuousClock())
        let start = clock.now
        var sum = CiphertextAccumulator(key: key.publicKey)
        for done in stride(from: 0, to: count, by: Self.distinctCount) {
            for index in 0..<min(Self.distinctCount, count - done) { sum.add(littleEndianLimbs: rows[index]) }
            progress.update(done)
        }
        let value = sum.value()
        let (wall, after) = (start.duration(to: clock.now) / .seconds(1), ResourceUsage.now)
        let (whole, rest) = count.quotientAndRemainder(dividingBy: Self.distinctCount)
        let expected =
            plaintexts.reduce(BigInteger.zero, +) * BigInteger(whole)
            + plaintexts[..<rest].reduce(BigInteger.zero, +)
        guard try key.decrypt(value) == expected.modulo(key.publicKey.modulus) else {
            throw PaillierError.decryptionInexact
        }
        let cpu = after.processorSeconds - before.processorSeconds
        return BenchReport.Figure(
            name: "sum", parameters: ["bits": .integer(Int64(bits)), "items": .integer(Int64(count))],
            value: wall, unit: "s",
            details: [
                "cpu_us_per_item": cpu / Double(count) * 1e6, "peak_bytes": Double(after.peakBytes),
                "grown_bytes": Double(after.peakBytes - before.peakBytes),
            ])
    }
}
