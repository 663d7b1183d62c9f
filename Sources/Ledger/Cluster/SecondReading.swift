package import SharingModel

/// What the order has of a height, asked for by name: of each of these departments' batches when it was written.
package struct StandingRequest: Hashable, Sendable {
    package let height: Int
    /// Who may have written a batch that counts.
    package let departments: [PartyName]
    /// Whose batches' digests are wanted too.
    package let contents: Set<PartyName>
    /// The answer has to be of this place or a later one.
    package let place: Int64

    package init(height: Int, departments: [PartyName], contents: Set<PartyName>, place: Int64) {
        (self.height, self.departments, self.contents, self.place) = (height, departments, contents, place)
    }
}

/// The answer to a ``StandingRequest``.
package struct StandingBatches: Hashable, Sendable {
    /// The newest place of the order when it answered.
    package let position: Int64
    /// Of each department that has one.
    package let batches: [PartyName: Batch]

    package struct Batch: Hashable, Sendable {
        /// Where it was written first, since it was deleted last.
        package let created: Int64
        /// Where it was written last.
        package let newest: Int64
        /// Of its bytes, up to one more than ``BatchEvent/largestByteCount``; `nil` where it was not asked for.
        package let digest: Digest?

        package init(created: Int64, newest: Int64, digest: Digest?) {
            (self.created, self.newest, self.digest) = (created, newest, digest)
        }
    }

    package init(position: Int64, batches: [PartyName: Batch]) {
        (self.position, self.batches) = (position, batches)
    }
}

/// What has come of the order for one height, until the order, asked a second time and another way, has shown the same.
///
/// A vote cannot be taken back. If a batch was lost, changed or overtaken on its way here (by a proxy, or by etcd, whose
/// watches have dropped changes in more than one release), this department would cosign a later one and, where its
/// cosignature is needed, stop the height for good.
package struct SecondReading: Sendable {
    /// Where the batches stood that were judged, by department.
    private var judged: [PartyName: Set<Int64>] = [:]
    /// The newest of these places.
    private var judgedThrough: Int64 = 0
    /// What was skipped and is not confirmed.
    package private(set) var skipped: [SkippedBatch] = []
    private var confirmedThrough: Int64 = 0
    /// The question that is not answered yet.
    private(set) var asked: StandingRequest?
    /// Whether something has gone wrong since the height began: the order is read again.
    private let isDoubted: Bool

    package init(isDoubted: Bool = false) { self.isDoubted = isDoubted }

    /// Who writes more batches for one height than any honest department is believed to have written what came.
    private static let mostOfOneParty = 64

    /// Whether all places of the department's batches that came are here.
    private func knowsAll(of department: PartyName) -> Bool {
        judged[department, default: []].count < SecondReading.mostOfOneParty
    }

    /// Notes an event of the height; called for all of members, in order. Of others nothing is kept: without accounts in
    /// etcd anybody can write under any number of names.
    /// - Parameter isExpected: Whether nobody else is likely to have written before. If it is the first that comes, no
    ///   second reading is needed: the order then has one batch of the height in nearly every case.
    package mutating func judge(_ event: BatchEvent, isExpected: Bool = false) {
        if isExpected, judged.isEmpty, !isDoubted { confirmedThrough = event.position }
        judgedThrough = max(judgedThrough, event.position)
        if knowsAll(of: event.department) { judged[event.department, default: []].insert(event.position) }
    }

    /// Notes that a judged batch does not count.
    /// - Returns: Whether that is to be confirmed; if not, it may be told at once.
    package mutating func skip(_ event: BatchEvent, _ fault: BatchFault) -> Bool {
        guard judged[event.department] != nil, knowsAll(of: event.department), let batch = event.batch else {
            return false
        }
        skipped.append(
            SkippedBatch(
                department: event.department, position: event.position, digest: .sha256(batch), fault: fault))
        return true
    }

    /// Whether nothing that stands before `place`, or there, can have been missed.
    package func confirms(_ place: Int64) -> Bool { place <= confirmedThrough && skipped.isEmpty }

    /// - Returns: What is to be asked; `nil` where an answer is awaited or there is no need.
    package mutating func request(height: Int, members: [PartyName]) -> StandingRequest? {
        guard asked == nil, !confirms(judgedThrough) else { return nil }
        asked = StandingRequest(
            height: height, departments: members, contents: Set(skipped.map(\.department)), place: judgedThrough)
        return asked
    }

    package enum Answer: Equatable {
        /// The order has shown the same twice; these batches were skipped rightly.
        case same([SkippedBatch])
        /// What came first is not what the order has: nothing of it is to be believed.
        case differs
    }

    /// Takes the answer to the question that is open.
    /// - Parameter start: What stands at this place or before it decides nothing, and need not have come.
    package mutating func take(_ standing: StandingBatches, after start: Int64) -> Answer {
        guard let request = asked else { return .same([]) }
        asked = nil
        // A place that the order has not reached was never its own.
        guard standing.position >= request.place else { return .differs }
        for department in request.departments {
            guard let batch = standing.batches[department] else { continue }
            // Of several batches in one place, some may not be judged yet.
            let places = [batch.created, batch.newest].filter { $0 > start && $0 < request.place }
            let known = judged[department, default: []]
            guard !knowsAll(of: department) || known.isSuperset(of: places) else { return .differs }
        }
        let answered = skipped.filter { request.contents.contains($0.department) && $0.position <= request.place }
        guard answered.allSatisfy({ $0.mayStand(as: standing.batches[$0.department]) }) else { return .differs }
        skipped.removeAll { answered.contains($0) }
        confirmedThrough = max(confirmedThrough, request.place)
        return .same(answered)
    }
}

/// A batch that no department takes, as it came.
package struct SkippedBatch: Hashable, Sendable {
    package let department: PartyName
    package let position: Int64
    package let digest: Digest
    package let fault: BatchFault

    /// Whether it can have stood where it did, going by what stands now: the same, or something later.
    fileprivate func mayStand(as batch: StandingBatches.Batch?) -> Bool {
        guard let batch, batch.newest <= position else { return true }
        return batch.newest == position && batch.digest == digest
    }
}
