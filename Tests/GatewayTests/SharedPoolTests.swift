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
        #expect(try !consortium.secrets("ministry").contains("pool.health.health"), "the dealer has kept the key")
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

    @Test("A holder who asked gives no part himself, and gets the others' when they suffice without him, not before")
    func ownResult() async throws {
        let (consortium, _) = try await TestConsortium.shared()
        let token = try await consortium.request(by: "site1")
        try await consortium.approve(token, by: ["site2", "site3"])
        let result = try await consortium.query(token: token, as: "site1").id.hex
        try await expectRefused(.ownRequest, seenBy: consortium.session("site2")) {
            _ = try await consortium.givePart(result, as: "site1")
        }
        // With site1's own share this part would be enough: it stays with site2.
        #expect(try await !consortium.givePart(result, as: "site2").isHandedOut)
        let asker = try consortium.session("site1")
        let given = try #require(try asker.state { try $0.recordedResult(matching: result) }.parts.first)
        #expect(try !asker.blobs.contains(given.part))
        let error = await #expect(throws: GatewayError.self) { _ = try await CombineParts(result).run(as: asker) }
        #expect("\(try #require(error))".contains("wait for audit, who give theirs with `chancery open`; site2 did"))
        #expect(try await consortium.givePart(result, as: "audit").isHandedOut)
        let again = try await consortium.givePart(result, as: "site2")
        #expect(again.isHandedOut && again.wasThere)
        let combined = try await CombineParts(result).run(as: consortium.session("site1"))
        #expect(combined.holders.map(\.text) == ["site2", "audit"])
        #expect(try consortium.session("site1").show(result: result).table != nil)
    }

    @Test("Refused attempts to give a part are on the ledger: by no holder, without a share, with one of another key")
    func refusedAttempts() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let witness = try consortium.session("site2")
        try await expectRefused(.notAHolder, seenBy: witness) {
            _ = try await consortium.givePart(result, as: "site3")
        }
        try await expectRefused(.notAHolder, seenBy: witness) {
            _ = try await OpenWithShares(result).refuse(as: consortium.session("site3"), reason: "no")
        }
        let (vault, secret) = (try consortium.vault("audit"), SecretName(stringLiteral: "share.health.1.health"))
        let (_, shares) = try ThresholdKey.deal(TestPoolKey.key(), over: AccessStructure(threshold: 2, of: 3))
        try vault.store(secret, shares[2].withSerialized { SecretBytes(copying: $0) })
        try await expectRefused(.shareMissing, seenBy: witness) {
            _ = try await consortium.givePart(result, as: "audit")
        }
        try vault.remove(secret)
        try await expectRefused(.shareMissing, seenBy: witness) {
            _ = try await consortium.givePart(result, as: "audit")
        }
        for holder in ["site1", "site2"] { _ = try await consortium.givePart(result, as: holder) }
        _ = try await consortium.combine(result)
    }

    @Test("A part under a token that is over is refused on the ledger")
    func overToken() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let session = try consortium.session("site2")
        let token = try session.state { state in
            try #require(try state.token(state.recordedResult(matching: result).record.token))
        }
        let (revoked, _) = try await TestConsortium.shared()
        #expect(try await revoked.submit(RevokeToken(token: token.id), as: "statistics").isAccepted)
        try await expectRefused(.tokenRevoked, seenBy: revoked.session("site1")) {
            _ = try await revoked.givePart(result, as: "site2")
        }
        consortium.clock.advance(seconds: token.terms.until.seconds - consortium.clock.now.seconds)
        try await expectRefused(.tokenExpired, seenBy: consortium.session("site1")) {
            _ = try await consortium.givePart(result, as: "site2")
        }
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
        func verdicts() throws -> [ReportVerdict] {
            let session = try consortium.session("site3")
            let recorded = try session.state { try $0.recordedResult(matching: result) }
            return try session.state { ReportJudge($0, blobs: session.blobs).reports(of: recorded).map(\.verdict) }
        }
        #expect(try verdicts() == [.wrong])
        // In the next epoch too, whose published values are others.
        try await consortium.refresh(proposedBy: "site2")
        for holder in TestConsortium.holders { _ = try await consortium.acknowledge(holder) }
        #expect(try verdicts() == [.wrong])
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
        let old = try consortium.vault("site1").load("share.health.1.health")
        _ = try await consortium.givePart(result, as: "site1")
        try await consortium.refresh(proposedBy: "site2")
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
        #expect(try consortium.secrets("site1").filter { $0.hasPrefix("share.") } == ["share.health.2.health"])
        let pool = try #require(try consortium.session("site1").state { try $0.pool(name("health")) })
        let key = try ThresholdKey(try #require(pool.sharing).key.key, of: pool.publicKey())
        #expect(throws: PaillierError.self) { try old.withUnsafeBytes { try KeyShare(serialized: $0, under: key) } }
        try consortium.cosign()
        let evidence = try consortium.evidence(of: result)
        #expect(try EvidenceVerifier().verify(EvidenceFile(reading: evidence)).table != nil)
    }

    @Test("Who is left out of a resharing keeps no share, nor who was away for an epoch, nor one of an ended renewal")
    func oldShares() async throws {
        let (consortium, _) = try await TestConsortium.shared()
        func kept(_ party: String) throws -> [String] {
            try consortium.secrets(party).filter { $0.hasPrefix("share.") }
        }
        let old = try consortium.vault("site1").load("share.health.1.health")
        try await consortium.reshare(to: ["site2", "site3", "audit"], threshold: 2, proposedBy: "site2")
        for holder in ["site2", "site3", "audit"] { _ = try await consortium.acknowledge(holder) }
        // It is left out, and does nothing but look.
        _ = try consortium.session("site1")
        #expect(try kept("site1") == [])
        // As if it had not been there at all in that epoch.
        try consortium.vault("site1").store("share.health.1.health", old)
        try await consortium.reshare(to: ["site1", "site2", "site3"], threshold: 2, proposedBy: "site2")
        for holder in ["site1", "site2", "site3"] { _ = try await consortium.acknowledge(holder) }
        _ = try consortium.session("site2")
        #expect(try kept("site1") == ["share.health.3.health"] && kept("site2") == ["share.health.3.health"])
        // A renewal that ends with a complaint leaves shares of the same key that nobody needs.
        try await consortium.reshare(to: ["site1", "site2", "audit"], threshold: 2, proposedBy: "site2")
        _ = try await consortium.acknowledge("site1")
        #expect(try kept("site1") == ["share.health.3.health", "share.health.4.health"])
        let id = try #require(try consortium.session("site1").state { try $0.ceremony(of: name("health")) }?.id)
        let complaint = ComplainOfShare(
            pool: try name("health"), ceremony: id, dealer: try name("site2"), reason: "is not what was published")
        #expect(try await consortium.submit(complaint, as: "audit").isAccepted)
        _ = try consortium.session("site1")
        #expect(try kept("site1") == ["share.health.3.health"])
    }

    @Test("A dealer of numbers too long for the next shares is complained of by name, and the shares before it work on")
    func oversizedDealing() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let proposed = try await RenewPoolShares(name("health"), dealers: [try name("site1")])
            .run(as: consortium.session("site1"))
        let pool = try #require(try consortium.session("site1").state { try $0.pool(name("health")) })
        let key = try ThresholdKey(try #require(pool.sharing).key.key, of: pool.publicKey())
        // In every published value right: a sharing of 0, with numbers 2^4096 times as large as they may be.
        let (zero, factor) = (try key.dealRefreshing(), BigInteger.one << 4_096)
        let gates = zero.commitments.gates.map { gate in
            gate.map { $0.power(factor, modulo: key.publicKey.modulusSquared, variableTime: true) }
        }
        try await consortium.deal(
            proposed.receipt.transaction, as: "site1", ShareCommitments(root: 1, gates: gates),
            zero.shares.map { DealtShare(holder: $0.holder, epoch: 2, value: $0.value * factor) })
        let error = await #expect(throws: GatewayError.self) { _ = try await consortium.acknowledge("audit") }
        #expect("\(try #require(error))".contains("what site1 dealt to audit"))
        let ended = try consortium.session("site2").state { try $0.ceremony(of: name("health")) }
        #expect(ended?.complaint?.dealer.text == "site1")
        for holder in ["site2", "audit"] { _ = try await consortium.givePart(result, as: holder) }
        _ = try await consortium.combine(result)
    }

    @Test("Resharing brings a newcomer in, who opens with the others what was sealed before")
    func resharing() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let holders = ["site1", "site2", "site3", "audit"]
        try await consortium.reshare(to: holders, threshold: 3, proposedBy: "site1")
        for holder in holders { _ = try await consortium.acknowledge(holder) }
        for holder in ["site3", "audit"] { _ = try await consortium.givePart(result, as: holder) }
        await #expect(throws: GatewayError.self) { _ = try await consortium.combine(result) }
        _ = try await consortium.givePart(result, as: "site1")
        #expect(try await consortium.combine(result).holders.map(\.text) == ["site1", "site3", "audit"])
        try consortium.expectOpened(result)
    }

    @Test("A holder deals for the ceremony that it has agreed to, not for what the dealer has put in its place")
    func replacedCeremony() async throws {
        let (consortium, _) = try await TestConsortium.shared()
        let pool: PoolName = try name("health")
        let agreed = try await RenewPoolShares(pool).run(as: consortium.session("site2")).receipt.transaction.hex
        let alone = RenewShares(
            pool: pool, holders: [try name("ministry")], structure: try AccessStructure(threshold: 1, of: 1),
            dealers: [try name("site1"), try name("site2")])
        #expect(try await consortium.submit(alone, as: "ministry").refusal?.code == .dealingInvalid)
        let hostile = CreatePoolKey.Holders(
            [try name("ministry"), try name("site3")], structure: try AccessStructure(threshold: 2, of: 2))
        let replaced = try await RenewPoolShares(pool, holders: hostile.parties, structure: hostile.structure)
            .run(as: consortium.session("ministry")).receipt.transaction.hex
        for deal in [
            DealPoolShares(pool, ceremony: agreed), DealPoolShares(pool, ceremony: replaced),
            DealPoolShares(
                pool, ceremony: replaced,
                holders: .init(hostile.parties.reversed(), structure: hostile.structure)),
        ] {
            await #expect(throws: GatewayError.self) { _ = try await deal.run(as: consortium.session("site1")) }
        }
        #expect(try consortium.session("site3").state { try $0.ceremony(of: pool) }?.dealings == [])
        // Whoever does agree says so.
        _ = try await DealPoolShares(pool, ceremony: replaced, holders: hostile).run(as: consortium.session("site1"))
        #expect(try consortium.session("site3").state { try $0.ceremony(of: pool) }?.dealings.count == 1)
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
