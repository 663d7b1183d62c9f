import Contracts
import Gateway
import Ledger
import SharingModel
import Testing

/// The ledger has refused it, with this reason.
/// - Parameter witness: A party in whose own copy of the ledger the attempt is looked up.
func expectRefused(
    _ code: RefusalCode, seenBy witness: PartySession? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws {
    let error = await #expect(throws: GatewayError.self, sourceLocation: sourceLocation) { try await body() }
    guard case .refusedOnLedger(let refusal, let transaction, _)? = error else {
        Issue.record("refused otherwise: \(String(describing: error))", sourceLocation: sourceLocation)
        return
    }
    #expect(refusal.code == code, sourceLocation: sourceLocation)
    guard let witness else { return }
    try witness.catchUp()
    let recorded = try witness.ledger.read { try $0.receipt(of: transaction) }
    #expect(recorded?.refusal == refusal, sourceLocation: sourceLocation)
}
