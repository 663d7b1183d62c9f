import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel

struct ListRegistry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the parties, the changes proposed and decided, and departments that cosigned two histories.",
        discussion: """
            EXAMPLE:
              chancery registry list
            """)

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let height = try session.ledger.head()?.height ?? 0
        let registry = try session.state { state in
            Registry(
                height: Int64(height), parties: try state.parties(), proposals: try state.changeProposals(),
                changes: try state.decidedChanges(), equivocations: try state.equivocations(),
                settlements: try state.settlements())
        }
        try json.print(registry.document) { registry.text }
    }
}

private struct Registry {
    let height: Int64
    let parties: [Party]
    let proposals: [ChangeProposal]
    let changes: [DecidedChange]
    let equivocations: [EquivocationRecord]
    let settlements: [SettlementRecord]

    var document: JSONValue {
        .object([
            "height": .integer(height),
            "parties": .array(
                parties.map { party in
                    .object([
                        "name": .string(party.name.text), "role": .string(party.role.rawValue),
                        "section": party.section.map { .string($0.text) } ?? .null,
                        "area": party.area.map { .string($0) } ?? .null,
                        "superior": party.superior.map { .string($0.text) } ?? .null,
                        "cosigningKey": party.cosigningKey.map { .string($0.base64EncodedString()) } ?? .null,
                        "signingKey": .string(party.signingKey.base64EncodedString()),
                    ])
                }),
            "proposals": .array(
                proposals.map { proposal in
                    .object([
                        "id": .string(proposal.id.hex), "by": .string(proposal.by.text),
                        "change": .string(proposal.what), "party": .string(proposal.name.text),
                        "approvals": .array(proposal.approvals.map { .string($0.text) }),
                        "effective": proposal.decided.map { .integer($0) } ?? .null,
                        "until": .string(proposal.until.description),
                    ])
                }),
            "changes": .array(
                changes.map { change in
                    .object([
                        "party": .string(change.name.text), "decided": .integer(change.decided),
                        "effective": .integer(change.effective), "proposal": .string(change.proposal.hex),
                        "removed": .bool(change.party == nil),
                    ])
                }),
            "equivocations": .array(
                equivocations.map { record in
                    .object([
                        "party": .string(record.party.text), "size": .integer(record.size),
                        "roots": .array(record.roots.map { .string($0.hex) }),
                        "transaction": .string(record.transaction.hex),
                    ])
                }),
            "settlements": .array(
                settlements.map { record in
                    .object([
                        "height": .integer(record.height), "transaction": .string(record.transaction.hex),
                        "givenUp": .array(record.givenUp.map { .string($0.party.text) }),
                    ])
                }),
        ])
    }

    var text: String {
        var table = TextTable(.text("party"), .text("role"), .text("section"), .text("area"), .text("superior"))
        for party in parties {
            table.append(
                party.name.text, party.role.rawValue, party.section?.text ?? "", party.area ?? "",
                party.superior?.text ?? "")
        }
        var lines = [table.text()]
        for proposal in proposals where proposal.decided == nil {
            lines.append(
                "proposed: \(proposal.what) \(proposal.name), \(proposal.id.hex.prefix(12)), by \(proposal.by), approved by "
                    + "\(proposal.approvals.map(\.text).joined(separator: ", ")), open until \(proposal.until)")
        }
        for change in changes {
            let effect = change.effective > height ? "takes effect" : "took effect"
            lines.append("decided at height \(change.decided): \(change.name), \(effect) at height \(change.effective)")
        }
        for record in equivocations {
            lines.append(
                "EQUIVOCATION: \(record.party) cosigned two trees of \(record.size) leaves; it stays a member until it is "
                    + "removed (`chancery registry propose remove \(record.party)`)")
        }
        for record in settlements { lines.append("height \(record.height) was settled by all departments") }
        return lines.joined(separator: "\n")
    }
}

extension ChangeProposal {
    fileprivate var what: String {
        if change.admit != nil { return "admit" }
        if change.escrow != nil { return "escrow" }
        if change.rotate != nil { return "rotate" }
        return change.place != nil ? "place" : "remove"
    }
}
