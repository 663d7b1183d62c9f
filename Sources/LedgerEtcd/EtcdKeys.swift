import Foundation
import Ledger
import SharingModel

/// The names of a ledger's keys in etcd.
struct EtcdKeys: Sendable {
    /// `chancery/CONSORTIUM/SECTION/batch/`; the department comes next, so that a role can be granted by prefix.
    let all: String
    let addresses: String
    private let department: PartyName

    /// - Parameter ledger: The origin line of the ledger's checkpoints: it names consortium and section.
    init(ledger: String, department: PartyName) {
        all = "\(ledger)/batch/"
        addresses = "\(ledger)/node/"
        self.department = department
    }

    /// `/` is followed by `0` in ASCII.
    var allEnd: String { String(all.dropLast()) + "0" }
    var addressesEnd: String { String(addresses.dropLast()) + "0" }
    var address: String { addresses + department.text }

    func batch(_ height: Int) -> String { batch(height, of: department) }

    func batch(_ height: Int, of department: PartyName) -> String {
        let digits = String(height)
        return "\(all)\(department)/" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// Among the department's batches, so that it needs no right of its own; no height looks like it.
    var joined: String { "\(all)\(department)/joined" }

    /// Whose batch stands under a key, and for which height; `nil` for a key that is no batch's.
    func place(of key: String) -> (department: PartyName, height: Int)? {
        let parts = key.dropFirst(all.count).split(separator: "/", omittingEmptySubsequences: false)
        guard key.hasPrefix(all), parts.count == 2, let party = PartyName(String(parts[0])),
            parts[1].utf8.count == 12, let height = Int(parts[1]), height >= 0
        else { return nil }
        return (party, height)
    }

    /// - Returns: `nil` for a key that is no batch's.
    func event(_ change: EtcdChange) -> BatchEvent? {
        guard let place = place(of: change.key) else { return nil }
        let what: BatchEvent.Change =
            if let value = change.value {
                // What is too large is judged by its size alone, and not kept whole until then.
                change.isFirst ? .written(shortened(value)) : .rewritten(shortened(value))
            } else {
                .deleted
            }
        return BatchEvent(
            position: change.revision, department: place.department, height: place.height, change: what)
    }

    /// What is larger than any batch is not kept whole.
    func shortened(_ value: Data) -> Data { Data(value.prefix(BatchEvent.largestByteCount + 1)) }
}
