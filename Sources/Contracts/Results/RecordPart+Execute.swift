import Paillier
import SharingModel

extension RecordPart {
    package func checkForm() throws(ContractsError) {
        try Form.check(Int64(epoch), in: 1...1_000_000, "epoch")
        try Form.check(openingsSeen, in: 0...Form.largestNumber, "openingsSeen")
        guard (part == nil) == (commitment == nil) else { throw .contradictory(members: ["commitment", "part"]) }
    }

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        let sharing = try execution.shares(of: recorded)
        guard recorded.record.executor != execution.by else {
            throw Refusal(.ownRequest, ["party": execution.by.text, "result": result.hex])
        }
        try sharing.check(epoch: epoch)
        if let given = recorded.parts.first(where: { $0.holder == execution.by }), given.epoch == epoch {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "result": result.hex])
        }
        guard let part, let commitment else {
            throw Refusal(
                .shareMissing, ["party": execution.by.text, "pool": recorded.record.pool.text])
        }
        try execution.checkStillGranted(recorded)
        try execution.begin(recorded, openingsSeen: openingsSeen)
        try execution.write(
            OpeningPartRecord(
                id: execution.transaction.id, holder: execution.by, epoch: epoch, part: part, commitment: commitment,
                reported: nil, at: execution.now),
            to: .openingPart(result, execution.by))
        if recorded.partRefusals.contains(where: { $0.custodian == execution.by }) {
            execution.delete(.partRefusal(result, execution.by))
        }
    }
}

extension CombineOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(Int64(epoch), in: 1...1_000_000, "epoch")
        try Form.check(list: holders, in: 1...64, "holders")
    }

    /// What the parts were given for was checked with each of them; here is noted what was made of them.
    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        let record = recorded.record
        let pool = try execution.pool(record.pool)
        guard let sharing = pool.sharing else {
            throw Refusal(
                .notAHolder, ["party": execution.by.text, "pool": pool.name.text, "holds": "opens nothing of"])
        }
        guard record.executor == execution.by else {
            throw Refusal(.notTheGrantee, ["party": execution.by.text, "token": record.token.hex])
        }
        guard recorded.opening == nil else { throw Refusal(.alreadyOpened, ["result": result.hex]) }
        try sharing.check(epoch: epoch)
        for holder in holders
        where !recorded.parts.contains(where: { $0.holder == holder && $0.epoch == epoch && $0.reported == nil }) {
            throw Refusal(.partUnknown, ["party": holder.text, "result": result.hex])
        }
        // Nobody counts towards his own result.
        guard sharing.key.isQualified(holders.filter { $0 != execution.by }), let begun = recorded.begun else {
            throw Refusal(.tooFewParts, ["pool": pool.name.text, "result": result.hex])
        }
        try execution.write(
            OpeningRecord(
                result: result, id: execution.transaction.id, pool: pool.name, number: begun.number,
                custodian: execution.by, opening: opening, commitment: commitment, at: execution.now, epoch: epoch,
                holders: holders, request: nil),
            to: .opening(result))
    }
}

extension ReportPart {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        guard recorded.record.executor == execution.by else {
            throw Refusal(.notTheGrantee, ["party": execution.by.text, "token": recorded.record.token.hex])
        }
        guard let given = recorded.parts.first(where: { $0.holder == holder }) else {
            throw Refusal(.partUnknown, ["party": holder.text, "result": result.hex])
        }
        guard given.reported == nil else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "result": result.hex])
        }
        let reported = OpeningPartRecord(
            id: given.id, holder: given.holder, epoch: given.epoch, part: given.part, commitment: given.commitment,
            reported: part, at: given.at)
        try execution.write(reported, to: .openingPart(result, holder))
        // A part of the next epoch takes the place of that one. This stays.
        try execution.write(reported, to: .partReport(result, holder, given.epoch))
    }
}

extension PoolSharing {
    fileprivate func check(epoch: Int) throws {
        guard epoch == key.key.epoch else {
            throw Refusal(
                .epochOver,
                key.subject.details.adding("found", String(epoch)).adding("expected", String(key.key.epoch)))
        }
    }
}

extension Execution {
    /// The first part gives the opening its place in the history; of one custodian's, the opening itself. Every later
    /// opening is judged against it, and it against those before: of any two, each holder judges the later one knowing
    /// the earlier, whichever is combined first, or never.
    /// - Returns: The place.
    @discardableResult
    mutating func begin(_ recorded: RecordedResult, openingsSeen: Int64) throws -> Int64 {
        let pool = recorded.record.pool
        let count = try state.openingCount(in: pool)
        let expected = recorded.begun?.number ?? count
        guard openingsSeen == expected else {
            throw Refusal(
                .historyMoved, ["pool": pool.text, "seen": String(openingsSeen), "openings": String(expected)])
        }
        guard recorded.begun == nil else { return expected }
        let id = recorded.record.id
        try write(OpeningBegun(result: id, number: count, at: now), to: .openingBegun(id))
        try write(OpeningPointer(result: id), to: .poolOpening(pool, count))
        try write(OpeningCount(count: count + 1), to: .openingCount(pool))
        return count
    }
}
