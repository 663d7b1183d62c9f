import SharingModel

extension RecordOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(openingsSeen, in: 0...Form.largestNumber, "openingsSeen")
    }

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.openableResult(result)
        try checkToken(of: recorded, execution)
        if let dispute = recorded.blockingDisputes.first {
            throw Refusal(.resultDisputed, ["result": result.hex, "party": dispute.party.text])
        }
        let pool = recorded.record.pool
        let count = try execution.state.openingCount(in: pool)
        guard openingsSeen == count else {
            throw Refusal(
                .historyMoved, ["pool": pool.text, "seen": String(openingsSeen), "openings": String(count)])
        }
        try execution.write(
            OpeningRecord(
                result: result, id: execution.transaction.id, pool: pool, number: count,
                custodian: execution.by, opening: opening, commitment: commitment, at: execution.now),
            to: .opening(result))
        try execution.write(OpeningPointer(result: result), to: .poolOpening(pool, count))
        try execution.write(OpeningCount(count: count + 1), to: .openingCount(pool))
    }

    /// The token again, at this block's time. Its use was taken, so that it may be exhausted by now; the data may
    /// have been replaced by a newer version, but not taken back.
    private func checkToken(of recorded: RecordedResult, _ execution: Execution) throws {
        let token = try execution.token(recorded.record.token)
        let details = ["token": token.id.hex]
        guard token.uses.givenBack == nil else { throw Refusal(.tokenRevoked, details) }
        guard execution.now < token.terms.until else {
            throw Refusal(.tokenExpired, details.adding("until", token.terms.until.description))
        }
        for grant in token.datasets where recorded.record.inputs.contains(grant.manifest) {
            guard grant.revocation == nil else {
                throw Refusal(.datasetRevoked, details.adding("dataset", grant.dataset.text))
            }
        }
        for input in recorded.record.inputs {
            guard let dataset = try execution.state.dataset(manifest: input) else { continue }
            if dataset.status(at: execution.now) != .replaced { try execution.checkUsable(dataset) }
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
        let recorded = try execution.openableResult(result)
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
            to: .openingRefusal(result))
    }
}
