import ArgumentParser
import CanonicalJSON
import Contracts
import Gateway
import Ledger
import Paillier
import SharingModel

struct ShowPoolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show who holds a pool's key, and whose word a ceremony waits for.",
        discussion: """
            EXAMPLE:
              chancery pool show health
            """)

    @Argument(help: "The pool's name.")
    var name: PoolName

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let session = try options.session()
        let (pool, ceremony, reports) = try session.state { state in
            let judge = ReportJudge(state, blobs: session.blobs)
            let reports = try state.results().filter { $0.record.pool == name }.flatMap { recorded in
                judge.reports(of: recorded).map { PoolReport(recorded.record.id, $0.part.holder, $0.verdict) }
            }
            return (try state.knownPool(name), try state.ceremony(of: name), reports)
        }
        try json.print(PoolDocument.value(pool, ceremony, reports)) {
            ([PoolDocument.text(pool, ceremony)] + reports.map(\.line)).joined(separator: "\n")
        }
    }
}

/// A holder's part that was reported, and what was found of it here.
struct PoolReport {
    let result: Digest
    let holder: PartyName
    let verdict: ReportVerdict

    init(_ result: Digest, _ holder: PartyName, _ verdict: ReportVerdict) {
        (self.result, self.holder, self.verdict) = (result, holder, verdict)
    }

    var line: String { "the part of \(holder) for result \(result.hex.prefix(12)) is \(verdict.sentence)" }

    var value: JSONValue {
        .object([
            "result": .string(result.hex), "holder": .string(holder.text), "verdict": .string(verdict.rawValue),
        ])
    }
}

/// A pool and its ceremonies as the commands print them.
enum PoolDocument {
    static func value(_ pool: PoolRecord, _ ceremony: ShareCeremony?, _ reports: [PoolReport]) -> JSONValue {
        var document: [String: JSONValue] = [
            "pool": .string(pool.name.text), "custodian": .string(pool.custodian.text),
            "members": list(pool.members), "keyFingerprint": .string(pool.keyFingerprint.hex),
            "inForce": .bool(pool.isInForce), "reports": .array(reports.map(\.value)),
        ]
        if let sharing = pool.sharing {
            document["holders"] = list(sharing.key.holders)
            document["structure"] = .string(text(sharing.key.key.structure, sharing.key.holders))
            document["epoch"] = .integer(Int64(sharing.key.key.epoch))
            document["acknowledged"] = list(sharing.acknowledged)
            if let complaint = sharing.complaint { document["complaint"] = value(complaint) }
        }
        if let ceremony { document["ceremony"] = value(ceremony) }
        return .object(document)
    }

    static func value(_ ceremony: ShareCeremony) -> JSONValue {
        var member: [String: JSONValue] = [
            "id": .string(ceremony.id.hex), "epoch": .integer(Int64(ceremony.epoch)), "by": .string(ceremony.by.text),
            "refreshing": .bool(ceremony.isRefreshing), "holders": list(ceremony.holders),
            "structure": .string(text(ceremony.structure, ceremony.holders)), "dealers": list(ceremony.dealers),
            "dealt": list(ceremony.dealings.map(\.dealer)), "acknowledged": list(ceremony.acknowledged),
        ]
        if let complaint = ceremony.complaint { member["complaint"] = value(complaint) }
        return .object(member)
    }

    static func text(_ pool: PoolRecord, _ ceremony: ShareCeremony?) -> String {
        var lines = ["pool \(pool.name), key \(pool.keyFingerprint.hex.prefix(16)), members \(names(pool.members))"]
        guard let sharing = pool.sharing else {
            return (lines + ["\(pool.custodian) holds the whole key"]).joined(separator: "\n")
        }
        lines.append(
            "key in shares, dealt by \(pool.custodian): \(text(sharing.key.key.structure, sharing.key.holders)) open it"
        )
        let missing = sharing.key.holders.filter { !sharing.acknowledged.contains($0) }
        lines.append(
            missing.isEmpty
                ? "epoch \(sharing.key.key.epoch), in force"
                : "not in force: \(names(missing)) must acknowledge with `chancery pool acknowledge \(pool.name)`")
        if let complaint = sharing.complaint { lines.append(text(complaint)) }
        return (lines + (ceremony.map { text($0) } ?? [])).joined(separator: "\n")
    }

    /// What is being made, and whose word it waits for.
    static func text(_ ceremony: ShareCeremony) -> [String] {
        let what =
            "\(ceremony.isRefreshing ? "refreshing" : "resharing") \(ceremony.id.hex.prefix(12)) to epoch "
            + "\(ceremony.epoch), begun by \(ceremony.by): \(text(ceremony.structure, ceremony.holders)) will open it"
        if let complaint = ceremony.complaint { return [what, text(complaint)] }
        guard ceremony.key != nil else { return [what, "still to deal: \(names(ceremony.silent))"] }
        let waiting = ceremony.holders.filter { !ceremony.acknowledged.contains($0) }
        return [what, "still to acknowledge: \(names(waiting))"]
    }

    /// - Parameter holders: Of a resharing: who gets the shares, which the dealers repeat.
    static func printProposal(
        _ name: PoolName, _ proposed: (receipt: Receipt, dealers: [PartyName]), _ holders: CreatePoolKey.Holders?,
        _ json: JSONOptions
    ) throws {
        let ceremony = proposed.receipt.transaction.hex
        try json.print(
            proposed.receipt.document([
                "pool": .string(name.text), "ceremony": .string(ceremony), "dealers": list(proposed.dealers),
            ])
        ) {
            let repeated = holders.map { " --holders '\(text($0.structure, $0.parties))'" } ?? ""
            return "new shares of pool \(name) are proposed; \(names(proposed.dealers)) deal with "
                + "`chancery pool deal \(name) \(ceremony.prefix(12))\(repeated)`\n\(proposed.receipt.line)"
        }
    }

    static func check(_ threshold: Int, of count: Int) throws {
        guard (1...AccessStructure.widestGate).contains(count), (1...count).contains(threshold) else {
            throw ValidationError(
                "--threshold must be 1 to the number of holders, of whom there are at most \(AccessStructure.widestGate)"
            )
        }
    }

    /// In the words of `--holders`, such as `2 of ministry, (1 of audit, site3)`.
    static func text(_ structure: AccessStructure, _ holders: [PartyName]) -> String {
        var rest = holders[...]
        return text(structure.root, &rest)
    }

    private static func text(_ node: AccessStructure.Node, _ holders: inout ArraySlice<PartyName>) -> String {
        guard case .gate(let threshold, let nodes) = node else { return holders.popFirst()?.text ?? "" }
        let below = nodes.map { node in
            node == .holder ? text(node, &holders) : "(" + text(node, &holders) + ")"
        }
        return "\(threshold) of \(below.joined(separator: ", "))"
    }

    private static func text(_ complaint: ShareComplaint) -> String {
        "ended by \(complaint.by)'s complaint: what \(complaint.dealer) dealt \(complaint.reason)"
    }

    private static func value(_ complaint: ShareComplaint) -> JSONValue {
        .object([
            "by": .string(complaint.by.text), "dealer": .string(complaint.dealer.text),
            "reason": .string(complaint.reason),
        ])
    }

    static func list(_ parties: [PartyName]) -> JSONValue { .array(parties.map { .string($0.text) }) }

    static func names(_ parties: [PartyName]) -> String {
        parties.map(\.text).joined(separator: ", ")
    }
}
