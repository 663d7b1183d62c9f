import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import SharingModel

/// That the result is of the plan that the token was redeemed for, over the manifests that were published.
struct ProvenResult {
    let plan: BoundPlan
    let content: ResultContent
    let ciphertexts: [Ciphertext]
    let record: RecordResult

    init(_ file: EvidenceFile, _ ledger: ProvenLedger, _ grant: ProvenGrant, _ findings: inout Findings) throws {
        let recorded = try ledger.one(RecordResult.self, of: .result) { entry, _ in entry.id == file.content.result }
        record = recorded.body
        guard recorded.entry.by == grant.grantee, record.plan == file.content.plan.cid,
            record.result == file.content.computed.cid, record.plan == grant.redemption.plan,
            record.inputs == grant.inputs
        else { throw EvidenceError.doesNotHold(.result, "it is not of the redemption's plan and inputs") }
        let plan = try Plan(data: file.blocks.get(record.plan).data)
        guard plan.cid == record.plan, plan.content.datasets == record.inputs,
            plan.content.packs == grant.redemption.packs
        else { throw EvidenceError.doesNotHold(.plan, "it is not the plan that the token was redeemed for") }
        let datasets = try record.inputs.map { try SealedDataset(loading: $0, from: file.blocks) }
        try ProvenResult.check(datasets, grant)
        self.plan = try BoundPlan(plan, datasets: datasets)
        content = try ResultContent(file.blocks.get(record.result))
        try content.check(against: self.plan)
        guard content.minimumSubjects == file.founding.policy.minimumSubjects else {
            throw EvidenceError.doesNotHold(.result, "it was computed under another least number of subjects")
        }
        ciphertexts = try content.loadCiphertexts(from: file.blocks, key: grant.key)
        try checkContract(grant, plan, ledger)
        report(ledger, &findings)
    }

    /// The manifests say what their publications said.
    private static func check(_ datasets: [SealedDataset], _ grant: ProvenGrant) throws {
        for dataset in datasets {
            let manifest = dataset.manifest
            guard let published = grant.datasets[manifest.name], published.manifest == dataset.cid,
                Int64(manifest.rows) == published.rows, manifest.keyFingerprint == grant.key.fingerprint,
                manifest.weightCapacityBits == grant.pool.weightCapacityBits,
                published.packs.mapValues(Set.init)
                    == Dictionary(uniqueKeysWithValues: manifest.schema.packs.map { ($0.name, Set($0.columns)) }),
                Set(published.publicColumns) == Set(manifest.schema.publicFields.map(\.name)),
                published.pseudonymKey == manifest.pseudonymKey
            else {
                throw EvidenceError.doesNotHold(.dataset, "the manifest of \(manifest.name) is not what was published")
            }
        }
    }

    /// A registered plan: approved by the owners of its data, and filled in as the redemption says.
    private func checkContract(_ grant: ProvenGrant, _ plan: Plan, _ ledger: ProvenLedger) throws {
        guard let call = grant.redemption.contract else { return }
        let registered = try ledger.one(RegisterContract.self, of: .contract) { _, body in
            body.contract == call.contract
        }
        let approvals = ledger.all(ApproveContract.self).filter { $0.body.contract == call.contract }
        for dataset in grant.datasets.values {
            var agreed = Set(approvals.filter { $0.body.datasets?.contains(dataset.name) ?? true }.map(\.entry.by))
            agreed.insert(registered.entry.by)
            guard agreed.intersection(dataset.owners).count >= dataset.approvals else {
                throw EvidenceError.doesNotHold(.contract, "the owners of \(dataset.name) did not approve it")
            }
        }
        guard var document = registered.body.template.objectValue else {
            throw EvidenceError.doesNotHold(.contract, "its template is no object")
        }
        document["parameters"] = try CanonicalJSON.parse(CanonicalJSON.encode(call.parameters))
        guard CID(of: try CanonicalJSON.serialize(.object(document)), codec: .dagJSON) == plan.cid else {
            throw EvidenceError.doesNotHold(.contract, "filled in with the redemption's values it gives another plan")
        }
    }

    private func report(_ ledger: ProvenLedger, _ findings: inout Findings) {
        findings.holds(
            "the result \(record.result) is of the plan \(record.plan) over exactly those datasets, with "
                + "\(content.groups.count) groups released and \(content.refused.count) refused")
        for endorsement in ledger.all(EndorseResult.self) where endorsement.body.computed == record.result {
            findings.holds("\(endorsement.entry.by) computed it again and found the same bytes")
        }
        for dispute in ledger.all(DisputeResult.self) {
            findings.lacks("that the result is right: \(dispute.entry.by) disputes it (\(dispute.body.reason))")
        }
    }

    /// That the plaintexts are those of the ciphertexts, and the table that they give.
    func openedTable(
        _ file: EvidenceFile, _ ledger: ProvenLedger, _ grant: ProvenGrant, digits: Int, _ findings: inout Findings
    ) throws -> OpenedTable? {
        guard let document = file.opening else {
            findings.lacks("what the result says: the evidence holds no opening")
            return nil
        }
        guard document.version == 1, document.result == file.content.result, document.computed == record.result else {
            throw EvidenceError.doesNotHold(.opening, "it is of another result")
        }
        let shared = try grant.pool.sharing.map { _ in try ProvenShares(file, ledger, grant) }
        let recovery =
            shared == nil && file.sharedKey != nil ? try ProvenRecovery(file, ledger, grant, &findings) : nil
        let plaintexts: [BigInteger]
        do {
            plaintexts = try document.plaintexts(
                of: ciphertexts, under: grant.key, shared: shared?.key ?? recovery?.key,
                request: recovery?.request.id)
        } catch {
            throw EvidenceError.doesNotHold(.opening, error.description)
        }
        if let shared {
            try shared.check(document, ledger, grant, ciphertexts: ciphertexts.count, &findings)
        } else if let recovery {
            try recovery.check(document, ciphertexts: ciphertexts.count, &findings)
        } else {
            try checkRecording(of: document, ledger, grant, &findings)
        }
        return try OpenedTable(content, of: plan, plaintexts: plaintexts, digits: digits)
    }

    private func checkRecording(
        of document: OpeningDocument, _ ledger: ProvenLedger, _ grant: ProvenGrant, _ findings: inout Findings
    ) throws {
        let opened = try ledger.one(RecordOpening.self, of: .opening) { _, body in body.result == document.result }
        guard opened.entry.by == grant.custodian, try document.commitment() == opened.body.commitment else {
            throw EvidenceError.doesNotHold(.opening, "it is not the one that the custodian recorded")
        }
        findings.holds(
            "\(grant.custodian) recorded the opening before it gave it out, while the token was valid, and each of "
                + "the \(ciphertexts.count) plaintexts is what its ciphertext holds")
    }

    /// The result again, from the shards.
    func recompute(from shards: any BlobStore, _ grant: ProvenGrant, _ findings: inout Findings) throws {
        let executor = PlanExecutor(store: shards, minimumSubjects: content.minimumSubjects)
        let again: ComputedResult
        do {
            again = try executor.run(plan.plan, key: grant.key, history: [])
        } catch {
            throw EvidenceError.doesNotHold(.shards, "\(error)")
        }
        guard again.cid == record.result else {
            throw EvidenceError.doesNotHold(.shards, "computed again they give \(again.cid)")
        }
        findings.holds("computed again from the published shards, the result has the same bytes")
    }
}
