package import BlobStore
import ObliviousPRF
package import SharingModel

/// `pseudonym.request`: a department asks the custodian to evaluate so many blinded elements.
///
/// The count stands here, and again in the answer: nobody can try out values unnoticed, and a limit holds.
package struct RequestPseudonyms: TransactionBody {
    package static let kind = TransactionKind.requestPseudonyms
    /// Names the key that is to be used.
    package let key: Digest
    /// 1 to 4 096.
    package let count: Int64
    /// A raw block of that many elements.
    package let elements: CID

    package init(key: Digest, count: Int64, elements: CID) {
        self.key = key
        self.count = count
        self.elements = elements
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(count, in: 1...Int64(BlindedBatch.mostElements), "count")
    }

    package func execute(in execution: inout Execution) throws {
        let department = try execution.department(execution.by).name
        let rule = try execution.pseudonymRule()
        try execution.checkInUse(key, rule)
        let asked = try execution.state.pseudonymCount(of: department, rule, at: execution.now)
        guard asked.total + count <= rule.mostEvaluations else {
            throw Refusal(
                .evaluationsExhausted,
                [
                    "party": department.text, "most": String(rule.mostEvaluations), "days": String(rule.periodDays),
                    "left": String(rule.mostEvaluations - asked.total), "asked": String(count),
                ])
        }
        try execution.write(
            asked.adding(count, on: PseudonymCount.day(of: execution.now)), to: .pseudonymCount(department))
        try execution.write(
            PseudonymRequest(
                id: execution.transaction.id, department: department, at: execution.now, terms: self, answer: nil,
                complaint: nil),
            to: .pseudonymRequest(execution.transaction.id))
    }
}

/// `pseudonym.evaluate`: the custodian has evaluated what a request asked for.
package struct EvaluatePseudonyms: TransactionBody {
    package static let kind = TransactionKind.evaluatePseudonyms
    /// Id of `pseudonym.request`.
    package let request: Digest
    /// As many as were asked for.
    package let count: Int64
    /// A raw block of that many evaluations with their proofs.
    package let evaluated: CID

    package init(request: Digest, count: Int64, evaluated: CID) {
        self.request = request
        self.count = count
        self.evaluated = evaluated
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(count, in: 1...Int64(BlindedBatch.mostElements), "count")
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.unanswered(request)
        guard count == request.terms.count else {
            throw Refusal(
                .countDiffers,
                ["request": request.id.hex, "asked": String(request.terms.count), "count": String(count)])
        }
        try execution.answer(request, evaluated: evaluated)
    }
}

/// `pseudonym.refuse`: the custodian cannot evaluate what it was given, and says why. The request counts all the same.
package struct RefusePseudonyms: TransactionBody {
    package static let kind = TransactionKind.refusePseudonyms
    package let request: Digest
    /// 1 to 1 000 characters.
    package let reason: String

    package init(request: Digest, reason: String) {
        self.request = request
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.unanswered(request)
        try execution.answer(request, refusal: reason)
    }
}

/// `pseudonym.complain`: the answer is not what the key gives; the department takes nothing of it, and asks again.
package struct ComplainOfPseudonyms: TransactionBody {
    package static let kind = TransactionKind.complainOfPseudonyms
    package let request: Digest
    /// 1 to 1 000 characters.
    package let reason: String

    package init(request: Digest, reason: String) {
        self.request = request
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.pseudonymRequest(request)
        guard request.department == execution.by else {
            throw Refusal(.notTheRequester, ["party": execution.by.text, "request": request.id.hex])
        }
        let status = request.status(under: try execution.state.pseudonymKey()?.id)
        guard status == .evaluated else {
            throw Refusal(.evaluationAnswered, ["request": request.id.hex, "status": status.rawValue])
        }
        try execution.write(
            request.with(
                complaint: PseudonymRequest.Complaint(
                    transaction: execution.transaction.id, at: execution.now, reason: reason)),
            to: .pseudonymRequest(request.id))
    }
}

extension Execution {
    fileprivate func pseudonymRequest(_ id: Digest) throws -> PseudonymRequest {
        guard let request = try state.pseudonymRequest(id) else {
            throw Refusal(.evaluationUnknown, ["request": id.hex])
        }
        return request
    }

    /// A request that the acting party, the custodian, has not answered, of a department that is one still.
    fileprivate func unanswered(_ id: Digest) throws -> PseudonymRequest {
        try checkCustodian(of: pseudonymRule())
        let request = try pseudonymRequest(id)
        let status = request.status(under: try state.pseudonymKey()?.id)
        guard status == .waiting else {
            throw Refusal(.evaluationAnswered, ["request": id.hex, "status": status.rawValue])
        }
        _ = try department(request.department)
        return request
    }

    fileprivate mutating func answer(
        _ request: PseudonymRequest, evaluated: CID? = nil, refusal: String? = nil
    ) throws {
        try write(
            request.with(
                answer: PseudonymRequest.Answer(
                    transaction: transaction.id, at: now, evaluated: evaluated, refusal: refusal)),
            to: .pseudonymRequest(request.id))
    }
}
