import Contracts
import Foundation
import ObliviousPRF
import SharingModel
import Testing

extension EveryRefusalTests {
    func pseudonymRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger.withPseudonymPolicy()
        switch code {
        case .noPseudonymCustodian:
            var other = try TestLedger()
            return try other.submit(Pseudonymity.registration, by: "ministry").outcome
        case .notKeyCustodian: return try ledger.submit(Pseudonymity.registration, by: "audit").outcome
        case .pseudonymKeyMissing: return try ledger.submit(Pseudonymity.request(), by: "site1").outcome
        case .otherPseudonyms:
            return try ledger.submit(Pseudonymity.dataset(under: digest("own")), by: "site1").outcome
        default: break
        }
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        let request = try ledger.accept(Pseudonymity.request(), by: "site1")
        switch code {
        case .pseudonymKeyReplaced:
            let replaced = Pseudonymity.key.publicKey.id
            try ledger.accept(
                RegisterPseudonymKey(publicKey: PRFKey().publicKey.bytes, replaces: replaced), by: "ministry")
            return try ledger.submit(Pseudonymity.dataset(under: replaced), by: "site1").outcome
        case .evaluationUnknown:
            return try ledger.submit(Pseudonymity.answer(digest("none")), by: "ministry").outcome
        case .evaluationAnswered:
            try ledger.accept(Pseudonymity.answer(request), by: "ministry")
            return try ledger.submit(Pseudonymity.answer(request), by: "ministry").outcome
        case .countDiffers: return try ledger.submit(Pseudonymity.answer(request, 5), by: "ministry").outcome
        default: return try ledger.submit(Pseudonymity.request(7, "more"), by: "site1").outcome
        }
    }
}
