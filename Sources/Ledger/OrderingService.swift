/// Brings admitted transactions into one order that all departments share, and says when each is in a block.
///
/// ``EmbeddedOrdering`` is one process and one file. ``TransactionPool`` stands before a cluster: there an untrusted
/// order (``BatchLog``) says which batch comes next, and ``DepartmentNode`` executes and cosigns it.
package protocol OrderingService: Sendable {
    /// Returns when the transaction's block is durable; in a cluster, when it is also final.
    /// - Throws: ``AdmissionError`` for what is turned away unrecorded, ``LedgerError/overloaded(waiting:)`` at once if
    ///   too many wait; nothing was done then. Whatever else it throws, the same envelope may be submitted again.
    func submit(_ transaction: AdmittedTransaction) async throws -> Receipt

    /// What waits here now.
    var queue: WaitingQueue { get }

    /// Submits several at once.
    /// - Parameter answer: Called once for each, with its place in `transactions` and what ``submit(_:)`` would have
    ///   given or thrown: in any order, on any thread, during this call or after it. It has to return at once.
    func submit(_ transactions: [AdmittedTransaction], answer: @escaping SubmissionAnswer)
}

extension OrderingService {
    /// Nothing: for who hands everything on at once.
    package var queue: WaitingQueue { WaitingQueue(count: 0, oldest: .zero) }
}

/// Told what became of the transaction at a place.
package typealias SubmissionAnswer = @Sendable (_ place: Int, _ result: Result<Receipt, any Error>) -> Void
