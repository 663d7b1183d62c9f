import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

@Suite("Escrow")
struct EscrowTests {
    @Test("Two holders open one cell for who asked; the owner is told, and all of it is on the ledger")
    func wholeWay() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let told = try consortium.session("site1").state { try $0.escrowNotices(to: name("site1")) }
        #expect(told.map(\.event) == [.requested] && told.map(\.reason) == ["case 4/2026"])

        let first = try await consortium.grant(request, by: "ministry")
        #expect(!first.isHandedOut)
        await #expect(throws: GatewayError.self) { try await consortium.open(request) }
        let second = try await consortium.grant(request, by: "site2")
        #expect(second.isHandedOut)
        // The ministry's part is still at its home: too few are at hand, and it is said whose is missing.
        let error = await #expect(throws: GatewayError.self) { try await consortium.open(request) }
        #expect("\(try #require(error))".contains("not handed out those of ministry"))
        let again = try await consortium.grant(request, by: "ministry")
        #expect(again.isHandedOut && again.receipt.transaction == first.receipt.transaction)

        let opened = try await consortium.open(request)
        #expect(opened.value == EscrowConsortium.names[3] && opened.wrong.isEmpty)
        let recorded = try #require(try consortium.session("audit").state { try $0.escrowRequest(request) })
        #expect(recorded.use?.used.map(\.text) == ["ministry", "site2"])
        // Once recorded, it can be read again, and nothing is recorded twice.
        let reread = try await consortium.open(request)
        #expect(reread.value == opened.value && reread.receipt == nil)
    }

    @Test("A department of the policy cannot publish before its escrow is acknowledged by all")
    func beforeEscrow() async throws {
        let consortium = try await EscrowConsortium.founded()
        await #expect(throws: SealedTableError.fieldKeyNeeded(field: "person")) { try await consortium.publish() }
        try await consortium.registerKey()
        try await expectRefused(.escrowMissing) { _ = try await consortium.publish() }
        _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        for holder in EscrowConsortium.holders {
            try await expectRefused(.escrowMissing) { _ = try await consortium.publish() }
            _ = try await AcknowledgeDeposits().run(as: consortium.session(holder))
        }
        _ = try await consortium.publish()
    }

    @Test("The owner reads its own cells; nobody else has the key, and no query reaches the column")
    func owner() async throws {
        let consortium = try await EscrowConsortium.published()
        let own = OpenOwnRecord(dataset: try name("patients"), row: 11, field: "name")
        #expect(try own.run(as: consortium.session("site1")) == EscrowConsortium.names[11])
        for party in ["ministry", "site2"] {
            #expect(throws: KeyVaultError.self) { try own.run(as: consortium.session(party)) }
        }
        let session = try consortium.session("statistics")
        let requested = try await session.requestToken(
            TokenWish(
                scope: .pool(name("health")), packs: [name("care")], purpose: "visits", uses: 5,
                until: .after(seconds: 3_600)))
        try requested.acknowledge()
        _ = try await consortium.session("site1").approveToken(requested.token.hex)
        for statement in [
            "SELECT name, COUNT(*) FROM health GROUP BY name", "SELECT SUM(name) FROM health",
            "SELECT COUNT(*) FROM health WHERE name = 'x'", "SELECT COUNT(name) FROM health",
        ] {
            await #expect(throws: QueryPlanError.self, "\(statement)") {
                _ = try await RunQuery(.statement(statement, of: .all), token: requested.token.hex)
                    .run(as: consortium.session("statistics"))
            }
        }
    }

    @Test("A superior who asks for himself cannot grant it, and gets nothing from one other's grant")
    func ownRequest() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request(by: "ministry")
        try await expectRefused(.ownRequest) { _ = try await consortium.grant(request, by: "ministry") }
        let granted = try await consortium.grant(request, by: "audit")
        let vote = try #require(try consortium.session("audit").state { try $0.escrowVotes(on: request) }.first)
        // With the ministry's own share this part would be enough: it stays with the auditor.
        #expect(!granted.isHandedOut)
        #expect(try !consortium.session("ministry").blobs.contains(#require(vote.grant).sealed))
        _ = try await consortium.grant(request, by: "site2")
        _ = try await consortium.grant(request, by: "audit")
        #expect(try await consortium.open(request, by: "ministry").value == EscrowConsortium.names[3])
    }

    @Test("A forged part is passed over and its giver named; two right ones are enough")
    func forgedPart() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let honest = try await partial(of: "audit", consortium, context: request.bytes)
        let forged = PartialDecryption(
            holder: honest.holder, epoch: honest.epoch, values: honest.values.map { $0 + 1 },
            challenge: honest.challenge, response: honest.response)
        try await consortium.grant(request, by: "audit", with: forged)
        _ = try await consortium.grant(request, by: "ministry")
        _ = try await consortium.grant(request, by: "ministry")
        let error = await #expect(throws: GatewayError.self) { try await consortium.open(request) }
        #expect("\(try #require(error))".contains("wrong are those of audit"))
        _ = try await consortium.grant(request, by: "site2")
        let opened = try await OpenGrantedRecord(request.hex, reports: true).run(as: consortium.session("statistics"))
        #expect(opened.value == EscrowConsortium.names[3] && opened.wrong.map(\.text) == ["audit"])
        // Whoever has the ledger and the blobs sees for himself.
        #expect(try consortium.session("site1").verdicts(on: request) == [name("audit"): .wrong])
        let use = try consortium.session("site1").state { try $0.escrowRequest(request) }?.use
        #expect(use?.wrong.map(\.text) == ["audit"] && use?.used.map(\.text) == ["ministry", "site2"])
    }

    @Test("A false report convicts nobody: whoever looks sees that the part holds, or is not what its giver signed for")
    func falseReport() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let honest = try await partial(of: "audit", consortium, context: request.bytes)
        try await consortium.grant(request, by: "audit", with: honest)
        _ = try await consortium.grant(request, by: "ministry")
        let forged = PartialDecryption(
            holder: 1, epoch: 1, values: honest.values, challenge: honest.challenge, response: honest.response)
        for (holder, shown) in [("audit", honest), ("ministry", forged)] {
            let store = try consortium.session("statistics").blobs
            let block = try store.put(CanonicalJSONMessage.bytes(shown), codec: .raw)
            let root = try DAGJSON.encode(ShownParts(parts: [Link(block)], version: 1))
            try store.put(root)
            let report = ReportGrant(request: request, holder: try name(holder), part: root.cid)
            #expect(try await consortium.base.submit(report, as: "statistics").isAccepted)
        }
        let verdicts = try consortium.session("site1").verdicts(on: request)
        #expect(verdicts == [try name("audit"): .holds, try name("ministry"): .another])
        // Who has not what it is checked with says that, and nothing else.
        let nothing = try FileBlobStore(directory: consortium.base.folder.url("nothing"))
        let unchecked = try consortium.session("site1").verdicts(on: request, blobs: nothing)
        #expect(Set(unchecked.values) == [.unchecked])
    }

    /// What a share of a key for fields is sealed for, as docs/formats.md has it.
    private struct ShareAddress: Encodable {
        let ledger: LedgerIdentity
        let owner: PartyName
        let holder: PartyName
        let record: Digest
    }

    private struct ShownParts: Encodable {
        let parts: [Link]
        let version: Int
    }

    @Test("A part that was made for another request, or another row, does not count")
    func replayedPart() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let other = try await consortium.request(row: 4)
        try await consortium.grant(request, by: "audit", with: partial(of: "audit", consortium, context: other.bytes))
        let row = try await partial(of: "site2", consortium, row: 4, context: request.bytes)
        try await consortium.grant(request, by: "site2", with: row)
        let error = await #expect(throws: GatewayError.self) { try await consortium.open(request) }
        #expect("\(try #require(error))".contains("wrong are those of audit, site2"))
    }

    @Test("A part is of no use to anybody but the requester")
    func othersPart() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        for holder in ["ministry", "audit", "ministry"] { _ = try await consortium.grant(request, by: holder) }
        for party in ["site1", "audit", "ministry"] {
            await #expect(throws: GatewayError.self) { try await consortium.open(request, by: party) }
            let session = try consortium.session(party)
            let key = try consortium.base.vault(party).load("unsealing").withUnsafeBytes {
                try UnsealingKey(x25519Secret: $0)
            }
            for vote in try session.state({ try $0.escrowVotes(on: request) }) {
                let message = try CanonicalJSONMessage.read(session.blobs.get(#require(vote.grant).sealed))
                #expect(throws: EnvelopeError.self) {
                    try message.open(
                        with: key, info: Data("chancery escrow part v1".utf8), authenticating: Data(request.bytes))
                }
            }
        }
    }

    @Test("A share that is not what was published is found by its holder, and complained of on the ledger")
    func cheatingOwner() async throws {
        let consortium = try await EscrowConsortium.founded()
        try await consortium.registerKey()
        let session = try consortium.session("site1")
        let rule = try #require(try session.state { try $0.escrowRule(for: name("site1")) })
        let (key, shares) = try ThresholdKey.deal(consortium.fieldKey(), over: rule.structure())
        // The auditor gets what site2 should have.
        var sealed: [PartyName: SealedMessage] = [:]
        for (holder, share) in zip(rule.holders.parties, [shares[0], shares[2], shares[2]]) {
            let party = try #require(consortium.base.local.consortium.record.party(holder))
            let address = ShareAddress(
                ledger: session.ledger.identity, owner: session.party, holder: holder,
                record: .sha256(try CanonicalJSONMessage.bytes(key.record)))
            sealed[holder] = try SealedMessage.seal(
                share.withSerialized { Data($0) }, to: SealingKey(x25519: party.sealingKey),
                info: Data("chancery escrow share v1".utf8), authenticating: CanonicalJSONMessage.bytes(address))
        }
        let receipt = try await consortium.base.submit(DepositKey(record: key.record, shares: sealed), as: "site1")
        #expect(receipt.isAccepted)
        let answers = try await AcknowledgeDeposits().run(as: consortium.session("audit"))
        #expect(answers.map(\.complaint) == ["the share is another holder's"])
        _ = try await AcknowledgeDeposits().run(as: consortium.session("ministry"))
        _ = try await AcknowledgeDeposits().run(as: consortium.session("site2"))
        try await expectRefused(.escrowMissing) { _ = try await consortium.publish() }
        // A new deposit mends it.
        _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        for holder in EscrowConsortium.holders {
            _ = try await AcknowledgeDeposits().run(as: consortium.session(holder))
        }
        // Of the one that is void nobody keeps a share.
        for holder in EscrowConsortium.holders {
            #expect(try consortium.base.secrets(holder).count { $0.hasPrefix("escrow.") } == 1, "\(holder)")
        }
        _ = try await consortium.publish()
    }

    @Test("No file of any home or of what is shared holds a share, or the sealed names, in clear")
    func nothingInClear() async throws {
        let consortium = try await EscrowConsortium.published()
        let secrets = try EscrowConsortium.holders.map { holder in
            try consortium.share(of: holder).share.withSerialized { Data($0.dropFirst(16).prefix(64)) }
        }
        try FileManager.default.removeItem(at: consortium.base.folder.url("patients.csv"))
        let files = try #require(
            FileManager.default.enumerator(at: consortium.base.folder.directory, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files {
            guard let data = try? Data(contentsOf: file) else { continue }
            count += 1
            for secret in secrets + [Data("Patient Number".utf8)] {
                #expect(data.range(of: secret) == nil, "\(file.path)")
            }
        }
        #expect(count > 20)
    }

    private func partial(
        of party: String, _ consortium: EscrowConsortium, row: Int = 3, context: [UInt8]
    ) async throws -> PartialDecryption {
        let session = try consortium.session(party)
        let (share, key) = try consortium.share(of: party)
        let manifest = try #require(try session.state { try $0.dataset(name("patients")) }).manifest
        let dataset = try SealedDataset(loading: manifest, from: session.blobs)
        let cell = try #require(
            try dataset.sealedCell(row: row, field: "name", under: key.publicKey, in: session.blobs))
        return try share.decrypt([cell.wrappedKey], under: key, context: context)
    }
}
