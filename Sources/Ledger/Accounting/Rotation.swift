import Foundation
import SharingModel

/// Members of each cluster serve a term, one group after the other. For each height they are put in an order that
/// nobody knows before the block before is final; after them come all others, in an order drawn in the same way.
struct Rotation {
    private let clusters: [[PartyName]]
    private let serving: Int

    /// - Parameter departments: Those that cosign; a cluster's departments that do not are passed over, and those that
    ///   no cluster lists are a cluster more.
    init(_ policy: AccountingPolicy.Rotation, departments: [PartyName]) {
        let listed = policy.clusters.map { cluster in cluster.departments.filter(departments.contains) }
        let rest = departments.filter { department in !listed.contains { $0.contains(department) } }
        clusters = (listed + [rest]).filter { !$0.isEmpty }
        serving = max(1, policy.serving)
    }

    /// Sorted.
    func serving(in term: Int) -> [PartyName] {
        clusters.flatMap { cluster in
            (0..<min(serving, cluster.count)).map { cluster[(term % cluster.count * serving + $0) % cluster.count] }
        }
        .sorted()
    }

    /// - Parameter parent: Root of the tree before the height that is drawn for.
    func standings(in term: Int, parent: Digest) -> [DepartmentStanding] {
        let serving = serving(in: term)
        let others = clusters.flatMap { $0 }.filter { !serving.contains($0) }
        let order = draw(serving, parent) + draw(others, parent)
        return order.enumerated().map { place, department in
            DepartmentStanding(department: department, place: place, isStandIn: place >= serving.count)
        }
        .sorted { $0.department < $1.department }
    }

    /// By SHA-256 of the parent's 32 bytes followed by the name, ascending: a permutation that anyone can repeat, and
    /// that moves nobody else's place when a department comes or goes.
    private func draw(_ departments: [PartyName], _ parent: Digest) -> [PartyName] {
        departments.map { (lot: Digest.sha256(Data(parent.bytes) + Data($0.text.utf8)), department: $0) }
            .sorted { $0.lot.bytes.lexicographicallyPrecedes($1.lot.bytes) }
            .map(\.department)
    }
}
