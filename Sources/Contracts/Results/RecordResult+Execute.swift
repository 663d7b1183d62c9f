import BlobStore
import SharingModel

extension RecordResult {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: inputs, in: 1...Form.longestList, "inputs")
        try Form.check(releasedGroups, in: 0...Form.largestNumber, "releasedGroups")
        try Form.check(refusedGroups, in: 0...Form.largestNumber, "refusedGroups")
    }

    /// The use was taken at the redemption: a result may be recorded after the token ended, and is checked against
    /// the token again when it is to be opened.
    package func execute(in execution: inout Execution) throws {
        guard let redemption = try execution.state.redemption(redemption) else {
            throw Refusal(.redemptionUnknown, ["redemption": redemption.hex])
        }
        guard redemption.grantee == execution.by else {
            throw Refusal(.notTheGrantee, ["party": execution.by.text, "token": redemption.token.hex])
        }
        if let recorded = redemption.result {
            throw Refusal(.alreadyExists, ["redemption": redemption.id.hex, "result": recorded.hex])
        }
        guard plan == redemption.plan else {
            throw Refusal(.planMismatch, ["reason": "redemption", "expected": redemption.plan.text])
        }
        guard inputs == redemption.inputs else {
            throw Refusal(.inputsMismatch, ["redemption": redemption.id.hex])
        }
        let id = execution.transaction.id
        try execution.write(redemption.with(result: id), to: .redemption(redemption.id))
        try execution.write(
            ResultRecord(
                id: id, redemption: redemption.id, token: redemption.token, executor: execution.by,
                pool: redemption.pool, plan: plan, inputs: inputs, result: result,
                releasedGroups: releasedGroups, refusedGroups: refusedGroups, at: execution.now),
            to: .result(id))
    }
}
