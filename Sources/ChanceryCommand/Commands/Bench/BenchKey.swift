import Multiprecision
import Paillier

/// Keys that are here for everybody to read, and so protect nothing: a bench need not search for one.
enum BenchKey {
    /// A key of 2048 or 3072 bits; `nil` for another length.
    static func known(bits: Int) throws -> PrivateKey? {
        guard let primes = primes[bits], let p = BigInteger(primes.p, radix: 16),
            let q = BigInteger(primes.q, radix: 16)
        else { return nil }
        return try PrivateKey(p: p, q: q)
    }

    /// Safe primes, from `openssl prime -generate -safe`.
    private static let primes: [Int: (p: String, q: String)] = [
        2048: (
            p: """
            c50d31735f212092e76ac833b000761b8cd004213c10572036dcf830e8c9f9b34610c7c1b7dbdcca9813d0b7cdf5da1f\
            d8d2af77358b9f05dc0a1b640e84c2d826e64b49164fc250376910fae34bb15caf9b9c44797369bdf0d5b71f9f5c16af\
            53c0ab20318c8ce92d36aa6cc9a2e0bcf45d0a538b1092ac6898277e76e39193
            """,
            q: """
            dbd083e4540b3f5aed0e7f3acf10e2033aa0cf0c37dfa207ada5114181d0876e896a8656025c73f8100fbafebfbe6645\
            e99eae21c46b3fd58f370a128b691fbd41c7ed91a58c16aef773dce5072343268951191f52484d62ea0a53853e9ccc04\
            1d1b73369b1ce04930993c21c7f25e5fb6ae823fe8bfd93611e816b764409f03
            """
        ),
        3072: (
            p: """
            c8b39f47ee328b418b66d33e2ae219b6da8076c87d34b5aff405bd2d446b6d609e0374e26c5935ac3457416bc5381640\
            81a18f4ebcef61e1410ed0d926caf1bc0bdfdf96572a990cca74a3a6836cf8f97492ba5942e2641305de8bc2d2a5f0d3\
            b65b5c7cf020a9f5bfe8f700c7b50ef5fab05ede43b88af7c02244b806367de5ea2397fdeb2c2b8515129e940bbe73d9\
            ec4694fc880c1a136cdf265a74c9b9a99b4bc7e030071ff22706cc8d0b3d4ee00429873c7f59463cb4b0a8b4e0255d3b
            """,
            q: """
            ce1a134dae07f8cc5ae7783c7c1db257a901e82a9da0496d74a85b5b17d69f9c41c225172ada02303748568e7db6470e\
            f12fa3b33bb08d0b6d65e74e176605217a141e34b00e06402440b14797caba4ed4d087d7c886f6f928c797fcf4d0ea87\
            844a3694cfd22248da2ce9f97d7c9dbf725c64c4a758a7ea37c13bc0ae3ee0c56dd36098d7e58ec41bb4f9b58eae0690\
            dabf9cb776e0e7338372c991182d78603cccbca836a7eabefef9881b2b813dbdb3670dec0cf80326cd5ac043fc2cf8d3
            """
        ),
    ]
}
