package import BlobStore
package import SharingModel

/// A department's request for pseudonyms, and what became of it.
package struct PseudonymRequest: Codable, Hashable, Sendable {
    /// Id of the `pseudonym.request` transaction.
    package let id: Digest
    package let department: PartyName
    /// Block time of the request.
    package let at: Timestamp
    package let terms: RequestPseudonyms
    package let answer: Answer?
    package let complaint: Complaint?

    /// The custodian's word.
    package struct Answer: Codable, Hashable, Sendable {
        package let transaction: Digest
        package let at: Timestamp
        /// The block of evaluations with their proofs; `nil` where it refused.
        package let evaluated: CID?
        /// Why it refused.
        package let refusal: String?
    }

    /// What the department found of the answer.
    package struct Complaint: Codable, Hashable, Sendable {
        package let transaction: Digest
        package let at: Timestamp
        package let reason: String
    }

    /// - Parameter key: The section's key in use. What waited for another when that was replaced is not evaluated any
    ///   more: the department asks again, under the new one.
    package func status(under key: Digest?) -> PseudonymStatus {
        if complaint != nil { return .disputed }
        guard let answer else { return terms.key == key ? .waiting : .lapsed }
        return answer.evaluated == nil ? .refused : .evaluated
    }

    func with(answer: Answer? = nil, complaint: Complaint? = nil) -> PseudonymRequest {
        PseudonymRequest(
            id: id, department: department, at: at, terms: terms, answer: answer ?? self.answer,
            complaint: complaint ?? self.complaint)
    }
}

package enum PseudonymStatus: String, Codable, Hashable, Sendable {
    case waiting
    /// The key was replaced before the custodian had answered.
    case lapsed
    case evaluated
    case refused
    /// The department says that the answer is wrong; whoever has the two blocks can see who is right.
    case disputed
}

/// How many elements a department had evaluated, by days of UTC: what the period's limit counts.
struct PseudonymCount: Codable, Hashable, Sendable {
    /// Days since 1970, ascending.
    let days: [Day]

    struct Day: Codable, Hashable, Sendable {
        let day: Int64
        let count: Int64
    }

    private static let secondsPerDay: Int64 = 86_400

    static func day(of time: Timestamp) -> Int64 { time.seconds / secondsPerDay }

    /// What counts on `today` in a period of so many days.
    func within(_ period: Int64, of today: Int64) -> PseudonymCount {
        PseudonymCount(days: days.filter { $0.day > today - period })
    }

    var total: Int64 { days.reduce(0) { $0 + $1.count } }

    func adding(_ count: Int64, on today: Int64) -> PseudonymCount {
        guard let last = days.last, last.day == today else {
            return PseudonymCount(days: days + [Day(day: today, count: count)])
        }
        return PseudonymCount(days: days.dropLast() + [Day(day: today, count: last.count + count)])
    }
}

extension LedgerState {
    package func pseudonymRequest(_ id: Digest) throws -> PseudonymRequest? {
        try read(PseudonymRequest.self, at: .pseudonymRequest(id))
    }

    /// All requests, sorted by id.
    package func pseudonymRequests() throws -> [PseudonymRequest] {
        try readAll(PseudonymRequest.self, under: .pseudonymRequests)
    }

    /// How many elements count against a department's limit at `time`.
    package func pseudonymsAsked(by department: PartyName, _ rule: PseudonymRule, at time: Timestamp) throws -> Int64 {
        try pseudonymCount(of: department, rule, at: time).total
    }

    func pseudonymCount(of department: PartyName, _ rule: PseudonymRule, at time: Timestamp) throws -> PseudonymCount {
        try (read(PseudonymCount.self, at: .pseudonymCount(department)) ?? PseudonymCount(days: []))
            .within(rule.periodDays, of: PseudonymCount.day(of: time))
    }
}
