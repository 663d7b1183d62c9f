import Contracts
import Foundation
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
