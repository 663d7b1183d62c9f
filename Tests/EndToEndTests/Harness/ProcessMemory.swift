import Foundation
import Multiprecision

/// All writable memory of a stopped process, as a core dump would have it.
struct ProcessMemory: Sendable {
    private let regions: [(name: String, data: Data)]

    init(of process: pid_t) throws {
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        let memory = open("/proc/\(process)/mem", O_RDONLY)
        guard memory >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EACCES) }
        defer { close(memory) }
        regions = maps.split(separator: "\n").compactMap { line in
            // `from-to rw… offset device inode name`
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2, fields[1].hasPrefix("rw") else { return nil }
            let data = ProcessMemory.read(ends[0]..<ends[1], of: memory)
            return data.isEmpty ? nil : (String(fields.count > 5 ? fields[5] : fields[0]), data)
        }
    }

    private static func read(_ range: Range<UInt>, of memory: Int32) -> Data {
        var data = Data(count: range.count)
        let count = data.withUnsafeMutableBytes { pread(memory, $0.baseAddress, $0.count, off_t(range.lowerBound)) }
        return data.prefix(max(count, 0))
    }

    var byteCount: Int { regions.map(\.data.count).reduce(0, +) }

    /// Where secrets are to be read, each with its name.
    func places(of secrets: [SecretForms]) -> [String] {
        let search = SecretSearch(secrets)
        return regions.flatMap { region in search.names(in: region.data).map { "\($0) in \(region.name)" } }
    }

    /// A prime factor of `modulus` that lies in limbs in memory: every number of half its length there is tried.
    func factor(of modulus: BigInteger) -> BigInteger? {
        let count = modulus.bitWidth / 128
        for region in regions {
            let found = region.data.withUnsafeBytes { bytes -> BigInteger? in
                let words = bytes.bindMemory(to: UInt64.self)
                guard words.count >= count else { return nil }
                for start in 0...words.count - count {
                    // A safe prime is 3 modulo 4, and its highest bit is set.
                    guard words[start] & 3 == 3, words[start + count - 1] >> 63 == 1 else { continue }
                    let limbs = bytes[start * 8..<(start + count) * 8]
                    let candidate = BigInteger(bigEndianBytes: limbs.reversed())
                    if modulus.flooredQuotientAndRemainder(dividingBy: candidate).remainder.isZero { return candidate }
                }
                return nil
            }
            if let found { return found }
        }
        return nil
    }
}
