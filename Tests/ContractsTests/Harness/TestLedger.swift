import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import SignedEnvelopes
import Testing

/// A section's ledger without blocks and signatures: transactions go through the door and the engine, one a block.
struct TestLedger {
    private(set) var state = MemoryState()
    private(set) var history: [(transaction: Transaction, block: BlockContext, outcome: Outcome)] = []
    /// Block time of what is submitted next.
    var now: Timestamp = "2026-11-21T08:00:00Z"
    /// How the next block comes about.
    var mechanism = AccountingMechanism.embedded
    var isStandIn = false
    var proposer: PartyName = "site1"
    var cosigners: [PartyName] = []
    let identity: LedgerIdentity
    let engine: ContractEngine
    private var count: UInt8 = 0
    private var nonces = SplitMix64(seed: 1)

    /// A ledger on which nothing stands yet.
    init(empty section: SectionName = "health", rules: ContractRules = ContractRules(insecureKeysForTesting: true))
        throws
    {
        identity = try Consortium.identity(section)
        engine = ContractEngine(rules: rules)
    }

    /// A section that was opened.
    init(rules: ContractRules = ContractRules(insecureKeysForTesting: true)) throws {
        try self.init(empty: "health", rules: rules)
        try accept(OpenSection(record: Consortium.record, registry: "registry checkpoint"), by: "site1")
    }

    /// A section that was opened with another record than the usual.
    init(founding record: FoundingRecord, rules: ContractRules = ContractRules(insecureKeysForTesting: true)) throws {
        identity = LedgerIdentity(consortium: try record.digest(), section: "health")
        engine = ContractEngine(rules: rules)
        try accept(OpenSection(record: record, registry: "registry checkpoint"), by: "site1")
    }

    var typed: LedgerState { LedgerState(state) }

    /// Signs (in spirit) and submits a body: the payload is encoded, decoded, checked for its signer and executed.
    mutating func submit(
        _ body: some TransactionBody, by party: PartyName, ledger: LedgerIdentity? = nil, notAfter: Timestamp? = nil
    ) throws -> (id: Digest, outcome: Outcome) {
        let transaction = try transaction(body, by: party, ledger: ledger, notAfter: notAfter)
        let signers = try engine.requiredSigners(of: transaction, state: state)
        #expect(signers.map(\.party).contains(party))
        return (transaction.id, try execute(transaction))
    }

    mutating func transaction(
        _ body: some TransactionBody, by party: PartyName, ledger: LedgerIdentity? = nil, notAfter: Timestamp? = nil
    ) throws -> Transaction {
        let header = TransactionHeader(
            by: party, ledger: ledger ?? identity, nonce: .random(using: &nonces),
            notAfter: notAfter ?? now.adding(seconds: 3_600))
        let payload = TransactionPayload(header: header, body: body)
        return try Transaction(Envelope(payload: payload.encoded(), payloadType: payload.payloadType))
    }

    mutating func execute(_ transaction: Transaction) throws -> Outcome {
        let block = try begin()
        let outcome = try engine.execute(transaction, state: state, block: block)
        state.apply(outcome.writes)
        history.append((transaction, block, outcome))
        return outcome
    }

    /// Begins the next block: what it writes by itself is in the state.
    @discardableResult
    mutating func begin() throws -> BlockContext {
        let block = BlockContext(
            ledger: identity, height: Int64(history.count), time: now, proposer: proposer, mechanism: mechanism,
            isStandIn: isStandIn, departments: Consortium.record.departments(of: identity.section).map(\.name),
            cosigners: cosigners)
        state.apply(try engine.begin(block, state: state))
        return block
    }

    /// Submits what has to be accepted.
    /// - Returns: The transaction's id.
    @discardableResult
    mutating func accept(
        _ body: some TransactionBody, by party: PartyName, _ location: SourceLocation = #_sourceLocation
    ) throws -> Digest {
        let (id, outcome) = try submit(body, by: party)
        #expect(outcome.isAccepted, "\(outcome.refusal?.description ?? "")", sourceLocation: location)
        return id
    }

    /// Submits what has to be refused.
    /// - Returns: The reason.
    mutating func refuse(
        _ body: some TransactionBody, by party: PartyName, _ location: SourceLocation = #_sourceLocation
    ) throws -> RefusalCode? {
        // What the block writes by itself is no part of the refusal.
        var begun = self
        try begun.begin()
        let before = begun.state
        let (_, outcome) = try submit(body, by: party)
        #expect(outcome.refusal != nil, "it was accepted", sourceLocation: location)
        #expect(state == before, "a refusal changed the state", sourceLocation: location)
        return outcome.refusal?.code
    }
}
