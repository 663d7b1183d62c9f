import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import Testing

@Suite("Pools")
struct PoolTests {
    @Test("A pool keeps its custodian, its members, its key and the key's proof")
    func created() throws {
        let ledger = try TestLedger.withPool()
        let pool = try #require(try ledger.typed.pool("health"))
        #expect(pool.custodian == "ministry")
        #expect(pool.members == ["site1", "site2", "site3"])
        #expect(pool.modulus == PoolKey.small.modulus)
        #expect(pool.keyProof == PoolKey.small.proof)
        #expect(pool.keyFingerprint == PoolKey.fingerprint)
        #expect(try ledger.typed.pools() == [pool])
    }

    @Test("A department may hold the key of its own pool")
    func departmentAsCustodian() throws {
        var ledger = try TestLedger()
        try ledger.accept(TestLedger.pool("health"), by: "site1")
        #expect(try ledger.typed.pool("health")?.custodian == "site1")
    }

    @Test("Who asks for data, checks it, or is served cannot hold a key", arguments: ["statistics", "audit", "clinic"])
    func custodianRoles(_ party: String) throws {
        var ledger = try TestLedger()
        #expect(try ledger.refuse(TestLedger.pool("health"), by: .init(stringLiteral: party)) == .roleNotAllowed)
    }

    @Test("Only departments of the section are members", arguments: ["taxes", "ministry", "statistics"])
    func members(_ party: String) throws {
        var ledger = try TestLedger()
        let body = TestLedger.pool("health", members: ["site1", .init(stringLiteral: party)])
        #expect(try ledger.refuse(body, by: "ministry") == .roleNotAllowed)
    }

    @Test("A department of another section holds no key here")
    func foreignCustodian() throws {
        var ledger = try TestLedger()
        #expect(try ledger.refuse(TestLedger.pool("health"), by: "taxes") == .roleNotAllowed)
    }

    @Test("A key under 2048 bits is refused, whatever its proof")
    func shortKey() throws {
        var ledger = try TestLedger(rules: ContractRules())
        let outcome = try ledger.submit(TestLedger.pool("health"), by: "ministry").outcome
        #expect(outcome.refusal == Refusal(.keyInvalid, ["pool": "health", "reason": "size"]))
    }

    /// Safe primes of `openssl prime -generate -safe -bits 1024 -hex`.
    @Test("A key of 2048 bits with its proof is accepted under the rules in force")
    func sufficientKey() throws {
        let p =
            "da95d3cfe3d24cc4cf75365fee66c5b436fa4a1c949b10a6c533f9cee748278511e280dab8eb5615a1426cb8"
            + "f43ae4d956480a53f3eef65fff94f0f1323cd8a5eafb2f00875ea2793394c4f36b86e9b25888c3b09b49cce7"
            + "e84c80947ea35ead631111f534febf638c9ca83d56499f6eb26b7e71de64088e6808c8b5467d006b"
        let q =
            "eaad4fa812b08e970799f387484c1de426b463435002349eede87951ae89968cc2fa6a5fe76145e800593c1a"
            + "06eac4ea7374422ac4ec026a89368bb4c01deb849c6a80b74d136acb8bc6aa817a6f113287801e32135574dd"
            + "3b8b4bfe878ab08d1b098a0b4e16abd83d729b86d7a2c36c0a79d3614dee9cc69e40bd65a6fd195b"
        let key = try PrivateKey(
            p: try #require(BigInteger(p, radix: 16)), q: try #require(BigInteger(q, radix: 16)))
        var ledger = try TestLedger(rules: ContractRules())
        let body = CreatePool(
            name: "health", members: ["site1"], modulus: Data(key.publicKey.modulusBytes),
            keyProof: try key.proveModulus())
        try ledger.accept(body, by: "ministry")
        #expect(try ledger.typed.pool("health")?.keyFingerprint.hex == key.publicKey.fingerprint)
    }

    @Test("A modulus with a zero in front, an even one and a square are refused")
    func unsoundModulus() throws {
        var ledger = try TestLedger()
        let modulus = PoolKey.small.modulus
        // 2^255, and (2^127 − 1)²: a prime squared passes for a product of two primes until it is looked at.
        let even = Data([0x80] + [UInt8](repeating: 0, count: 31))
        let square = Data(
            [0x3F] + [UInt8](repeating: 0xFF, count: 14) + [0xFF, 0] + [UInt8](repeating: 0, count: 14) + [1])
        for unsound in [Data([0]) + modulus, even, square] {
            let outcome = try ledger.submit(TestLedger.pool("health", modulus: unsound), by: "ministry").outcome
            #expect(outcome.refusal == Refusal(.keyInvalid, ["pool": "health", "reason": "modulus"]))
        }
    }

    @Test("A proof for another order of roots, or with one missing, does not hold")
    func wrongProof() throws {
        var ledger = try TestLedger()
        let (modulus, proof) = PoolKey.small
        for roots in [proof.roots.reversed(), proof.roots.dropLast()] {
            let body = CreatePool(
                name: "health", members: ["site1"], modulus: modulus, keyProof: NthRootProof(roots: Array(roots)))
            let outcome = try ledger.submit(body, by: "ministry").outcome
            #expect(outcome.refusal == Refusal(.keyInvalid, ["pool": "health", "reason": "proof"]))
        }
    }
}
