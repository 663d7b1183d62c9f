import Foundation
import Multiprecision
import Paillier

/// An operation on inputs of two classes whose times must not differ: `dudect`'s test.
///
/// Classes come in random order; times above a percentile of both together are left out, for several percentiles; Welch's
/// t of what is left. |t| under 4.5 shows no difference, over 10 shows one.
/// - SeeAlso: O. Reparaz, J. Balasch, I. Verbauwhede, Dude, is my code constant time?, DATE 2017.
struct TimedOperation {
    let name: String
    /// Whether the method must find a difference here.
    var isControl = false
    /// Runs once on input `index` of the fixed or the random class.
    let body: (_ isFixed: Bool, _ index: Int) throws -> Void

    /// Inputs of a class; both classes lie in as much memory.
    static let inputCount = 256

    static func measureAll(seconds: Double) throws {
        print("operation | times | t")
        for operation in try all() {
            let (count, t) = try operation.measure(seconds: seconds)
            let verdict =
                operation.isControl
                ? (t.magnitude > 10 ? "difference seen, as it must be" : "FAILED: the method sees nothing here")
                : (t.magnitude < 4.5 ? "no difference" : t.magnitude < 10 ? "unclear: repeat" : "FAILED: a difference")
            print("\(operation.name) | \(count) | \(String(format: "%.2f", t)) | \(verdict)")
        }
    }

    private func measure(seconds: Double) throws -> (count: Int, t: Double) {
        let clock = ContinuousClock()
        var samples: (fixed: [Double], random: [Double]) = ([], [])
        for index in 0..<16 { try body(index.isMultiple(of: 2), index) }
        let start = clock.now
        while start.duration(to: clock.now) / .seconds(1) < seconds {
            for index in 0..<Self.inputCount {
                let isFixed = Bool.random()
                let elapsed = try clock.measure { try body(isFixed, index) } / .nanoseconds(1)
                if isFixed { samples.fixed.append(elapsed) } else { samples.random.append(elapsed) }
            }
        }
        let all = (samples.fixed + samples.random).sorted()
        let t = [0.5, 0.75, 0.9, 0.99].map { share in
            let limit = all[Int(Double(all.count - 1) * share)]
            return welch(samples.fixed.filter { $0 <= limit }, samples.random.filter { $0 <= limit })
        }
        return (all.count, t.max { $0.magnitude < $1.magnitude } ?? 0)
    }

    private func welch(_ a: [Double], _ b: [Double]) -> Double {
        func moments(_ x: [Double]) -> (mean: Double, error: Double) {
            let mean = x.reduce(0, +) / Double(x.count)
            let squares = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (mean, squares / Double(x.count - 1) / Double(x.count))
        }
        let (first, second) = (moments(a), moments(b))
        return (first.mean - second.mean) / (first.error + second.error).squareRoot()
    }
}

extension TimedOperation {
    private static func all() throws -> [TimedOperation] {
        let key = try PublishedKey.of2048()
        return try powers(modulus: key.publicKey.modulus) + decryptions(key)
    }

    /// Exponents of two bits set against random ones of the same length.
    private static func powers(modulus: BigInteger) -> [TimedOperation] {
        var generator = SystemRandomNumberGenerator()
        let base = BigInteger.random(below: modulus, using: &generator)
        let top = BigInteger.one << 511
        let light = (0..<inputCount).map { _ in top + 1 }
        let random = (0..<inputCount).map { _ in top + BigInteger.random(bitCount: 511, using: &generator) }
        let lanes = LaneKernel.available.compactMap { kernel -> TimedOperation? in
            guard let ring = LaneRing(modulus: modulus, isSquare: false, kernel: kernel) else { return nil }
            let (workspace, x, z) = (ring.makeWorkspace(), ring.makeNumber(), ring.makeNumber())
            ring.enter([base], into: x, workspace: workspace)
            return TimedOperation(name: "secret power, eight lanes, \(kernel.rawValue)") { isFixed, index in
                ring.secretPower(
                    x, isFixed ? light[index] : random[index], bitCount: 512, into: z, workspace: workspace)
            }
        }
        return [
            TimedOperation(name: "control: power in variable time", isControl: true) { isFixed, index in
                _ = base.power(isFixed ? light[index] : random[index], modulo: modulus, variableTime: true)
            },
            TimedOperation(name: "secret power, GMP") { isFixed, index in
                _ = try base.secretPower(isFixed ? light[index] : random[index], modulo: modulus)
            },
        ] + lanes
    }

    /// One ciphertext again and again against random ones. Its plaintext is random too: the joins around the powers take
    /// their time from lengths, and 0 would be shorter than all others.
    private static func decryptions(_ key: PrivateKey) throws -> [TimedOperation] {
        let encryptor = try Encryptor(key: key.publicKey, randomness: .short(bits: 256), expectedCount: 512)
        let one = try encryptor.encrypt(BigInteger.random(below: key.publicKey.modulus))
        // Copies of their own, so that the caches favour neither class.
        let fixed = try (0..<inputCount).map { _ in
            try Ciphertext(checking: one.value + 0, under: key.publicKey)
        }
        let random = try (0..<inputCount).map { _ in
            try encryptor.encrypt(BigInteger.random(below: key.publicKey.modulus))
        }
        func batch(_ pool: [Ciphertext], _ index: Int) -> [Ciphertext] {
            (0..<8).map { pool[(index + $0) % inputCount] }
        }
        let batches = (fixed: fixed.indices.map { batch(fixed, $0) }, random: random.indices.map { batch(random, $0) })
        return [
            TimedOperation(name: "decryption") { isFixed, index in
                _ = try key.decrypt(isFixed ? fixed[index] : random[index])
            },
            TimedOperation(name: "decryption of a batch of 8") { isFixed, index in
                _ = try key.decrypt(isFixed ? batches.fixed[index] : batches.random[index])
            },
        ]
    }
}
