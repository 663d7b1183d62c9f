import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SharingModel
import TestSupport
import Testing

@Suite("A pool whose key is in shares")
struct SharedPoolTests {
    @Test("Any holders who suffice open a result, one refusing or not, and one alone does not")
    func opening() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        #expect(try !consortium.secrets("ministry").contains("pool.health"), "the dealer has kept the key")
        await #expect(throws: GatewayError.self) {
            _ = try await OpenRecordedResult(result).run(as: consortium.session("ministry"))
        }
        _ = try await consortium.givePart(result, as: "audit")
        await #expect(throws: GatewayError.self) { _ = try await consortium.combine(result) }
        #expect(try consortium.session("statistics").show(result: result).table == nil)
        let refusal = RefuseOpening(
            result: try #require(Digest(hex: result)), openingsSeen: 0, reason: "not in our interest")
        #expect(try await consortium.submit(refusal, as: "site1").isAccepted)
        let given = try await consortium.givePart(result, as: "site2")
        #expect(try await consortium.givePart(result, as: "site2").wasThere && !given.wasThere)
        let combined = try await consortium.combine(result)
        #expect(combined.holders.map(\.text) == ["site2", "audit"] && combined.faults.isEmpty)
        #expect(try await consortium.combine(result).wasThere)
        try consortium.expectOpened(result)
        // Sealed to the requester: the blob store and the ledger tell nobody else.
        #expect(try consortium.session("site2").show(result: result).table == nil)
    }

    @Test("A forged part is passed over, its giver named and convicted on the ledger, and the others open")
    func forgedPart() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        try await consortium.forgePart(result, as: "site1") { part in
            PartialDecryption(
                holder: part.holder, epoch: part.epoch, values: part.values.map { $0 + 1 },
                challenge: part.challenge, response: part.response)
        }
        _ = try await consortium.givePart(result, as: "site2")
        let error = await #expect(throws: GatewayError.self) { _ = try await consortium.combine(result) }
        #expect("\(try #require(error))".contains("wrong is what site1 gave"))
        _ = try await consortium.givePart(result, as: "audit")
        let combined = try await consortium.combine(result, reports: true)
        #expect(combined.faults.map(\.holder.text) == ["site1"] && combined.faults.first?.report != nil)
        #expect(combined.holders.map(\.text) == ["site2", "audit"])
        try consortium.expectOpened(result)
        try consortium.expectConvicted("site1", result)
        let session = try consortium.session("site3")
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let verdicts = try session.state { state in
            recorded.parts.compactMap { ReportJudge(state, blobs: session.blobs).verdict(on: $0, of: recorded) }
        }
        #expect(verdicts == [.wrong])
    }

    @Test("A holder whose share is not what was published complains, and the pool never comes into force")
    func cheatingDealer() async throws {
        let consortium = try await Templates.found()
        try await consortium.createSharedPool(acknowledgedBy: ["audit"])
        // The dealer published right values and sent two holders each other's share.
        let ministry = try consortium.session("ministry")
        let honest = try #require(try ministry.state { try $0.pool(name("health")) })
        let sharing = try #require(honest.sharing)
        let swapped = [sharing.shares[1], sharing.shares[0], sharing.shares[2]]
        let body = CreatePool(
            name: honest.name, members: honest.members, modulus: honest.modulus, keyProof: honest.keyProof,
            sharing: SharedKey(holders: sharing.key.holders, key: sharing.key.key, shares: swapped))
        #expect(try await consortium.submit(body, as: "ministry").isAccepted)
        _ = try await consortium.acknowledge("audit")
        let error = await #expect(throws: GatewayError.self) { _ = try await consortium.acknowledge("site1") }
        #expect("\(try #require(error))".contains("what ministry dealt to site1"))
        #expect(try !consortium.secrets("site1").contains { $0.hasPrefix("share.") })
        let pool = try #require(try consortium.session("site2").state { try $0.pool(name("health")) })
        #expect(pool.sharing?.complaint?.by.text == "site1" && !pool.isInForce)
        await #expect(throws: GatewayError.self) { _ = try await consortium.publish("site1") }
        await #expect(throws: GatewayError.self) { _ = try await consortium.acknowledge("site2") }
    }

    @Test(
        "Refreshed shares open what was sealed before; a share of the old epoch is out of every vault and opens nothing"
    )
    func refreshing() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let old = try consortium.vault("site1").load("share.health.1")
        _ = try await consortium.givePart(result, as: "site1")
        _ = try await RenewPoolShares(name("health")).run(as: consortium.session("site2"))
        for holder in TestConsortium.holders {
            _ = try await DealPoolShares(name("health")).run(as: consortium.session(holder))
        }
        for holder in TestConsortium.holders.dropLast() {
            #expect(try await !consortium.acknowledge(holder).isInForce)
        }
        #expect(try await consortium.acknowledge("audit").isInForce)
        // site1's part is of the old epoch: with one of the new one it opens nothing.
        _ = try await consortium.givePart(result, as: "audit")
        await #expect(throws: GatewayError.self) { _ = try await consortium.combine(result) }
        _ = try await consortium.givePart(result, as: "site1")
        _ = try await consortium.combine(result)
        try consortium.expectOpened(result)
        #expect(try consortium.secrets("site1").filter { $0.hasPrefix("share.") } == ["share.health.2"])
        let pool = try #require(try consortium.session("site1").state { try $0.pool(name("health")) })
        let key = try ThresholdKey(try #require(pool.sharing).key.key, of: pool.publicKey())
        #expect(throws: PaillierError.self) { try old.withUnsafeBytes { try KeyShare(serialized: $0, under: key) } }
        try consortium.cosign()
        let evidence = try consortium.evidence(of: result)
        #expect(try EvidenceVerifier().verify(EvidenceFile(reading: evidence)).table != nil)
    }

    @Test("Resharing brings a newcomer in, who opens with the others what was sealed before")
    func resharing() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let holders = ["site1", "site2", "site3", "audit"]
        let proposed = try await RenewPoolShares(
            name("health"), holders: holders.map { try name($0) }, structure: AccessStructure(threshold: 3, of: 4)
        ).run(as: consortium.session("site1"))
        for dealer in proposed.dealers {
            _ = try await DealPoolShares(name("health")).run(as: consortium.session(dealer.text))
        }
        for holder in holders { _ = try await consortium.acknowledge(holder) }
        for holder in ["site3", "audit"] { _ = try await consortium.givePart(result, as: holder) }
        await #expect(throws: GatewayError.self) { _ = try await consortium.combine(result) }
        _ = try await consortium.givePart(result, as: "site1")
        #expect(try await consortium.combine(result).holders.map(\.text) == ["site1", "site3", "audit"])
        try consortium.expectOpened(result)
    }

    @Test("Evidence carries the parts with their proofs, and an altered part, a missing word or another key is found")
    func evidence() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        for holder in ["site1", "audit"] { _ = try await consortium.givePart(result, as: holder) }
        _ = try await consortium.combine(result)
        try consortium.cosign()
        let file = try consortium.evidence(of: result)
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: file))
        #expect(report.table == (try consortium.session("statistics").show(result: result).table))
        #expect(report.proven.contains { $0.contains("is in shares, epoch 1") && $0.contains("audit, site1") })
        #expect(report.notProven.contains { $0.contains("has forgotten the key") })
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["table"]?["rows"] == report.table.map { .array($0.rows.map { .array($0) }) })
        }
        try altered(EvidenceWorkshop(file), consortium)
    }

    private func altered(_ workshop: EvidenceWorkshop, _ consortium: TestConsortium) throws {
        for index in workshop.proofs.indices {
            var altered = workshop
            altered.proofs.remove(at: index)
            try expectRefused(altered, in: consortium.folder)
        }
        let parts = try #require(workshop.opening?.parts)
        for change in [
            [parts[0]], [parts[1], parts[1]], [parts[0].with(challenge: parts[0].challenge + 1), parts[1]],
        ] {
            var altered = workshop
            altered.opening = workshop.opening.map {
                OpeningDocument(result: $0.result, computed: $0.computed, parts: change)
            }
            try expectRefused(altered, in: consortium.folder, as: .opening)
        }
        var other = workshop
        other.sharedKey = workshop.sharedKey.map {
            PublishedValues(of: $0.subject, holders: $0.holders.reversed(), key: $0.key)
        }
        try expectRefused(other, in: consortium.folder, as: .opening)
        other.sharedKey = nil
        try expectRefused(other, in: consortium.folder, as: .opening)
    }
}

extension PartialDecryption {
    fileprivate func with(challenge: BigInteger) -> PartialDecryption {
        PartialDecryption(
            holder: holder, epoch: epoch, values: values, challenge: challenge, response: response)
    }
}

extension TestConsortium {
    /// Whoever has ledger and blobs finds the digest of what was shown in the holder's transaction, and its proof wrong.
    fileprivate func expectConvicted(_ holder: String, _ result: String) throws {
        let session = try session("site3")
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let given = try #require(recorded.parts.first { $0.holder.text == holder })
        let root = try session.blobs.get(try #require(given.reported))
        let plain = try DAGJSON.links(in: root).reduce(into: Data()) { $0.append(try session.blobs.get($1).data) }
        #expect(Digest.sha256(plain) == given.commitment)
        let pool = try session.state { try $0.knownPool(recorded.record.pool) }
        let key = try ThresholdKey(try #require(pool.sharing).key.key, of: pool.publicKey())
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let part = try #require(try PartDocument(canonicalBytes: plain).part)
        #expect(throws: PaillierError.partialWrong(holder: part.holder)) {
            try key.verify(
                part, of: content.loadCiphertexts(from: session.blobs, key: key.publicKey),
                context: PartDocument.context(of: recorded.record.id))
        }
    }
}
