import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel

/// One person's identity is asked for, and given by two superiors together.
struct SupervisedEscrow {
    let stage: DemoStage
    let table: SupervisedTable

    private static let row = 17

    func run(_ story: inout Story) async throws {
        try await own(&story)
        let request = try await ask(&story)
        try await alone(request, &story)
        try await together(request, &story)
    }

    private func own(_ story: inout Story) async throws {
        try await story.step("The ministry asks for a person's identity, and would grant it to itself: refused") {
            let request = try await ask(as: "ministry", "we would like to know")
            let refused = try await DemoStage.expectRefusal("its own grant") {
                _ = try await GrantRecordOpening(request.hex).run(as: stage.session("ministry"))
            }
            return ["request \(request.hex.prefix(12))", refused]
        }
    }

    private func ask(_ story: inout Story) async throws -> Digest {
        try await story.step("The auditor asks for the identity in row \(Self.row), with a reason; the owner is told") {
            let request = try await ask(as: "audit", "invoice 2026/118 was paid twice")
            let notices = try stage.session("site1").state { try $0.escrowNotices(to: try DemoStage.name("site1")) }
            guard let notice = notices.first(where: { $0.request == request }), notice.event == .requested else {
                throw DemoFailure(problem: "the owner was not told")
            }
            return (
                request,
                [
                    "site1 was told by the same entry: \(notice.requester) asks for row \(notice.what.cell?.row ?? -1), "
                        + "column \(notice.what.cell?.field ?? ""), \"\(notice.reason)\""
                ]
            )
        }
    }

    private func ask(as party: String, _ reason: String) async throws -> Digest {
        try await stage.session(party).requestOpening(
            of: try DemoStage.name(SupervisedAct.dataset), row: Self.row, field: "identity", reason: reason,
            until: Timestamp.now().adding(seconds: 86_400)
        ).transaction
    }

    private func alone(_ request: Digest, _ story: inout Story) async throws {
        try await story.step("The ministry grants it alone: that opens nothing") {
            let granted = try await GrantRecordOpening(request.hex).run(as: stage.session("ministry"))
            guard !granted.isHandedOut else { throw DemoFailure(problem: "one grant was enough") }
            return [
                "its part stays in its home until another has granted",
                try await DemoStage.expectRefusal("opening it") {
                    _ = try await OpenGrantedRecord(request.hex).run(as: stage.session("audit"))
                },
            ]
        }
    }

    private func together(_ request: Digest, _ story: inout Story) async throws {
        try await story.step("The council grants it too: the auditor reads one name, and its use is on the ledger") {
            _ = try await GrantRecordOpening(request.hex).run(as: stage.session("council"))
            // Its first grant stands; run again, it hands out the part.
            let handedOut = try await GrantRecordOpening(request.hex).run(as: stage.session("ministry")).isHandedOut
            let opened = try await OpenGrantedRecord(request.hex).run(as: stage.session("audit"))
            guard handedOut, opened.value == table.identity(Self.row), let receipt = opened.receipt else {
                throw DemoFailure(problem: "row \(Self.row) was opened as '\(opened.value)'")
            }
            let state = try stage.session("site1").state { state in
                (try state.escrowRequest(request), try state.escrowNotices(to: try DemoStage.name("site1")))
            }
            guard let use = state.0?.use, state.1.contains(where: { $0.request == request && $0.event == .used }) else {
                throw DemoFailure(problem: "the use is not on the ledger")
            }
            return [
                "row \(Self.row) is person \(opened.value), as in the plain table; no other row was opened",
                "parts of \(use.used.map(\.text).joined(separator: ", ")); site1 was told; \(receipt.line)",
            ]
        }
    }
}

extension DemoStage {
    /// Runs what has to be refused, and gives the line that tells of it.
    static func expectRefusal(_ what: String, _ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
        } catch GatewayError.refusedOnLedger(let refusal, let transaction, _) {
            return "\(what) is refused: \(refusal) (on the ledger as \(transaction.hex.prefix(12)))"
        } catch GatewayError.notAllowed(let reason, _) {
            return "\(what) is refused: \(reason)"
        }
        throw DemoFailure(problem: "\(what) should have been refused")
    }
}
