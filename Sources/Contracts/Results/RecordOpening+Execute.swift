import SharingModel

extension RecordOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(openingsSeen, in: 0...Form.largestNumber, "openingsSeen")
    }

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.openableResult(result)
        try execution.checkStillGranted(recorded)
        let pool = recorded.record.pool
        let number = try execution.begin(recorded, openingsSeen: openingsSeen)
        try execution.write(
            OpeningRecord(
                result: result, id: execution.transaction.id, pool: pool, number: number,
                custodian: execution.by, opening: opening, commitment: commitment, at: execution.now, epoch: nil,
                holders: nil, request: nil),
            to: .opening(result))
    }
}

extension Execution {
    /// The token again, at this block's time. Its use was taken, so that it may be exhausted by now; the data may
    /// have been replaced by a newer version, but not taken back.
    func checkStillGranted(_ recorded: RecordedResult) throws {
        let token = try token(recorded.record.token)
        let details = ["token": token.id.hex]
        guard token.uses.givenBack == nil else { throw Refusal(.tokenRevoked, details) }
        guard now < token.terms.until else {
            throw Refusal(.tokenExpired, details.adding("until", token.terms.until.description))
        }
        for grant in token.datasets where recorded.record.inputs.contains(grant.manifest) {
            guard grant.revocation == nil else {
                throw Refusal(.datasetRevoked, details.adding("dataset", grant.dataset.text))
            }
        }
        for input in recorded.record.inputs {
            guard let dataset = try state.dataset(manifest: input) else { continue }
            if dataset.status(at: now) != .replaced { try checkUsable(dataset) }
        }
        if let dispute = recorded.blockingDisputes.first {
            throw Refusal(.resultDisputed, ["result": recorded.record.id.hex, "party": dispute.party.text])
        }
    }
}

extension RefuseOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(openingsSeen, in: 0...Form.largestNumber, "openingsSeen")
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    /// More openings since then cannot make the disclosure guard allow what it refused, so only a history that does
    /// not exist yet is turned down.
    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        let isShared = try execution.pool(recorded.record.pool).sharing != nil
        if isShared { _ = try execution.shares(of: recorded) } else { _ = try execution.openableResult(result) }
        let count = try execution.state.openingCount(in: recorded.record.pool)
        guard openingsSeen <= count else {
            throw Refusal(
                .historyMoved,
                ["pool": recorded.record.pool.text, "seen": String(openingsSeen), "openings": String(count)])
        }
        try execution.write(
            OpeningRefusalRecord(
                result: result, id: execution.transaction.id, custodian: execution.by, openingsSeen: openingsSeen,
                reason: reason, at: execution.now),
            to: isShared ? .partRefusal(result, execution.by) : .openingRefusal(result))
    }
}
