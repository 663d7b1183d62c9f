import Contracts
import Foundation
import SharingModel
import Testing

@Suite("Outcomes and state")
struct OutcomeTests {
    @Test("The writes' digest is SHA-256 over a canonical array of key and base64 or null")
    func writesDigest() throws {
        let writes = [StateWrite(key: "a/1", value: Data([1, 2])), StateWrite(key: "b", value: nil)]
        // hashlib.sha256(b'[["a/1","AQI="],["b",null]]') and hashlib.sha256(b'[]') of Python.
        let expected = "5fcebb793b3e182698e4e13f133e72238e332418dc441ed0528df51850ad7d05"
        let none = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
        #expect(try Outcome.accepted(writes).writesDigest().hex == expected)
        #expect(try Outcome.refused(Refusal(.purposeMissing)).writesDigest().hex == none)
    }

    @Test("The writes of every transaction are sorted by bytes, one a key, canonical JSON under ASCII keys")
    func writes() throws {
        let (ledger, _, _) = try TestLedger.withResult()
        for entry in ledger.history {
            let keys = entry.outcome.writes.map(\.key)
            #expect(!keys.isEmpty)
            #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(keys.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
        }
    }

    @Test("A redemption writes only the uses and itself, however many datasets the token has")
    func smallWrites() throws {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(ledger.redeem(token), by: "statistics")
        let kinds = try #require(ledger.history.last).outcome.writes.map { $0.key.prefix { $0 != "/" } }
        #expect(kinds == ["redemption", "token-uses"])
    }

    @Test("Writes laid over a state read as if they were in it, deletions included")
    func overlay() throws {
        var base = MemoryState()
        base.apply([write("a/1", 1), write("a/2", 2), write("b/1", 3)])
        var overlay = OverlaidState(over: base)
        let changes = [write("a/0", 4), StateWrite(key: "a/1", value: nil), write("a/2", 5), write("a/2", 6)]
        overlay.apply(changes)
        base.apply(changes)
        for key in ["a/0", "a/1", "a/2", "b/1", "c"] {
            #expect(try overlay.value(for: key) == base.value(for: key))
        }
        for prefix in ["", "a/", "a/1", "b", "c"] {
            #expect(try overlay.entries(prefix: prefix) == base.entries(prefix: prefix))
        }
        #expect(overlay.writes == [write("a/0", 4), StateWrite(key: "a/1", value: nil), write("a/2", 6)])
    }

    @Test("A damaged value is reported by its key, never read as something else")
    func damaged() throws {
        var state = MemoryState()
        state.apply([StateWrite(key: "pool/health", value: Data("{}".utf8))])
        #expect(throws: ContractsError.corruptState(key: "pool/health")) {
            try LedgerState(state).pool("health")
        }
        #expect(throws: ContractsError.corruptState(key: "pool/health")) { try LedgerState(state).pools() }
    }

    private func write(_ key: String, _ byte: UInt8) -> StateWrite {
        StateWrite(key: key, value: Data([byte]))
    }
}
