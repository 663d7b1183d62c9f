import CanonicalJSON
import Foundation
import TestSupport
import Testing

/// Pools whose key is in shares, deposits, requests and openings, in any order in which they can come. What is next is read
/// from the ledger: a command that was killed has done its work, or has not.
struct SharesWalk: KilledCommands {
    private let token: String
    private(set) var killing: RandomKilling
    /// A result on its way, and the holders who have given a part since it was found that too few had.
    private var opening: (result: String, given: Set<String>)?

    private var consortium: TestConsortium { killing.consortium }

    static func begin(seed: UInt64) async throws -> SharesWalk {
        let state = try await TestConsortium.shared(.published).copy()
        let token = try await state.consortium.requestToken(uses: 1_000)
        try await state.consortium.approve(token, by: "site1")
        return SharesWalk(
            token: token, killing: RandomKilling(in: state.consortium, seed: seed, acknowledged: [token]))
    }

    private init(token: String, killing: RandomKilling) {
        self.token = token
        self.killing = killing
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<5, using: &killing.generator) {
        case 0: _ = try await killing.run(otherPool())
        case 1: _ = try await killing.run(renewal(of: "health"))
        case 2: _ = try await killing.run(escrowRenewal())
        case 3: _ = try await killing.run(escrowRequest())
        default: try await open()
        }
    }

    private mutating func pick(_ parties: [String]) -> String? { parties.randomElement(using: &killing.generator) }

    /// A second pool is dealt, and taken by one holder after the other; its shares are then renewed like those of the first.
    private mutating func otherPool() async throws -> [String] {
        let shown = try await consortium.run("pool", "show", "other", "--json")
        guard shown.status == 0 else { return try TestConsortium.sharedPool("other", key: .site2) }
        let pool = try shown.document()
        let missing = names(pool["holders"]).filter { !names(pool["acknowledged"]).contains($0) }
        if let holder = pick(missing) { return ["pool", "acknowledge", "other", "--as", holder] }
        return try await renewal(of: "other")
    }

    private mutating func renewal(of name: String) async throws -> [String] {
        let pool = try await consortium.json("pool", "show", name)
        guard let ceremony = pool["ceremony"] else {
            let three = names(pool["holders"]).count == 3
            return switch Int.random(in: 0..<3, using: &killing.generator) {
            case 0:
                [
                    "pool", "reshare", name, "--threshold", "2", "--holders",
                    (three ? TestConsortium.poolHolders : TestConsortium.poolHolders.dropLast()).joined(separator: ","),
                    "--as", "audit",
                ]
            default: ["pool", "refresh", name, "--as", "audit"]
            }
        }
        if let dealer = pick(silent(ceremony)) {
            let (id, structure) = (try ceremony.text("id"), try ceremony.text("structure"))
            return ["pool", "deal", name, id, "--holders", structure, "--as", dealer]
        }
        return ["pool", "acknowledge", name, "--as", pick(waiting(ceremony)) ?? "audit"]
    }

    private mutating func escrowRenewal() async throws -> [String] {
        let deposits = try await consortium.json("escrow", "list")["deposits"]?.arrayValue ?? []
        if let pending = deposits.first(where: { $0["complete"] == false }) {
            return ["escrow", "acknowledge", "--as", pick(names(pending["missing"])) ?? "audit"]
        }
        guard let ceremony = deposits.first?["ceremony"] else {
            return Bool.random(using: &killing.generator)
                ? ["escrow", "refresh", "--owner", "site1", "--as", "audit"]
                : ["escrow", "deposit", "--anew", "--as", "site1"]
        }
        if let dealer = pick(silent(ceremony)) {
            return ["escrow", "deal", try ceremony.text("id"), "--owner", "site1", "--as", dealer]
        }
        return ["escrow", "acknowledge", "--as", pick(waiting(ceremony)) ?? "audit"]
    }

    /// The policy allows two in full; every later request is denied.
    private mutating func escrowRequest() async throws -> [String] {
        let requests = try await consortium.json("escrow", "list")["requests"]?.arrayValue ?? []
        let live = requests.first { ["waiting", "open", "granted"].contains($0["status"]?.stringValue) }
        guard let live, let id = live["request"]?.stringValue else {
            return [
                "escrow", "request", "d1", "--row", "3", "--field", "name", "--reason", "a walk", "--as", "statistics",
            ]
        }
        if live["status"] == "granted" {
            // Once more, to hand the parts out; the requester then has them.
            for holder in names(live["granted"]) {
                try await consortium.run("escrow", "grant", id, "--as", holder).expectStatus(0)
            }
            return ["escrow", "open", id, "--as", "statistics"]
        }
        let granted = names(live["granted"])
        let spoken = granted + (live["denied"]?.objectValue ?? [:]).keys
        let full = requests.count { ["granted", "used"].contains($0["status"]?.stringValue) }
        let holder = pick(TestConsortium.escrowHolders.filter { !spoken.contains($0) }) ?? "audit"
        return full < 2
            ? ["escrow", "grant", id, "--as", holder]
            : ["escrow", "deny", id, "--reason", "enough for this period", "--as", holder]
    }

    private mutating func open() async throws {
        guard let opening else {
            let document = try await killing.run([
                "query", TestConsortium.statement, "--token", token, "--as", "statistics",
            ])
            if let result = document?["result"]?.stringValue { self.opening = (result, []) }
            return
        }
        let holders = names(try await consortium.json("pool", "show", "health")["holders"])
        if opening.given.count >= 2 {
            let arguments = ["open", opening.result, "--as", "statistics"]
            // Parts of before a renewal do not count: the holders give theirs again.
            let opened = try await killing.run(arguments, mayFail: true)
            let shown = try await consortium.json("result", "show", opening.result, "--as", "statistics")
            if opened != nil || shown["status"] == "opened" {
                try await consortium.expectOpened(opening.result)
                self.opening = nil
            } else {
                self.opening?.given = []
            }
            return
        }
        guard let holder = pick(holders.filter { !opening.given.contains($0) }) else { return }
        if try await killing.run(["open", opening.result, "--as", holder]) != nil {
            self.opening?.given.insert(holder)
        }
    }

    func check() async throws {
        try await killing.check()
        let secrets = try consortium.secrets()
        #expect(try FileSnapshot(of: consortium.folder).places(of: secrets).isEmpty)
    }

    /// What is under way is brought to its end, and all that was sealed is opened.
    mutating func finish() async throws {
        for _ in 0..<12 {
            let next = try await renewal(of: "health")
            if ["refresh", "reshare"].contains(next[1]) { break }
            try await consortium.run(next).expectStatus(0)
        }
        for _ in 0..<12 {
            let next = try await escrowRenewal()
            if ["refresh", "deposit"].contains(next[1]) { break }
            try await consortium.run(next).expectStatus(0)
        }
        let pool = try await consortium.json("pool", "show", "health")
        #expect(pool["inForce"] == true && pool["ceremony"] == nil)
        let deposit = try await consortium.json("escrow", "list")["deposits"]?.arrayValue?.first
        #expect(deposit?["complete"] == true && deposit?["ceremony"] == nil)
        let result = try await consortium.query(token).document().text("result")
        for holder in names(pool["holders"]).prefix(2) {
            try await consortium.run("open", result, "--as", holder).expectStatus(0)
        }
        try await consortium.run("open", result, "--as", "statistics").expectStatus(0)
        try await consortium.expectOpened(result)
        let log = try await consortium.log()
        print(
            "SharesWalk: pool epoch \(pool["epoch"] ?? .null), deposit epoch \(deposit?["epoch"] ?? .null), "
                + Set(log.map(\.kind)).sorted().map { kind in "\(kind) \(log.count { $0.kind == kind })" }
                .joined(separator: ", "))
    }

    private func names(_ list: JSONValue?) -> [String] { list?.arrayValue?.compactMap(\.stringValue) ?? [] }

    private func silent(_ ceremony: JSONValue) -> [String] {
        names(ceremony["dealers"]).filter { !names(ceremony["dealt"]).contains($0) }
    }

    private func waiting(_ ceremony: JSONValue) -> [String] {
        names(ceremony["holders"]).filter { !names(ceremony["acknowledged"]).contains($0) }
    }
}
