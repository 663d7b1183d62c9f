import CanonicalJSON
import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import Testing

@Suite("Every reason for a refusal")
struct EveryRefusalTests {
    @Test("is reached, survives the ledger's JSON, and is said with all its details", arguments: RefusalCode.allCases)
    func reached(_ code: RefusalCode) throws {
        let refusal = try refusal(code)
        #expect(refusal.code == code)
        let stored = try CanonicalJSON.encode(refusal)
        #expect(try CanonicalJSON.decode(Refusal.self, from: stored) == refusal)
        // A question mark stands where a detail is missing.
        #expect(!refusal.description.contains("?"), "\(refusal.description)")
    }

    private func refusal(_ code: RefusalCode) throws -> Refusal {
        let outcome =
            switch code {
            case .wrongLedger, .transactionExpired, .validityTooLong, .unknownParty, .ledgerAlreadyOpen,
                .alreadyExists:
                try headerRefusal(code)
            case .roleNotAllowed, .unknownPool, .notAMember, .keyInvalid, .keyMismatch, .unknownDataset,
                .manifestAlreadyPublished, .proposalUnknown, .alreadyPast:
                try dataRefusal(code)
            case .notAnOwner, .alreadyDecided, .unknownToken, .purposeMissing, .nothingToGrant, .severalPools,
                .unknownPack, .tokenDenied:
                try grantRefusal(code)
            case .notTheGrantee, .tokenNotApproved, .tokenRevoked, .tokenExpired, .usesExhausted, .datasetNotGranted,
                .datasetNotApproved, .datasetRevoked, .packNotGranted, .datasetWithdrawn, .datasetStale,
                .datasetReplaced:
                try redemptionRefusal(code)
            case .planNotRegistered, .planNotApproved, .planNotGranted, .planRequired, .planMismatch,
                .parameterInvalid, .notTheAuthor:
                try planRefusal(code)
            case .statusUnchanged, .notYetHappened, .alreadyReported: try accountingRefusal(code)
            case .notCustodian, .redemptionUnknown, .inputsMismatch, .resultUnknown, .resultDiffers, .resultDisputed,
                .ownResult, .alreadyOpened, .historyMoved:
                try resultRefusal(code)
            case .notAHolder, .poolNotInForce, .keyIsShared, .ceremonyUnknown, .ceremonyPending, .ceremonyEnded,
                .dealingInvalid, .dealersInsufficient, .epochOver, .partUnknown, .tooFewParts:
                try sharesRefusal(code)
            case .fieldKeyMissing, .escrowNotAsked, .escrowMissing, .depositInvalid, .depositUnknown,
                .notAnEscrowHolder, .shareMissing,
                .cellUnknown, .reasonMissing, .escrowUnreachable, .requestUnknown, .requestExpired, .requestDenied,
                .requestUsed, .requestNotGranted, .notTheRequester, .ownRequest, .tooEarly, .overLimit:
                try escrowRefusal(code)
            case .noPseudonymCustodian, .notKeyCustodian, .pseudonymKeyMissing, .pseudonymKeyReplaced,
                .otherPseudonyms, .evaluationUnknown, .evaluationAnswered, .countDiffers, .evaluationsExhausted:
                try pseudonymRefusal(code)
            case .statementInvalid, .changeInvalid, .keyRetired, .changeUnknown, .changeDecided, .changeExpired,
                .changePending, .heightTooFar:
                try changeRefusal(code)
            case .equivocationUnproven, .voteGivenUp, .settlementInvalid:
                try cosigningRefusal(code)
            }
        return try #require(outcome.refusal)
    }

    private func headerRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger()
        let pool = TestLedger.pool("health")
        switch code {
        case .wrongLedger:
            return try ledger.submit(pool, by: "ministry", ledger: Consortium.identity("tax")).outcome
        case .transactionExpired:
            return try ledger.submit(pool, by: "ministry", notAfter: "2026-11-21T07:59:59Z").outcome
        case .validityTooLong:
            return try ledger.submit(pool, by: "ministry", notAfter: "2026-11-22T08:00:01Z").outcome
        case .unknownParty:
            return try ledger.submit(TestLedger.pool("health", members: ["site1", "site9"]), by: "ministry").outcome
        case .ledgerAlreadyOpen:
            return try ledger.submit(OpenSection(record: Consortium.record, registry: "again"), by: "site1").outcome
        default:
            try ledger.accept(pool, by: "ministry")
            return try ledger.submit(pool, by: "site1").outcome
        }
    }

    private func accountingRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger()
        switch code {
        case .statusUnchanged: return try ledger.submit(SetStatus(status: .idle), by: "site1").outcome
        case .notYetHappened:
            let body = RecordIncident(enterprise: "4711", occurred: ledger.now.adding(seconds: 3_601))
            return try ledger.submit(body, by: "site1").outcome
        default:
            let body = ReportBatch(department: "site2", fault: .invalid, height: 3)
            try ledger.accept(body, by: "site1")
            return try ledger.submit(body, by: "site1").outcome
        }
    }

    private func dataRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger.withDatasets()
        let new = TestLedger.dataset("new", owners: ["site1"])
        switch code {
        case .roleNotAllowed: return try ledger.submit(TestLedger.pool("other"), by: "statistics").outcome
        case .unknownPool:
            return try ledger.submit(TestLedger.dataset("new", pool: "none", owners: ["site1"]), by: "site1").outcome
        case .notAMember: return try ledger.submit(new, by: "site4").outcome
        case .keyInvalid:
            return try ledger.submit(TestLedger.pool("other", modulus: .init([1, 1])), by: "site1").outcome
        case .keyMismatch:
            let body = TestLedger.dataset("new", owners: ["site1"], key: digest("another key"))
            return try ledger.submit(body, by: "site1").outcome
        case .unknownDataset:
            let body = WithdrawDataset(dataset: "care1", manifest: cid("another"))
            return try ledger.submit(body, by: "site1").outcome
        case .manifestAlreadyPublished:
            return try ledger.submit(TestLedger.dataset("care1", owners: ["site1"]), by: "site1").outcome
        case .proposalUnknown:
            return try ledger.submit(ApproveDataset(dataset: "care1", proposal: digest("x")), by: "site1").outcome
        default:
            let body = RenewDataset(dataset: "care1", manifest: TestLedger.manifest("care1"), validUntil: ledger.now)
            return try ledger.submit(body, by: "site1").outcome
        }
    }

    private func grantRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        switch code {
        case .notAnOwner: return try ledger.submit(ApproveToken(token: token), by: "site4").outcome
        case .alreadyDecided:
            try ledger.accept(ApproveToken(token: token), by: "site1")
            return try ledger.submit(DenyToken(token: token), by: "site1").outcome
        case .unknownToken: return try ledger.submit(ApproveToken(token: digest("none")), by: "site1").outcome
        case .purposeMissing:
            return try ledger.submit(TestLedger.request(purpose: " \u{3000}"), by: "statistics").outcome
        case .nothingToGrant, .severalPools:
            let other = try Escrow.registration()
            try ledger.accept(
                CreatePool(name: "other", members: ["site1"], modulus: other.modulus, keyProof: other.keyProof),
                by: "ministry")
            if code == .nothingToGrant {
                let body = RequestToken(
                    pool: "other", packs: ["care"], purpose: "p", uses: 1, until: "2026-12-01T00:00:00Z")
                return try ledger.submit(body, by: "statistics").outcome
            }
            try ledger.accept(
                TestLedger.dataset("far", pool: "other", owners: ["site1"], key: Escrow.fingerprint), by: "site1")
            let body = RequestToken(
                datasets: ["care1", "far"], packs: ["care"], purpose: "p", uses: 1, until: "2026-12-01T00:00:00Z")
            return try ledger.submit(body, by: "statistics").outcome
        case .unknownPack: return try ledger.submit(TestLedger.request(packs: ["none"]), by: "statistics").outcome
        default:
            for site: PartyName in ["site1", "site2", "site3"] {
                try ledger.accept(DenyToken(token: token), by: site)
            }
            return try ledger.submit(ledger.redeem(token), by: "statistics").outcome
        }
    }

    private func redemptionRefusal(_ code: RefusalCode) throws -> Outcome {
        var (ledger, token) = try TestLedger.withToken(uses: 1)
        let redeem = ledger.redeem(token)
        switch code {
        case .notTheGrantee: return try ledger.submit(redeem, by: "audit").outcome
        case .tokenNotApproved:
            let waiting = try ledger.accept(TestLedger.request(), by: "statistics")
            return try ledger.submit(ledger.redeem(waiting), by: "statistics").outcome
        case .tokenRevoked: try ledger.accept(RevokeToken(token: token), by: "statistics")
        case .tokenExpired: ledger.now = "2026-12-01T00:00:00Z"
        case .usesExhausted: try ledger.accept(redeem, by: "statistics")
        case .datasetNotGranted:
            return try ledger.submit(ledger.redeem(token, datasets: ["care4"]), by: "statistics").outcome
        case .datasetNotApproved:
            let partly = try ledger.accept(TestLedger.request(), by: "statistics")
            try ledger.accept(ApproveToken(token: partly), by: "site1")
            return try ledger.submit(ledger.redeem(partly), by: "statistics").outcome
        case .datasetRevoked: try ledger.accept(RevokeToken(token: token), by: "site1")
        case .packNotGranted:
            return try ledger.submit(ledger.redeem(token, packs: ["income"]), by: "statistics").outcome
        case .datasetWithdrawn:
            let manifest = TestLedger.manifest("care1")
            try ledger.accept(WithdrawDataset(dataset: "care1", manifest: manifest), by: "site1")
        case .datasetReplaced:
            try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        default:
            let manifest = TestLedger.manifest("care1")
            try ledger.accept(
                RenewDataset(dataset: "care1", manifest: manifest, validUntil: "2026-11-22T00:00:00Z"), by: "site1")
            ledger.now = "2026-11-22T00:00:00Z"
        }
        return try ledger.submit(redeem, by: "statistics").outcome
    }

    private func planRefusal(_ code: RefusalCode) throws -> Outcome {
        var (ledger, token) = try TestLedger.withRegisteredPlan()
        switch code {
        case .planNotRegistered:
            return try ledger.submit(ApproveContract(contract: "spending@9"), by: "site1").outcome
        case .notTheAuthor: return try ledger.submit(TestLedger.registration("spending@2"), by: "site1").outcome
        case .planNotApproved, .planNotGranted:
            try ledger.accept(TestLedger.registration("spending@2"), by: "statistics")
            let open = try ledger.accept(
                TestLedger.request(contracts: code == .planNotApproved ? ["spending@2"] : ["spending@1"]),
                by: "statistics")
            for site: PartyName in ["site1", "site2"] { try ledger.accept(ApproveToken(token: open), by: site) }
            return try ledger.submit(TestLedger.call(open, "spending@2"), by: "statistics").outcome
        case .planRequired: return try ledger.submit(ledger.redeem(token), by: "statistics").outcome
        case .planMismatch:
            return try ledger.submit(TestLedger.call(token, plan: cid("another plan")), by: "statistics").outcome
        default:
            return try ledger.submit(TestLedger.call(token, values: ["year": .integer(1)]), by: "statistics").outcome
        }
    }

    private func resultRefusal(_ code: RefusalCode) throws -> Outcome {
        var (ledger, token, result) = try TestLedger.withResult()
        switch code {
        case .notCustodian: return try ledger.submit(TestLedger.opening(result), by: "site1").outcome
        case .redemptionUnknown:
            return try ledger.submit(TestLedger.result(digest("none")), by: "statistics").outcome
        case .inputsMismatch:
            let redemption = try ledger.accept(ledger.redeem(token), by: "statistics")
            let body = TestLedger.result(redemption, inputs: [TestLedger.manifest("care3")])
            return try ledger.submit(body, by: "statistics").outcome
        case .resultUnknown: return try ledger.submit(TestLedger.opening(digest("none")), by: "ministry").outcome
        case .resultDiffers:
            return try ledger.submit(EndorseResult(result: result, computed: cid("other")), by: "site3").outcome
        case .resultDisputed:
            try ledger.accept(DisputeResult(result: result, computed: nil, reason: "differs"), by: "site1")
        case .ownResult:
            let own = try ledger.accept(TestLedger.request(), by: "site1")
            for site: PartyName in ["site2", "site3"] { try ledger.accept(ApproveToken(token: own), by: site) }
            let redemption = try ledger.accept(ledger.redeem(own), by: "site1")
            let mine = try ledger.accept(TestLedger.result(redemption), by: "site1")
            return try ledger.submit(DisputeResult(result: mine, computed: nil, reason: "no"), by: "site1").outcome
        case .alreadyOpened: try ledger.accept(TestLedger.opening(result), by: "ministry")
        default: return try ledger.submit(TestLedger.opening(result, seen: 1), by: "ministry").outcome
        }
        return try ledger.submit(TestLedger.opening(result), by: "ministry").outcome
    }

    private func sharesRefusal(_ code: RefusalCode) throws -> Outcome {
        var (ledger, pool, _, result) = try TestLedger.withSharedResult()
        let renewal = RenewShares(
            pool: "health", holders: SharedPool.holders, structure: pool.key.structure, dealers: ["site1"])
        switch code {
        case .notAHolder: return try ledger.submit(TestLedger.part(result), by: "site3").outcome
        case .poolNotInForce:
            ledger = try TestLedger.withSharedPool(acknowledged: ["site1"]).ledger
            return try ledger.submit(TestLedger.dataset("care1", owners: ["site1"]), by: "site1").outcome
        case .keyIsShared: return try ledger.submit(TestLedger.opening(result), by: "ministry").outcome
        case .ceremonyUnknown:
            return try ledger.submit(ledger.acknowledgement(digest("none")), by: "site1").outcome
        case .ceremonyPending:
            try ledger.accept(renewal, by: "site1")
            return try ledger.submit(renewal, by: "site2").outcome
        case .ceremonyEnded:
            let id = try ledger.refresh(pool)
            let complaint = ComplainOfShare(pool: "health", ceremony: id, dealer: "site1", reason: "no share")
            try ledger.accept(complaint, by: "site2")
            return try ledger.submit(ledger.acknowledgement(id), by: "site1").outcome
        case .dealingInvalid:
            ledger = try TestLedger()
            return try ledger.submit(pool.body(pool.record(root: 1)), by: "ministry").outcome
        case .dealersInsufficient:
            let body = RenewShares(
                pool: "health", holders: SharedPool.holders, structure: try AccessStructure(threshold: 3, of: 3),
                dealers: ["site1"])
            return try ledger.submit(body, by: "site1").outcome
        case .epochOver: return try ledger.submit(TestLedger.part(result, epoch: 2), by: "site1").outcome
        case .partUnknown:
            let body = TestLedger.combination(result, of: ["site1", "site2"])
            return try ledger.submit(body, by: "statistics").outcome
        default:
            try ledger.accept(TestLedger.part(result), by: "site1")
            return try ledger.submit(TestLedger.combination(result, of: ["site1"]), by: "statistics").outcome
        }
    }

    private func changeRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger()
        let far: Int64? = code == .heightTooFar ? 5_000 : code == .changePending ? 100 : nil
        let id = try ledger.accept(ProposeChange(change: .remove("site4"), effective: far), by: "site1")
        switch code {
        case .statementInvalid, .keyRetired:
            let statement = try Consortium.statement(
                Consortium.party("site5", .department, "health"), signing: code == .keyRetired ? nil : "sign another")
            guard code == .keyRetired else {
                return try ledger.submit(ProposeChange(change: .admit(statement)), by: "site1").outcome
            }
            for site: PartyName in ["site2", "site3"] { try ledger.accept(ApproveChange(proposal: id), by: site) }
            let again = try #require(Consortium.record.party("site4"))
            try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
            try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
            return try ledger.submit(ProposeChange(change: .admit(Consortium.statement(again))), by: "site1").outcome
        case .changeInvalid:
            return try ledger.submit(ProposeChange(change: .remove("ministry")), by: "site1").outcome
        case .changeUnknown: return try ledger.submit(ApproveChange(proposal: digest("none")), by: "site2").outcome
        case .changeExpired: ledger.now = ledger.now.adding(seconds: 31 * 86_400)
        case .changePending, .changeDecided:
            for site: PartyName in ["site2", "site3"] { try ledger.accept(ApproveChange(proposal: id), by: site) }
            guard code == .changePending else { break }
            let other = try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
            try ledger.accept(ApproveChange(proposal: other), by: "site2")
            return try ledger.submit(ApproveChange(proposal: other), by: "site3").outcome
        default:
            try ledger.accept(ApproveChange(proposal: id), by: "site2")
            return try ledger.submit(ApproveChange(proposal: id), by: "site3").outcome
        }
        return try ledger.submit(ApproveChange(proposal: id), by: "site3").outcome
    }

    private func cosigningRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger()
        let (a, b) = (digest("a"), digest("b"))
        let report = ReportEquivocation(
            party: "site2", key: Consortium.key("cosign site2"), size: 9,
            try Consortium.said("site2", root: a, size: 9),
            try Consortium.said("site2", root: b, size: code == .equivocationUnproven ? 8 : 9))
        guard code != .equivocationUnproven else { return try ledger.submit(report, by: "site1").outcome }
        try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        let statements = try ["site1", "site2", "site3", "site4"].map { (site: PartyName) in
            try Consortium.settlement(
                site, batch: digest("batch"), height: 1, givesUp: site == "site2" ? .init(root: a, size: 9) : nil)
        }
        let isWhole = code == .voteGivenUp
        let settle = SettleHeight(height: 1, statements: isWhole ? statements : Array(statements.dropLast()))
        let outcome = try ledger.submit(settle, by: "site1").outcome
        return isWhole ? try ledger.submit(report, by: "site1").outcome : outcome
    }
}
