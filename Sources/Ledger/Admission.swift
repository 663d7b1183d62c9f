package import Contracts
import SharingModel
import SignedEnvelopes

/// The door of one ledger: what may be recorded at all. Contracts judge only what came through here.
package struct Admission: Sendable {
    package let ledger: LedgerIdentity
    private let engine: ContractEngine
    /// Longest `notAfter` after the block time, in seconds.
    private let longestValidity: Int64

    /// Most seconds that any policy may allow.
    private static let dayInSeconds: Int64 = 86_400

    init(ledger: LedgerIdentity, founding: FoundingRecord, engine: ContractEngine) {
        self.ledger = ledger
        self.engine = engine
        longestValidity = min(founding.policy.longestTransactionValidity, Admission.dayInSeconds)
    }

    /// Checks what the envelope's text alone shows: its form, its kind, and that it is for this ledger.
    func read(_ envelope: Envelope) throws(AdmissionError) -> Transaction {
        let transaction: Transaction
        do throws(ContractsError) {
            transaction = try Transaction(
                id: envelope.id, payloadType: envelope.payloadType, payload: envelope.payload)
        } catch {
            throw .malformedTransaction(error)
        }
        guard transaction.header.ledger == ledger else {
            throw .anotherLedger(named: transaction.header.ledger, this: ledger)
        }
        return transaction
    }

    /// Whose signatures the transaction needs, as the state has their keys.
    /// - Throws: ``AdmissionError`` where that cannot be known; whatever `state` throws.
    func signers(of transaction: Transaction, state: some StateReader) throws -> [RequiredSigner] {
        do {
            return try engine.requiredSigners(of: transaction, state: state)
        } catch ContractsError.unknownParty(let party) {
            throw AdmissionError.unknownParty(party)
        } catch let error as ContractsError {
            if case .corruptState = error { throw error }
            throw AdmissionError.malformedTransaction(error)
        }
    }

    /// Checks that the envelope is signed by exactly `signers`. The costly part; needs no lock and no state.
    func verify(
        _ envelope: Envelope, _ transaction: Transaction, signers: [RequiredSigner]
    ) throws(AdmissionError) -> AdmittedTransaction {
        var parties: [Digest: PartyName] = [:]
        do throws(EnvelopeError) {
            var keys: [VerificationKey] = []
            for signer in signers {
                let key = try VerificationKey(ed25519: signer.signingKey)
                keys.append(key)
                parties[key.id] = signer.party
            }
            return AdmittedTransaction(
                // `transaction` was decoded from this payload, which its decoder found canonical.
                envelope: try envelope.verify(signers: keys, isPayloadRead: true), transaction: transaction,
                signers: signers)
        } catch {
            switch error {
            case .missingSigner(let key): throw .signatureMissing(parties[key] ?? transaction.header.by)
            case .wrongSignature(let key): throw .signatureWrong(parties[key] ?? transaction.header.by)
            case .unexpectedSigner(let key): throw .signatureNotAsked(keyID: key)
            default: throw .malformedEnvelope(error)
            }
        }
    }

    /// Checks what only the block decides: its time, and the signers' keys as they are in its state.
    func judge(_ admitted: AdmittedTransaction, at time: Timestamp, state: some StateReader) throws {
        try judgeTime(of: admitted, at: time)
        guard try signers(of: admitted.transaction, state: state) == admitted.signers else {
            throw AdmissionError.signersChanged
        }
    }

    /// The part of ``judge(_:at:state:)`` that needs no state.
    func judgeTime(of admitted: AdmittedTransaction, at time: Timestamp) throws(AdmissionError) {
        let notAfter = admitted.transaction.header.notAfter
        guard notAfter >= time else { throw .expired(notAfter: notAfter, blockTime: time) }
        guard notAfter <= time.adding(seconds: longestValidity) else {
            throw .validTooLong(notAfter: notAfter, blockTime: time, limit: longestValidity)
        }
    }
}
