import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes

extension SimulatedCluster {
    /// Two departments propose for the same height, and the order shows each department either of them first.
    func split() async throws {
        for department in departments.prefix(2) where !department.isDown {
            _ = try await submit(at: department, purpose: "\(department.name)'s")
            try await call(department) { try await $0.tick() }
        }
        while !writes.isEmpty { try deliverWrite(at: 0) }
    }

    /// The order lies no more, and people settle by hand every height that it has split, until a new transaction is
    /// final everywhere.
    /// - Returns: How many heights were settled.
    func healByHand(within limit: Duration = .seconds(30)) async throws -> Int {
        orderLies = false
        var (settled, refusals) = (0, [String]())
        let deadline = ContinuousClock.now.advanced(by: limit)
        while true {
            do {
                try await heal(within: .zero, rounds: 6)
                return settled
            } catch let stuck as Stuck {
                guard ContinuousClock.now < deadline else { throw Stuck(states: stuck.states + refusals.suffix(4)) }
                if try await settleOpenHeight(&refusals) { settled += 1 }
            }
        }
    }

    /// All state on one of the batches that are cosigned at the next height, and settle on it.
    private func settleOpenHeight(_ refusals: inout [String]) async throws -> Bool {
        guard let height = try departments.map({ try $0.ledger.head()?.height ?? 0 }).max() else { return false }
        var open: [(count: Int, department: PartyName, batch: Data)] = []
        for department in departments where try department.ledger.head()?.height == height {
            guard let batch = try await department.node.openBatch() else { continue }
            open.append((await department.node.status.cosigned.count, batch.department, batch.batch))
        }
        for choice in open.sorted(by: { $0.count > $1.count }) {
            do {
                var statements: [Envelope] = []
                for department in departments {
                    let said = try await department.node.settlement(on: choice.batch, of: choice.department)
                    statements.append(try said.signed(with: consortium.key(department.name)))
                }
                let agreed = SettledHeight(
                    batch: choice.batch, department: choice.department, height: height + 1, statements: statements)
                for department in departments { try await call(department) { try await $0.settle(agreed) } }
                return true
            } catch let refusal as Refusal {
                // A quorum has cosigned another, which may be final somewhere.
                refusals.append("\(refusal)")
            } catch let fault as BatchFault {
                // Somebody is not at this height yet.
                refusals.append("\(fault)")
            }
        }
        return false
    }
}
