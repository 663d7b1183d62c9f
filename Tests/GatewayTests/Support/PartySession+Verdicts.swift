import BlobStore
import Contracts
import Gateway
import SharingModel

extension PartySession {
    /// What this party finds of the grants of a request that were reported.
    func verdicts(on id: Digest, blobs: FileBlobStore? = nil) throws -> [PartyName: ReportVerdict] {
        try catchUp()
        return try state { state in
            guard let request = try state.escrowRequest(id) else { return [:] }
            let judge = ReportJudge(state, blobs: blobs ?? self.blobs)
            return Dictionary(
                uniqueKeysWithValues: try state.escrowVotes(on: id).compactMap { vote in
                    judge.verdict(on: vote, of: request).map { (vote.holder, $0) }
                })
        }
    }
}
