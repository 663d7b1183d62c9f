import CanonicalJSON
package import SharingModel
import SignedEnvelopes
import TransparencyLog

extension DepartmentNode {
    /// Takes a block that another department shows as final: executes it, compares everything that it claims, and
    /// counts valid cosignatures.
    /// - Returns: Whether the ledger is longer now.
    package func take(_ shown: ExportedBlock, from sender: PartyName) throws -> Bool {
        let height = shown.record.height
        guard height == head.height + 1 else { return false }
        let block: VerifiedBlock
        do {
            let before = head
            block = try ledger.storage.read { try ledger.verify(shown, on: before, replica: $0) }
            let policy = memberships.policy(at: height)
            let cosignatures = try policy.cosignatures(shown: shown, of: block)
            guard cosignatures.count >= policy.needed else { throw LedgerError.notFinal }
            if let given, given.height == height, given.root != block.root { report(.outvoted(height: height)) }
            try append(block, cosignatures)
        } catch  where DepartmentNode.isFaultOfBlock(error) {
            report(.refusedBlock(height: height, from: sender))
            return false
        }
        report(
            .caughtUp(
                height: height, from: sender, accepted: block.count(accepted: true),
                refused: block.count(accepted: false)))
        try decide()
        return true
    }

    /// What is wrong with the block, as opposed to this department's storage.
    private static func isFaultOfBlock(_ error: any Error) -> Bool {
        switch error {
        case LedgerError.blockDiffers, LedgerError.notFinal, LedgerError.proof: true
        case is EnvelopeError, is AdmissionError, is TransparencyLogError, is CanonicalJSONError: true
        default: false
        }
    }
}
