import Foundation
import SharingModel

// An etcd cluster may be lost and another set up in its place. Places in the one mean nothing in the other, so a
// department that followed the one reads the other only when it is told to.
extension DepartmentNode {
    /// Compares what an order says of itself with what this department has seen.
    /// - Returns: Whether it is followed already, or the first to be. One that no longer has this department's mark is
    ///   to be joined and taken up again: somebody may have deleted the mark, or it was set up anew long ago.
    /// - Throws: ``OrderFault`` where somebody has to say first that it may be taken up.
    package func meet(_ newest: OrderPlace) throws(OrderFault) -> Bool {
        if let fault = fault(of: newest) { throw fault }
        // A journal that names none was written before journals did.
        if order == nil, !hasNoJournal { order = FollowedOrder(newest) }
        return follows(newest)
    }

    private func follows(_ newest: OrderPlace) -> Bool { order.map { $0.mark == newest.mark } ?? true }

    private func fault(of newest: OrderPlace) -> OrderFault? {
        if let order, order.name != newest.order { return .another(known: order.name, shown: newest) }
        if position - 1 > newest.position { return .wentBack(seen: position - 1, shown: newest) }
        return nil
    }

    /// Goes on with this order in the place of the one that was followed until now, or with what is left of that one.
    ///
    /// What was cosigned stays cosigned: the journal keeps the vote, and gives none but it at that height or before. Its
    /// place and all others of the old order are forgotten. What the old one had is missing in the new, as behind a gap:
    /// at the next height this department waits for what the others have cosigned. A crash before the journal is stored
    /// leaves the old order; taking up the new one again is safe.
    /// - Parameter newest: Of the new order, which this department has joined. One that it follows already is left alone.
    package func takeUp(_ newest: OrderPlace) throws {
        guard fault(of: newest) != nil || !follows(newest) else { return }
        let state = try journal.load()
        let begun = FollowedOrder(newest, begins: newest.position)
        // A vote that was given since closes all heights at which there may have been one in an earlier life.
        let isSilent = silentThrough > 0 && (state?.vote?.position ?? 0) <= silentThrough
        let silent = isSilent ? newest.position : 0
        if let state {
            let vote = state.vote?.unplaced
            try journal.store(
                JournalState(silentThrough: silent, vote: vote, order: begun, statements: state.statements))
            newestVote = vote
        }
        (order, silentThrough, gapEnd) = (begun, silent, newest.position)
        (position, decided, seenThrough, takenAtPosition) = (0, 0, newest.position, [])
        events.reset()
        secondReading = SecondReading(isDoubted: true)
        (candidate, awaited, needsRewind) = (nil, nil, false)
        open.unplace()
        if let vote = state?.vote, vote.message.height > head.height {
            events.keep(vote.unplaced.event, next: head.height + 1)
        }
        report(.tookUpOrder(newest))
        try decide()
    }
}

extension JournalState {
    /// Up to where the order that was taken up last may lack what the one before had.
    /// - Returns: `nil` where it is the first, or a batch behind that place is final.
    func gapEnd(finalHeight: Int) -> Int64? {
        guard let order, order.begins > 0 else { return nil }
        if let vote, vote.position > order.begins, vote.message.height <= finalHeight { return nil }
        return order.begins
    }
}

extension Vote {
    /// The same once its height is final: the ledger has what its batch brought.
    var withoutBatch: Vote { Vote(batch: Data(), department: department, message: message, position: position) }

    /// The same before all places of an order in which it does not stand.
    var unplaced: Vote { Vote(batch: batch, department: department, message: message, position: 0) }

    /// What brought its batch.
    var event: BatchEvent {
        BatchEvent(position: position, department: department, height: message.height, change: .written(batch))
    }
}
