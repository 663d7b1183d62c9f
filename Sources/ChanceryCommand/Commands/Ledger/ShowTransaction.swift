import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel
import SignedEnvelopes

struct ShowTransaction: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one transaction: what it says, what came of it, and its proofs.",
        discussion: """
            EXAMPLE:
              chancery ledger show 3f9a12
            """)

    @Argument(help: "Any beginning of the transaction's id.")
    var transaction: String

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let id = try session.transaction(matching: transaction)
        let proof = try session.ledger.proof(of: id, at: .head)
        try json.print(proof) {
            let payload = String(decoding: proof.envelope.payload, as: UTF8.self)
            let outcome = proof.outcome.reason.map { "refused: \($0)" } ?? "accepted"
            return """
                transaction  \(id)
                kind         \(proof.envelope.payloadType)
                height       \(proof.block.record.height), at \(proof.block.record.time)
                outcome      \(outcome)
                signatures   \(proof.envelope.signatures.map { String($0.keyid.hex.prefix(16)) }.joined(separator: ", "))
                payload      \(payload)
                """
        }
    }
}

struct ProveTransaction: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Print the proof of a transaction against a checkpoint that a quorum has cosigned.",
        discussion: """
            EXAMPLE:
              chancery ledger prove 3f9a12 > proof.json
            """)

    @Argument(help: "Any beginning of the transaction's id.")
    var transaction: String

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let id = try session.transaction(matching: transaction)
        do {
            let proof = try session.ledger.proof(of: id, at: .final)
            // What is given out was checked as its reader will check it.
            _ = try proof.verify(against: session.ledger.policy)
            try StandardOutput.print(json: proof)
        } catch LedgerError.notFinal, LedgerError.notYetIn {
            throw GatewayError.notFinal(needed: session.ledger.policy.needed)
        }
    }
}
