import Multiprecision
import Paillier

/// What `Scripts/check-constant-time` runs, once under valgrind for each section and once on the bare processor.
@main
enum ConstantTimeCheck {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "sections":
            for section in TaintedSection.allCases { print(section.rawValue) }
        case "taint":
            guard let section = arguments.dropFirst().first.flatMap(TaintedSection.init) else { usage() }
            try section.run()
        case "statistics":
            guard let seconds = arguments.dropFirst().first.flatMap(Double.init) else { usage() }
            try TimedOperation.measureAll(seconds: seconds)
        default:
            usage()
        }
    }

    private static func usage() -> Never {
        fatalError("usage: ConstantTimeCheck sections | taint SECTION | statistics SECONDS")
    }
}

/// A key that is here for everybody to read: safe primes from `openssl prime -generate -safe`.
enum PublishedKey {
    static func of2048() throws -> PrivateKey {
        guard let p = BigInteger(p, radix: 16), let q = BigInteger(q, radix: 16) else {
            preconditionFailure("a fixture is a hexadecimal number")
        }
        return try PrivateKey(p: p, q: q)
    }

    static let p = """
        c50d31735f212092e76ac833b000761b8cd004213c10572036dcf830e8c9f9b34610c7c1b7dbdcca9813d0b7cdf5da1f\
        d8d2af77358b9f05dc0a1b640e84c2d826e64b49164fc250376910fae34bb15caf9b9c44797369bdf0d5b71f9f5c16af\
        53c0ab20318c8ce92d36aa6cc9a2e0bcf45d0a538b1092ac6898277e76e39193
        """
    static let q = """
        dbd083e4540b3f5aed0e7f3acf10e2033aa0cf0c37dfa207ada5114181d0876e896a8656025c73f8100fbafebfbe6645\
        e99eae21c46b3fd58f370a128b691fbd41c7ed91a58c16aef773dce5072343268951191f52484d62ea0a53853e9ccc04\
        1d1b73369b1ce04930993c21c7f25e5fb6ae823fe8bfd93611e816b764409f03
        """
}
