import SharingModel

extension RefuseQuery {
    package func checkForm() throws(ContractsError) {
        try Form.check(released, in: 0...Form.largestNumber, "released")
        try Form.check(refused, in: 1...Form.largestNumber, "refused")
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    /// Recorded whatever the token's life has come to: that somebody asked is worth knowing then too.
    package func execute(in execution: inout Execution) throws {
        let token = try execution.token(token)
        guard token.terms.grantee == execution.by else {
            throw Refusal(.notTheGrantee, ["party": execution.by.text, "token": token.id.hex])
        }
        let id = execution.transaction.id
        try execution.write(
            QueryRefusalRecord(
                id: id, token: token.id, by: execution.by, plan: plan, released: released, refused: refused,
                reason: reason, at: execution.now),
            to: .queryRefusal(id))
    }
}
