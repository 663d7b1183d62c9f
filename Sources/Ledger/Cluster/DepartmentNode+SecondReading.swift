import SharingModel

// Where a height may have several batches, nothing is cosigned, and nobody is named for a batch that does not count, before
// the order has been asked a second time. It is asked while the batch is executed.
extension DepartmentNode {
    /// Whether the batch is of the department that may write first, and comes before it was anybody else's turn. A second
    /// reading for each such batch would take a quarter of the time of a height with a single transaction.
    ///
    /// Since when it was somebody's turn is known only where something to write is in this department's queue too.
    /// Its place stands twice in what etcd's watch gives, as that of the first write, so that one that was changed on its
    /// way does not pass here.
    func isExpected(_ event: BatchEvent) throws -> Bool {
        guard case .written = event.change, proposal == nil || event.department == party, pool.count > 0,
            sinceDue < patience
        else { return false }
        return try rightOfNext().standing(of: event.department)?.place == 0
    }

    /// Whether the candidate is the first valid batch that the order has of its height, as far as can be known here: the
    /// order has shown the same twice, or so many others have cosigned this one that one of them is honest.
    func isFirst(_ candidate: Candidate) -> Bool {
        if !candidate.isPlaced || knownPlace(of: candidate) != nil { return true }
        let policy = memberships.policy(at: candidate.block.record.height)
        return matching(candidate).keys.count { $0 != party } >= backing(of: policy)
    }

    /// Where the candidate's batch stands in the order; `nil` where that is not known. A place that came once may be
    /// wrong, and reading on behind it would pass over what stands before.
    func knownPlace(of candidate: Candidate) -> Int64? {
        let place = candidate.event.position
        return candidate.isPlaced && secondReading.confirms(place) ? place : nil
    }

    func readSecondTime() {
        let height = head.height + 1
        if let given, given.height >= height { return }
        let request = secondReading.request(height: height, members: memberships.policy(at: height).parties)
        if let request { emit(.readStanding(request)) }
    }

    /// What the order is asked, while an answer is of use.
    package var openRequest: StandingRequest? { secondReading.asked }

    /// Takes the answer to ``NodeOutput/readStanding(_:)``. One that is no longer of use is passed over.
    package func take(_ standing: StandingBatches, for request: StandingRequest) throws {
        guard openRequest == request else { return }
        switch secondReading.take(standing, after: max(decided, gapEnd ?? 0)) {
        case .same(let skipped):
            for batch in skipped { try tell(batch.fault, of: batch.department, height: request.height) }
            try vote()
            try finish()
            readSecondTime()
        case .differs:
            // Once for a height: the order is read again until both agree.
            if toldDiffering != request.height { report(.orderDiffered(height: request.height)) }
            toldDiffering = request.height
            if given.map({ $0.height < request.height }) ?? true {
                candidate = nil
                open.unplace()
            }
            needsRewind = true
            emit(.rewind)
        }
    }

    /// Tells that a batch does not count and whose fault it is.
    func tell(_ fault: BatchFault, of department: PartyName, height: Int) throws {
        report(.skipped(height: height, by: department, fault))
        try reportFault(fault.reported, of: department, height: height)
    }

    /// Called when a height is final. What was skipped is told, whether it was confirmed or not, but for a batch of the
    /// department whose batch it was after all.
    func endSecondReading(of block: VerifiedBlock) throws {
        let skipped = secondReading.skipped
        secondReading = SecondReading()
        for batch in skipped where batch.department != block.record.proposer {
            try tell(batch.fault, of: batch.department, height: block.record.height)
        }
    }
}
