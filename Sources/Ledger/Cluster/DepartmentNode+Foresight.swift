package import Foundation
package import SharingModel

extension DepartmentNode {
    /// A block that was executed before its batch stands in the order.
    struct Foreseen {
        let batch: Data
        let proposer: PartyName
        let head: StoredBlock
        let block: VerifiedBlock
    }

    /// Executes a batch that is held here while its proposer has a reference to it written: most likely it will be the one
    /// that counts, and then only the cosignature is missing. The order alone decides that; what does not come is
    /// forgotten with its height.
    ///
    /// One a height, and only of those who may write first, so that nobody keeps a node busy with batches that never come.
    package func foresee(_ batch: Data, height: Int, by proposer: PartyName) {
        guard height == head.height + 1, candidate == nil, foreseenHeight < height, proposer != party,
            let right = try? rightOfNext(), right.standing(of: proposer)?.place == 0
        else { return }
        foreseenHeight = height
        // Whatever is wrong with it is said when the order has it.
        guard let block = try? execution.execute(batch, by: proposer, on: head) else { return }
        foreseen = Foreseen(batch: batch, proposer: proposer, head: head, block: block)
    }

    /// What executing the batch on the newest final block gives: as proposed or foreseen, where it was.
    /// - Throws: ``BatchFault`` for one that all departments skip; whatever the storage throws.
    func execute(_ batch: Data, by proposer: PartyName) throws -> VerifiedBlock {
        // Its own alone: another department can write the same bytes under its own name, and all skip that.
        if let proposal, proposal.bytes == batch, proposer == party { return proposal.block }
        if let foreseen, foreseen.head == head, foreseen.proposer == proposer, foreseen.batch == batch {
            return foreseen.block
        }
        return try execution.execute(batch, by: proposer, on: head)
    }
}
