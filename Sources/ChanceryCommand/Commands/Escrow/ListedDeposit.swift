import CanonicalJSON
import Contracts
import Paillier
import SharingModel

/// A deposit as `escrow list` prints it.
struct ListedDeposit {
    let record: DepositRecord
    /// Of one that is in force: new shares on their way.
    let ceremony: ShareCeremony?
    /// Whether it is shared as the policy says now.
    let follows: Bool

    var text: String {
        let complaints = record.complaints.sorted { $0.key < $1.key }.map { "\($0.key) complains: \($0.value)" }
        let state =
            record.isComplete
            ? "epoch \(record.record.epoch), acknowledged by all" : "waits for \(PoolDocument.names(record.missing))"
        let other =
            follows
            ? []
            : [
                "the policy names other holders: move the shares with `chancery escrow reshare`, or deal anew with `escrow deposit`"
            ]
        let key = (record.pool.map { "pool \($0) of " } ?? "") + record.owner.text
        let lines = ["\(key): shares with \(PoolDocument.names(record.holders)), \(state)"] + complaints + other
        return (lines + (ceremony.map { PoolDocument.text($0) } ?? [])).joined(separator: "\n  ")
    }

    var document: JSONValue {
        var members: [String: JSONValue] = [
            "owner": .string(record.owner.text), "pool": record.pool.map { .string($0.text) } ?? .null,
            "deposit": .string(record.id.hex), "epoch": .integer(Int64(record.record.epoch)),
            "holders": PoolDocument.list(record.holders), "missing": PoolDocument.list(record.missing),
            "complete": .bool(record.isComplete), "followsPolicy": .bool(follows),
            "complaints": .object(
                Dictionary(uniqueKeysWithValues: record.complaints.map { ($0.key.text, .string($0.value)) })),
        ]
        if let ceremony { members["ceremony"] = PoolDocument.value(ceremony) }
        return .object(members)
    }
}
