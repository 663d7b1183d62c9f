import Contracts
import Ledger
import SharingModel

/// What has to hold whatever happened, read from the clients' acknowledgements and from the ledgers afterwards.
struct HistoryCheck {
    let acknowledged: [SimulatedCluster.Acknowledgement]
    let ledgers: [(name: String, ledger: Ledger)]

    /// Everything that is wrong; empty if nothing is.
    func findings() throws -> [String] {
        var found: [String] = []
        var roots: [Int: (name: String, root: Digest)] = [:]
        let reached = try ledgers.compactMap { try $0.ledger.head()?.height }.max() ?? -1
        for acknowledgement in acknowledged where acknowledgement.height > reached {
            found.append("\(acknowledgement) is lost: no ledger reaches its height")
        }
        for (name, ledger) in ledgers {
            guard let head = try ledger.head() else { continue }
            var (time, ids) = (head.record.time, Set<Digest>())
            for height in (0...head.height).reversed() {
                guard let block = try ledger.read({ try $0.block(at: height) }) else {
                    found.append("\(name) has no block \(height)")
                    continue
                }
                if let known = roots[height], known.root != block.root {
                    found.append("two final blocks of height \(height): \(known.name)'s and \(name)'s")
                }
                roots[height] = (name, block.root)
                if block.record.time > time { found.append("time goes back after height \(height) at \(name)") }
                time = block.record.time
                for id in try ledger.read({ try $0.entryIDs(in: block.entries) }) where !ids.insert(id).inserted {
                    found.append("\(name) has \(id) twice")
                }
            }
            found += try missingQuorum(name, ledger, head)
            for acknowledgement in acknowledged where acknowledgement.height <= head.height {
                let receipt = try ledger.read { try $0.receipt(of: acknowledgement.id) }
                if receipt?.height != acknowledgement.height {
                    found.append("\(acknowledgement) is lost at \(name)")
                }
            }
        }
        return found
    }

    private func missingQuorum(_ name: String, _ ledger: Ledger, _ head: StoredBlock) throws -> [String] {
        let policy = try ledger.memberships().policy(at: head.height)
        let checkpoint = try policy.checkpoint(head)
        let valid = try ledger.read { try $0.cosignatures(height: head.height) }
            .filter { policy.isValid($0, on: checkpoint) }
        return valid.count >= policy.needed ? [] : ["block \(head.height) of \(name) has no quorum"]
    }
}
