import Contracts
import Foundation
import SharingModel
import Testing

extension EveryRefusalTests {
    func escrowRefusal(_ code: RefusalCode) throws -> Outcome {
        switch code {
        case .fieldKeyMissing, .escrowNotAsked, .escrowMissing, .depositInvalid, .depositUnknown, .notAnEscrowHolder:
            try depositRefusal(code)
        default: try requestRefusal(code)
        }
    }

    private func depositRefusal(_ code: RefusalCode) throws -> Outcome {
        var ledger = try TestLedger.withEscrowPolicy()
        switch code {
        case .fieldKeyMissing: return try ledger.submit(Escrow.dataset(), by: "site1").outcome
        case .escrowNotAsked: return try ledger.submit(Escrow.deposit(), by: "site3").outcome
        case .escrowMissing:
            try ledger.accept(Escrow.registration(), by: "site1")
            return try ledger.submit(Escrow.dataset(), by: "site1").outcome
        case .depositInvalid:
            try ledger.accept(Escrow.registration(), by: "site1")
            return try ledger.submit(Escrow.deposit(holders: ["ministry", "audit"]), by: "site1").outcome
        case .depositUnknown:
            return try ledger.submit(AcknowledgeDeposit(owner: "site1", deposit: digest("none")), by: "audit").outcome
        default:
            try ledger.accept(Escrow.registration(), by: "site1")
            let deposit = try ledger.accept(Escrow.deposit(), by: "site1")
            return try ledger.submit(AcknowledgeDeposit(owner: "site1", deposit: deposit), by: "site3").outcome
        }
    }

    private func requestRefusal(_ code: RefusalCode) throws -> Outcome {
        var (ledger, request) = try TestLedger.withRequest(by: code == .ownRequest ? "audit" : "statistics")
        switch code {
        case .cellUnknown: return try ledger.submit(Escrow.request(row: 100), by: "statistics").outcome
        case .shareMissing:
            return try ledger.submit(GrantOpening(request: request, grant: nil), by: "audit").outcome
        case .reasonMissing: return try ledger.submit(Escrow.request(reason: " "), by: "statistics").outcome
        case .escrowUnreachable:
            return try ledger.submit(
                Escrow.request(until: ledger.now.adding(seconds: 3_600)), by: "statistics"
            ).outcome
        case .requestUnknown: return try ledger.submit(Escrow.grant(digest("none")), by: "audit").outcome
        case .requestExpired:
            ledger.now = "2026-12-01T00:00:00Z"
            return try ledger.submit(Escrow.grant(request), by: "audit").outcome
        case .requestDenied:
            try ledger.accept(DenyOpening(request: request, reason: "no"), by: "ministry")
            try ledger.accept(DenyOpening(request: request, reason: "no"), by: "audit")
            return try ledger.submit(Escrow.grant(request), by: "site2").outcome
        case .requestUsed:
            for holder: PartyName in ["ministry", "audit"] { try ledger.accept(Escrow.grant(request), by: holder) }
            let use = UseOpening(request: request, used: ["ministry", "audit"], wrong: [])
            try ledger.accept(use, by: "statistics")
            return try ledger.submit(use, by: "statistics").outcome
        case .requestNotGranted:
            try ledger.accept(Escrow.grant(request), by: "audit")
            return try ledger.submit(UseOpening(request: request, used: ["audit"], wrong: []), by: "statistics").outcome
        case .notTheRequester:
            return try ledger.submit(UseOpening(request: request, used: ["audit"], wrong: []), by: "clinic").outcome
        case .ownRequest: return try ledger.submit(Escrow.grant(request), by: "audit").outcome
        case .tooEarly:
            ledger.now = ledger.now.adding(seconds: -1)
            return try ledger.submit(Escrow.grant(request), by: "audit").outcome
        default:
            for row in 8..<10 as Range<Int64> {
                let other = try ledger.accept(Escrow.request(row: row), by: "statistics")
                ledger.now = ledger.now.adding(seconds: 3_600)
                for holder: PartyName in ["ministry", "audit"] { try ledger.accept(Escrow.grant(other), by: holder) }
            }
            try ledger.accept(Escrow.grant(request), by: "ministry")
            return try ledger.submit(Escrow.grant(request), by: "audit").outcome
        }
    }
}
