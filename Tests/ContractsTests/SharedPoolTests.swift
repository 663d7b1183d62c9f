import Contracts
import Multiprecision
import Paillier
import SharingModel
import Testing

@Suite("Pools whose key is in shares")
struct SharedPoolTests {
    @Test("Nothing is published until every holder has acknowledged its share")
    func inForce() throws {
        var (ledger, pool, ceremony) = try TestLedger.withSharedPool(acknowledged: [])
        let data = TestLedger.dataset("care1", owners: ["site1"])
        for holder in SharedPool.holders {
            #expect(try ledger.refuse(data, by: "site1") == .poolNotInForce)
            #expect(try ledger.typed.pool("health")?.isInForce == false)
            try ledger.accept(ledger.acknowledgement(ceremony), by: holder)
        }
        try ledger.accept(data, by: "site1")
        #expect(try ledger.typed.publishedValues(of: "health", epoch: 1)?.key == pool.key.record)
        #expect(try ledger.typed.publishedValues(of: "health", epoch: 2) == nil)
    }

    @Test("A dealer whose published values do not share the pool's key makes no pool")
    func cheatingDealer() throws {
        var ledger = try TestLedger()
        let pool = try SharedPool()
        let faults = [
            (pool.record(root: 2), "number"),
            (pool.record(root: 1), "number"), (pool.record(root: 0), "values"),
            (pool.record(root: pool.key.publicKey.modulus), "values"),
            (pool.record(fingerprint: String(repeating: "0", count: 64)), "key"), (pool.record(epoch: 2), "epoch"),
        ]
        for (record, reason) in faults {
            let outcome = try ledger.submit(pool.body(record), by: "ministry").outcome
            #expect(outcome.refusal == Refusal(.dealingInvalid, ["pool": "health", "reason": reason]))
        }
        try ledger.accept(pool.body(), by: "ministry")
    }

    @Test("Who asks for data, is served, or is of another section holds no share")
    func holders() throws {
        var ledger = try TestLedger()
        let pool = try SharedPool()
        for party: PartyName in ["statistics", "clinic", "taxes"] {
            #expect(
                try ledger.refuse(pool.body(holders: ["site1", "site2", party]), by: "ministry") == .roleNotAllowed)
        }
        #expect(throws: ContractsError.self) { try pool.body(holders: ["site1", "site1", "site2"]).checkForm() }
        #expect(throws: ContractsError.self) { try pool.body(holders: ["site1", "site2"]).checkForm() }
    }

    @Test("A superior deals, or one of the holders, and no other department")
    func dealers() throws {
        var ledger = try TestLedger()
        #expect(try ledger.refuse(SharedPool().body(), by: "site3") == .notAHolder)
        try ledger.accept(SharedPool().body(), by: "site1")
    }

    @Test("A holder speaks once, for the values that stand on the ledger, and nobody else speaks")
    func acknowledgements() throws {
        var (ledger, _, ceremony) = try TestLedger.withSharedPool(acknowledged: ["site1"])
        let body = try ledger.acknowledgement(ceremony)
        #expect(try ledger.refuse(body, by: "site1") == .alreadyDecided)
        #expect(try ledger.refuse(body, by: "site3") == .notAHolder)
        #expect(try ledger.refuse(body, by: "ministry") == .notAHolder)
        let other = AcknowledgeShare(pool: "health", ceremony: ceremony, key: digest("other values"))
        #expect(try ledger.refuse(other, by: "site2") == .ceremonyUnknown)
        let wrong = AcknowledgeShare(pool: "health", ceremony: digest("other"), key: body.key)
        #expect(try ledger.refuse(wrong, by: "site2") == .ceremonyUnknown)
    }

    @Test("A complaint ends the ceremony, and only the dealer can begin anew under the name")
    func complaint() throws {
        var (ledger, pool, ceremony) = try TestLedger.withSharedPool(acknowledged: ["site1", "audit"])
        let complaint = ComplainOfShare(
            pool: "health", ceremony: ceremony, dealer: "ministry", reason: "is not the share that was published")
        #expect(try ledger.refuse(complaint, by: "site1") == .alreadyDecided)
        try ledger.accept(complaint, by: "site2")
        #expect(try ledger.refuse(ledger.acknowledgement(ceremony), by: "site2") == .ceremonyEnded)
        #expect(try ledger.refuse(TestLedger.dataset("care1", owners: ["site1"]), by: "site1") == .poolNotInForce)
        #expect(try ledger.refuse(pool.body(), by: "site1") == .alreadyExists)
        let again = try ledger.accept(SharedPool().body(), by: "ministry")
        for holder in SharedPool.holders { try ledger.accept(ledger.acknowledgement(again), by: holder) }
        #expect(try ledger.typed.pool("health")?.isInForce == true)
        #expect(try ledger.refuse(SharedPool().body(), by: "ministry") == .alreadyExists)
    }

    @Test("Refreshed shares are in force when all have acknowledged, and those before them are over")
    func refreshing() throws {
        var (ledger, pool, _, result) = try TestLedger.withSharedResult()
        let id = try ledger.refresh(pool)
        let next = try #require(try ledger.typed.ceremony(of: "health")?.key)
        #expect(next.key.epoch == 2 && next.key.fingerprint == pool.key.publicKey.fingerprint)
        for holder: PartyName in ["site1", "site2"] { try ledger.accept(ledger.acknowledgement(id), by: holder) }
        // A holder who never acknowledges stops nothing: the shares before it work on.
        try ledger.accept(TestLedger.part(result), by: "site1")
        #expect(try ledger.refuse(TestLedger.part(result, epoch: 2), by: "site2") == .epochOver)
        try ledger.accept(ledger.acknowledgement(id), by: "audit")
        #expect(try ledger.refuse(TestLedger.part(result), by: "site2") == .epochOver)
        // The part of the old epoch counts no more.
        try ledger.accept(TestLedger.part(result, epoch: 2), by: "site2")
        let mixed = TestLedger.combination(result, of: ["site1", "site2"], epoch: 2)
        #expect(try ledger.refuse(mixed, by: "statistics") == .partUnknown)
        try ledger.accept(TestLedger.part(result, epoch: 2), by: "site1")
        try ledger.accept(mixed, by: "statistics")
        #expect(try ledger.typed.ceremony(of: "health") == nil)
        #expect(try ledger.typed.publishedValues(of: "health", epoch: 1)?.key == pool.key.record)
    }

    @Test("A dealing for a refreshing that shares anything but 0, or another's, is refused")
    func cheatingRefresher() throws {
        var (ledger, pool, _) = try TestLedger.withSharedPool()
        let id = try ledger.accept(
            RenewShares(
                pool: "health", holders: SharedPool.holders, structure: pool.key.structure, dealers: ["site1"]),
            by: "site1")
        let share = try KeyShare(holder: 1, value: pool.shares[0].value, under: pool.key)
        let notZero = try share.dealResharing(under: pool.key, over: pool.key.structure).commitments
        #expect(try ledger.refuse(TestLedger.dealing(id, notZero), by: "site1") == .dealingInvalid)
        let zero = try pool.key.dealRefreshing().commitments
        #expect(try ledger.refuse(TestLedger.dealing(id, zero, count: 2), by: "site1") == .dealingInvalid)
        #expect(try ledger.refuse(TestLedger.dealing(id, zero), by: "site2") == .notAHolder)
        #expect(try ledger.refuse(TestLedger.dealing(digest("x"), zero), by: "site1") == .ceremonyUnknown)
        try ledger.accept(TestLedger.dealing(id, zero), by: "site1")
        #expect(try ledger.refuse(TestLedger.dealing(id, zero), by: "site1") == .ceremonyUnknown)
    }

    @Test("Resharing brings a newcomer in; dealers are as many as open, no more, and each shares its own share")
    func resharing() throws {
        var (ledger, pool, _) = try TestLedger.withSharedPool()
        let structure = try AccessStructure(threshold: 3, of: 4)
        let holders: [PartyName] = ["site1", "site2", "site3", "audit"]
        func proposal(_ dealers: [PartyName]) -> RenewShares {
            RenewShares(pool: "health", holders: holders, structure: structure, dealers: dealers)
        }
        for dealers: [PartyName] in [["site1"], ["site1", "site2", "audit"], ["site1", "site3"]] {
            #expect(try ledger.refuse(proposal(dealers), by: "site1") == .dealersInsufficient)
        }
        #expect(try ledger.refuse(proposal(["site1", "audit"]), by: "site3") == .notAHolder)
        let id = try ledger.accept(proposal(["site1", "audit"]), by: "site2")
        #expect(try ledger.refuse(proposal(["site1", "audit"]), by: "site1") == .ceremonyPending)
        let dealings = try [1, 3].map { holder in
            try KeyShare(holder: holder, value: pool.shares[holder - 1].value, under: pool.key)
                .dealResharing(under: pool.key, over: structure).commitments
        }
        #expect(try ledger.refuse(TestLedger.dealing(id, dealings[1], count: 4), by: "site1") == .dealingInvalid)
        try ledger.accept(TestLedger.dealing(id, dealings[0], count: 4), by: "site1")
        try ledger.accept(TestLedger.dealing(id, dealings[1], count: 4), by: "audit")
        for holder in holders { try ledger.accept(ledger.acknowledgement(id), by: holder) }
        let sharing = try #require(try ledger.typed.pool("health")?.sharing)
        #expect(sharing.key.holders == holders && sharing.key.key.epoch == 2 && sharing.key.key.factor > 1)
    }

    @Test("No sharing lets one holder open alone, neither the first nor a later one")
    func oneHolder() throws {
        var ledger = try TestLedger()
        let alone: [AccessStructure] = [
            try AccessStructure(threshold: 1, of: 3),
            try AccessStructure(.gate(threshold: 1, of: [.holder, .gate(threshold: 2, of: [.holder, .holder])])),
        ]
        for structure in alone {
            let body = try SharedPool(structure).body()
            let outcome = try ledger.submit(body, by: "ministry").outcome
            #expect(outcome.refusal == Refusal(.dealingInvalid, ["pool": "health", "reason": "one"]))
        }
        var (inForce, _, _) = try TestLedger.withSharedPool()
        for structure in alone {
            let body = RenewShares(
                pool: "health", holders: SharedPool.holders, structure: structure, dealers: ["site1", "site2"])
            #expect(try inForce.refuse(body, by: "site1") == .dealingInvalid)
        }
    }

    @Test("A complaint ends a renewal, and the shares before it stay in force")
    func complaintInRenewal() throws {
        var (ledger, pool, _, result) = try TestLedger.withSharedResult()
        let id = try ledger.refresh(pool)
        let complaint = ComplainOfShare(pool: "health", ceremony: id, dealer: "audit", reason: "no share")
        let nobody = ComplainOfShare(pool: "health", ceremony: id, dealer: "site2", reason: "no share")
        #expect(try ledger.refuse(nobody, by: "site2") == .notAHolder)
        try ledger.accept(complaint, by: "site2")
        #expect(try ledger.refuse(ledger.acknowledgement(id), by: "site1") == .ceremonyEnded)
        try ledger.accept(TestLedger.part(result), by: "site2")
        _ = try ledger.refresh(pool)
    }
}
