import CanonicalJSON
import Foundation
import Testing

/// Commands that make, keep, use or pass on shares of keys.
extension CrashScenario {
    static let ofShares = [
        createShared, acknowledgeShare, refresh, deal, takeRefreshed, givePart, combine, deposit, acknowledgeDeposit,
        grantFirst, grantLast, openGranted, refreshEscrow, dealEscrow, takeEscrow,
    ]

    private static let createShared = shares(
        "pool create", at: .founded, command: { _ in try TestConsortium.createSharedPool }, once: "pool.create",
        expectDone: { state in
            // Sealed shares of a run that was killed may lie about; those of the pool are whole.
            try await state.consortium.acknowledgePool(by: TestConsortium.poolHolders)
            #expect(try await state.consortium.json("pool", "show", "health")["inForce"] == true)
            let kept = try state.consortium.secretNames(of: "ministry")
            #expect(!kept.contains { $0.hasPrefix("pool") }, "the dealer has kept a key: \(kept)")
        })

    private static let acknowledgeShare = shares(
        "pool acknowledge", at: .dealt,
        command: { _ in ["pool", "acknowledge", "health", "--as", "site1", "--json"] }, once: "pool.acknowledge",
        expectDone: { state in
            try await state.consortium.acknowledgePool(by: TestConsortium.poolHolders.dropFirst())
            #expect(try await state.consortium.json("pool", "show", "health")["inForce"] == true)
        })

    private static let refresh = shares(
        "pool refresh", at: .computed, command: { _ in ["pool", "refresh", "health", "--as", "site2", "--json"] },
        once: "pool.renew",
        expectDone: { state in
            // What is proposed stops nothing.
            try await state.consortium.expectOpensWithShares(state)
        })

    private static let deal = shares(
        "pool deal", at: .proposed, command: { ["pool", "deal", "health", $0.ceremony, "--as", "site1", "--json"] },
        once: "pool.deal",
        expectDone: { state in
            try await state.consortium.deal(by: Array(TestConsortium.poolHolders.dropFirst()))
            try await state.consortium.acknowledgePool(by: TestConsortium.poolHolders)
            #expect(try await state.consortium.json("pool", "show", "health")["epoch"] == 2)
            try await state.consortium.expectOpensWithShares(state)
        })

    private static let takeRefreshed = shares(
        "pool acknowledge (last of a refreshing)", at: .renewed,
        command: { _ in ["pool", "acknowledge", "health", "--as", "province", "--json"] }, once: "pool.acknowledge",
        expectDone: { state in
            #expect(try await state.consortium.json("pool", "show", "health")["epoch"] == 2)
            let shares = try state.consortium.secretNames(of: "province").filter { $0.hasPrefix("share.") }
            #expect(shares == ["share.health.2.health"])
            try await state.consortium.expectOpensWithShares(state)
        })

    private static let givePart = shares(
        "open as a holder", at: .computed, command: { ["open", $0.result, "--as", "site1", "--json"] },
        once: "opening.part",
        expectDone: { state in
            try await state.consortium.give(state.result, by: "audit")
            try await state.consortium.run("open", state.result, "--as", "statistics").expectStatus(0)
            try await state.consortium.expectOpened(state.result)
        })

    private static let combine = shares(
        "open as the requester", at: .given, command: { ["open", $0.result, "--as", "statistics", "--json"] },
        once: "opening.combine",
        expectDone: { state in try await state.consortium.expectOpened(state.result) })

    private static let deposit = shares(
        "escrow deposit", at: .keyed, command: { _ in ["escrow", "deposit", "--as", "site1", "--json"] },
        once: "escrow.deposit",
        expectDone: { state in
            try await state.consortium.acknowledgeEscrow(by: TestConsortium.escrowHolders)
            let deposits = try await state.consortium.json("escrow", "list")["deposits"]?.arrayValue
            #expect(deposits?.count == 1 && deposits?.first?["complete"] == true)
        })

    private static let acknowledgeDeposit = shares(
        "escrow acknowledge", at: .deposited,
        command: { _ in ["escrow", "acknowledge", "--as", "ministry", "--json"] }, once: "escrow.acknowledge",
        expectDone: { state in
            let deposits = try await state.consortium.json("escrow", "list")["deposits"]?.arrayValue
            #expect(deposits?.first?["missing"] == ["audit", "site2"])
            let names = try state.consortium.secretNames(of: "ministry")
            #expect(names.contains { $0.hasPrefix("escrow.") })
        })

    private static let grantFirst = shares(
        "escrow grant (first)", at: .requested,
        command: { ["escrow", "grant", $0.request, "--as", "ministry", "--json"] }, once: "escrow.grant",
        expectDone: { state in
            try await state.consortium.grant(state.request, by: "audit", "ministry")
            try await state.consortium.expectName(state.request)
        })

    private static let grantLast = shares(
        "escrow grant (last)", at: .grantedByOne,
        command: { ["escrow", "grant", $0.request, "--as", "audit", "--json"] }, once: "escrow.grant",
        expectDone: { state in
            try await state.consortium.grant(state.request, by: "ministry")
            try await state.consortium.expectName(state.request)
        })

    private static let openGranted = shares(
        "escrow open", at: .granted,
        command: { ["escrow", "open", $0.request, "--as", "statistics", "--json"] }, once: "escrow.open",
        expectDone: { state in try await state.consortium.expectName(state.request) })

    private static let refreshEscrow = shares(
        "escrow refresh", at: .published,
        command: { _ in ["escrow", "refresh", "--owner", "site1", "--as", "audit", "--json"] }, once: "escrow.renew",
        expectDone: { state in
            // What is proposed stops nothing.
            try await state.consortium.expectOpensByEscrow(by: "ministry", "audit")
        })

    private static let dealEscrow = shares(
        "escrow deal", at: .escrowProposed,
        command: { ["escrow", "deal", $0.ceremony, "--owner", "site1", "--as", "ministry", "--json"] },
        once: "escrow.deal",
        expectDone: { state in
            try await state.consortium.dealEscrow(by: ["audit", "site2"])
            try await state.consortium.acknowledgeEscrow(by: TestConsortium.escrowHolders)
            try await state.consortium.expectEscrowRenewed()
            try await state.consortium.expectOpensByEscrow(by: "ministry", "audit")
        })

    private static let takeEscrow = shares(
        "escrow acknowledge (last of a refreshing)", at: .escrowRenewed,
        command: { _ in ["escrow", "acknowledge", "--as", "site2", "--json"] }, once: "escrow.acknowledge",
        expectDone: { state in
            try await state.consortium.expectEscrowRenewed()
            let shares = try state.consortium.secretNames(of: "site2").filter { $0.hasPrefix("escrow.") }
            #expect(shares.count == 1, "\(shares)")
            try await state.consortium.expectOpensByEscrow(by: "site2", "audit")
        })

    /// A scenario whose command makes one transaction of a kind, however often it is killed and run.
    private static func shares(
        _ name: String, at stage: TestConsortium.SharedStage,
        command: @escaping @Sendable (TestConsortium.Prepared) throws -> [String], once kind: String,
        expectDone: @escaping @Sendable (TestConsortium.Prepared) async throws -> Void
    ) -> CrashScenario {
        once(
            name, start: { try await TestConsortium.shared(stage) }, command: command, kind: kind,
            expectDone: expectDone)
    }

    /// A scenario whose command makes so many transactions of a kind, however often it is killed and run.
    static func once(
        _ name: String, start: @escaping @Sendable () async throws -> TestConsortium.Prepared,
        command: @escaping @Sendable (TestConsortium.Prepared) throws -> [String], kind: String, count: Int = 1,
        values: [SecretForms] = [],
        expectDone: @escaping @Sendable (TestConsortium.Prepared) async throws -> Void
    ) -> CrashScenario {
        CrashScenario(
            name: name, start: start, arguments: command, weight: 8, values: values,
            expectNothingPartial: { state, log in
                let before = try await start().consortium.log().count { $0.kind == kind }
                #expect((before...before + count).contains(log.count { $0.kind == kind }))
            },
            expectDone: { state, document, told in
                let log = try await state.consortium.log()
                let before = try await start().consortium.log().count { $0.kind == kind }
                let made = log.filter { $0.kind == kind }.dropFirst(before)
                #expect(made.count == count && made.allSatisfy(\.accepted), "\(made)")
                // What a run was told of is what the next one tells of, where it tells anything.
                if let told = told?["transaction"] {
                    #expect(document["transaction"] == told || document["transaction"] == nil)
                }
                try await expectDone(state)
            })
    }
}

extension TestConsortium {
    /// Parts of two holders, and what the requester makes of them.
    func expectOpensWithShares(_ state: Prepared) async throws {
        try await give(state.result, by: "site2", "audit")
        try await run("open", state.result, "--as", "statistics").expectStatus(0)
        try await expectOpened(state.result)
    }

    /// The deposit of `site1` has shares of the second epoch, in force.
    func expectEscrowRenewed() async throws {
        let deposits = try await json("escrow", "list")["deposits"]?.arrayValue
        #expect(deposits?.count == 1 && deposits?.first?["epoch"] == 2 && deposits?.first?["complete"] == true)
    }

    /// Two holders grant a request of now, with the shares that are in force.
    func expectOpensByEscrow(by first: String, _ second: String) async throws {
        let request = try await requestName(row: 3)
        try await grant(request, by: first, second, first)
        try await expectName(request)
    }

    /// The name in row 3, once granted, and its use on the ledger once.
    func expectName(_ request: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let opened = try await json("escrow", "open", request, "--as", "statistics", sourceLocation: sourceLocation)
        #expect(opened["value"]?.stringValue == TestConsortium.name(1, 3), sourceLocation: sourceLocation)
        #expect(try await log().count { $0.kind == "escrow.open" } == 1, sourceLocation: sourceLocation)
    }
}
