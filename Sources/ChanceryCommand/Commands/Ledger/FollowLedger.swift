import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel

struct FollowLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Follow a ledger by its cosigned checkpoints, without executing it.",
        discussion: """
            Keeps the newest checkpoint that a quorum of departments has cosigned, and takes a new one only if its tree \
            continues the one before. A fork or a ledger gone back is refused with both checkpoints. Departments that \
            join, leave or take other keys are followed too: each change has to be cosigned by those before it. Needs \
            the founding record only, and downloads a few tiles however long the ledger is.

            EXAMPLE:
              chancery ledger follow --light http://127.0.0.1:7051 --consortium consortium.json --state health.json
            """)

    @Option(help: ArgumentHelp("A department's node.", valueName: "url"))
    var light: String

    @Option(help: ArgumentHelp("Where it keeps what it has seen. (default: light/ in the home)", valueName: "file"))
    var state: String?

    @Option(help: ArgumentHelp("The founding record that you trust. (default: the home's)", valueName: "file"))
    var consortium: String?

    @Option(help: ArgumentHelp("Prove what became of this transaction; its whole id.", valueName: "tx"))
    var prove: String?

    @Option(help: ArgumentHelp("Go on, with a step every n seconds, until interrupted.", valueName: "n"))
    var every: Int?

    @OptionGroup var home: HomeOptions
    @OptionGroup var party: PartyOptions
    @OptionGroup var section: SectionOptions
    @OptionGroup var json: JSONOptions

    func validate() throws {
        if let every, every < 1 { throw ValidationError("--every must be 1 or more") }
        if let prove, Digest(hex: prove) == nil {
            throw ValidationError(
                "--prove needs the transaction's whole id, 64 digits: there is no list to look it up in")
        }
    }

    func run() async throws {
        let network = try Network.required()
        let follower = try follower()
        let source = try network.log(at: light, trust: follower.consortium.trust())
        while true {
            let step = try await follower.step(source, proving: prove.flatMap { Digest(hex: $0) })
            try json.print(document(step)) { text(step) }
            guard let every else { return }
            try await Task.sleep(for: .seconds(every))
        }
    }

    private func follower() throws -> LightFollower {
        let file = state.map { URL(filePath: $0) }
        if let consortium {
            guard file != nil else { throw ValidationError("--consortium needs --state FILE, for there is no home") }
            return try LightFollower(
                consortium: PinnedConsortium(file: URL(filePath: consortium)), section: section.section, file: file,
                home: home.directory)
        }
        let location = try HomeLocation(directory: home.directory)
        let own = try party.party.map { try location.home(of: $0) }
        return try LightFollower(
            consortium: own?.consortium ?? location.shared.consortium, section: section.section, file: file,
            home: own?.directory ?? home.directory)
    }

    private func document(_ step: LightStep) -> JSONValue {
        let (newest, membership) = (step.followed.newest, step.followed.membership)
        return .object([
            "size": .integer(Int64(newest.size)), "root": .string(newest.root.hex),
            "height": .integer(Int64(newest.height)),
            "cosigners": .array(newest.final.cosigners.map { .string($0.text) }),
            "departments": .array(membership.history.newest.parties.map { .string($0.text) }),
            "needed": .integer(Int64(membership.history.newest.needed)),
            "changes": .integer(Int64(membership.changes.count)),
            "seenSize": step.kept.map { .integer(Int64($0.newest.size)) } ?? .null,
            "checkpoint": .string(newest.note),
            "requests": .integer(Int64(step.traffic.requests)), "bytes": .integer(Int64(step.traffic.bytes)),
            "proven": step.proven.map { proven in
                .object([
                    "transaction": .string(proven.id.hex), "height": .integer(Int64(proven.height)),
                    "index": .integer(Int64(proven.index)), "time": .string(proven.time.description),
                    "accepted": .bool(proven.isAccepted),
                    "reason": proven.outcome.reason.map { .string($0.code.rawValue) } ?? .null,
                ])
            } ?? .null,
        ])
    }

    private func text(_ step: LightStep) -> String {
        let (newest, membership) = (step.followed.newest, step.followed.membership)
        let (size, policy) = (newest.size, membership.history.newest)
        let continues =
            switch step.kept?.newest.size {
            case nil: "the first that was seen"
            case size: "as seen before"
            case .some(let seen): "continues the \(seen) seen before"
            }
        var lines = [
            "\(Quantity.counted(size, "leaf", "leaves")), root \(newest.root): \(continues)",
            "cosigned by \(newest.final.cosigners.map(\.text).joined(separator: ", ")); "
                + "\(policy.needed) of \(policy.parties.count) are needed",
        ]
        for change in membership.changes.dropFirst(step.kept?.membership.changes.count ?? 0) {
            lines.append("from height \(change.effective) on, \(change.name) \(verb(change, membership))")
        }
        if let proven = step.proven {
            let outcome = proven.outcome.reason.map { "refused: \($0)" } ?? "accepted"
            lines.append("transaction \(proven.id) proven: height \(proven.height), at \(proven.time), \(outcome)")
        }
        lines.append(
            "downloaded \(step.traffic.bytes) bytes in \(Quantity.counted(step.traffic.requests, "request"))")
        return lines.joined(separator: "\n")
    }

    private func verb(_ change: DecidedChange, _ membership: ProvenMembership) -> String {
        if change.party == nil { return "is no party any more" }
        if membership.party(change.name, at: Int(change.effective) - 1) == nil { return "is a party" }
        if change.escrow != nil { return "has another rule of escrow" }
        return change.retired.isEmpty ? "has another place" : "has other keys"
    }
}
