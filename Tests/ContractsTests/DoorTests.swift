import Contracts
import Foundation
import SharingModel
import Testing

@Suite("The door: what is not even recorded")
struct DoorTests {
    @Test("Payload types name their kinds, and nothing else is a kind")
    func payloadTypes() {
        for kind in TransactionKind.allCases {
            #expect(TransactionKind(payloadType: kind.payloadType) == kind)
        }
        #expect(TransactionKind.redeemToken.payloadType == "application/vnd.chancery.token.redeem.v1+json")
        for type in ["", "token.redeem", "application/vnd.chancery.token.redeem.v2+json", "application/json"] {
            #expect(throws: ContractsError.unknownKind(payloadType: type)) {
                try Transaction(id: digest("x"), payloadType: type, payload: Data("{}".utf8))
            }
        }
    }

    @Test(
        "A payload has one form: no other member, order, space, duplicate or type",
        arguments: [
            ("", ""), ("}", ""), ("{\"body\"", "{ \"body\""), ("\"token\"", "\"tokens\""), ("\"by\"", "\"bz\""),
            ("{\"body\"", "{\"also\":1,\"body\""), ("{\"token\"", "{\"also\":1,\"token\""), ("Z\"", ".0Z\""),
            ("\"statistics\"", "\"Statistics\""), ("\"statistics\"", "null"),
            ("\"section\":\"health\"", "\"section\":7"),
        ])
    func oneForm(_ replaced: String, _ replacement: String) throws {
        let text = try payload(RevokeToken(token: digest("t")))
        let changed = replaced.isEmpty ? "" : text.replacingOccurrences(of: replaced, with: replacement)
        #expect(changed != text)
        #expect(throws: ContractsError.self) { try decode(changed, .revokeToken) }
        #expect(throws: Never.self) { try decode(text, .revokeToken) }
    }

    @Test("A body of another kind is turned away")
    func otherKind() throws {
        let text = try payload(ApproveToken(token: digest("t")))
        #expect(throws: ContractsError.self) { try decode(text, .recordOpening) }
    }

    @Test(
        "Lists out of order or doubled are turned away, though each entry is sound",
        arguments: [
            ("[\"care1\",\"care2\"]", "[\"care2\",\"care1\"]"), ("[\"care1\",\"care2\"]", "[\"care1\",\"care1\"]"),
            ("[\"care1\",\"care2\"]", "[]"),
        ])
    func lists(_ sorted: String, _ unsorted: String) throws {
        let body = RedeemToken(token: digest("t"), plan: cid("p"), datasets: ["care1", "care2"], packs: ["care"])
        let text = try payload(body).replacingOccurrences(of: sorted, with: unsorted)
        #expect(throws: ContractsError.self) { try decode(text, .redeemToken) }
    }

    @Test(
        "Texts are bounded and printable",
        arguments: [
            String(repeating: "x", count: 1_001), "bell\u{7}", "escape\u{1B}[31m", "line\nline", "turn\u{202E}txt",
            "mark\u{200F}", "c1\u{9B}31m",
        ])
    func texts(_ purpose: String) {
        #expect(throws: ContractsError.self) { try TestLedger.request(purpose: purpose).checkForm() }
        #expect(throws: ContractsError.self) { try payload(TestLedger.request(purpose: purpose)) }
        #expect(throws: ContractsError.self) {
            try DisputeResult(result: digest("r"), computed: nil, reason: purpose).checkForm()
        }
    }

    @Test("A purpose of a thousand characters of any script is accepted")
    func longestPurpose() throws {
        let purpose = String(repeating: "按计划", count: 333) + "👍"
        try TestLedger.request(purpose: purpose).checkForm()
    }

    @Test("Numbers keep within their ranges")
    func numbers() {
        for uses: Int64 in [-1, 0, 1_000_001] {
            #expect(throws: ContractsError.outOfRange(member: "uses", value: uses)) {
                try TestLedger.request(uses: uses).checkForm()
            }
        }
        for approvals in [0, 2, .max] {
            #expect(throws: ContractsError.outOfRange(member: "approvals", value: Int64(approvals))) {
                try TestLedger.dataset("d", owners: ["site1"], approvals: approvals).checkForm()
            }
        }
    }

    @Test("A request names a pool or datasets, never both nor neither")
    func poolOrDatasets() throws {
        let text = try payload(TestLedger.request())
        for change in ["\"datasets\":[\"care1\"],\"packs\"", "\"packs\""] {
            let changed = text.replacingOccurrences(of: "\"packs\"", with: change)
                .replacingOccurrences(of: change == "\"packs\"" ? "\"pool\":\"health\"," : "none", with: "")
            #expect(changed != text)
            #expect(throws: ContractsError.contradictory(members: ["pool", "datasets"])) {
                try decode(changed, .requestToken)
            }
        }
    }

    @Test("Bytes changed at random are turned away with an error of this module, or are another sound payload")
    func mutations() throws {
        let seed: UInt64 = 20_261_121
        var generator = SplitMix64(seed: seed)
        let ledger = try TestLedger.withDatasets()
        for round in 0..<1_500 {
            let original = ledger.history[Int.random(in: 1..<ledger.history.count, using: &generator)].transaction
            var bytes = try #require(payload(of: original)).map { $0 }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch UInt8.random(in: 0...2, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
                }
            }
            do {
                let read = try Transaction(
                    id: digest("\(round)"), payloadType: original.kind.payloadType, payload: Data(bytes))
                #expect(payload(of: read) == Data(bytes), "seed \(seed), round \(round)")
            } catch {
                // A typed error by its signature: what must not happen is a crash, or a silent acceptance above.
                #expect(!"\(error)".isEmpty, "seed \(seed), round \(round)")
            }
        }
    }

    @Test(
        "Every error says what to do",
        arguments: [
            ContractsError.unknownKind(payloadType: "x"), .malformedPayload(kind: .createPool, detail: "byte 3"),
            .tooLong(member: "purpose", count: 2, limit: 1), .tooShort(member: "owners", count: 0, least: 1),
            .outOfRange(member: "uses", value: 0), .notSorted(member: "packs"), .unprintable(member: "reason"),
            .contradictory(members: ["pool", "datasets"]), .foundingDigestMismatch, .corruptState(key: "token/1"),
            .notTheSubmitter("site2", expected: "site1"), .unknownParty("x"),
            .kindOfAnotherLedger(kind: .createPool, section: .registry), .foundingRecordInvalid(.noSections),
        ])
    func messages(_ error: ContractsError) {
        #expect("\(error)".count > 30)
    }

    private func header() throws -> TransactionHeader {
        TransactionHeader(
            by: "statistics", ledger: try Consortium.identity(),
            nonce: try #require(Nonce(bytes: [UInt8](repeating: 7, count: 16))), notAfter: "2026-11-21T09:00:00Z")
    }

    private func payload(_ body: some TransactionBody) throws -> String {
        String(decoding: try TransactionPayload(header: header(), body: body).encoded(), as: UTF8.self)
    }

    private func payload(of transaction: Transaction) -> Data? {
        func encode(_ body: some TransactionBody) -> Data? {
            try? TransactionPayload(header: transaction.header, body: body).encoded()
        }
        return encode(transaction.body)
    }

    private func decode(_ text: String, _ kind: TransactionKind) throws {
        _ = try Transaction(id: digest("x"), payloadType: kind.payloadType, payload: Data(text.utf8))
    }
}
