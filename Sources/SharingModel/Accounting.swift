/// What gives a party the accounting right: the right to write the next block.
package enum AccountingMechanism: String, Codable, Hashable, Sendable, CaseIterable {
    /// One file: whoever holds its write lock.
    case embedded
    /// The departments in turn by height, and after a wait any of them.
    case turns
    /// Those who serve this term, in an order drawn from the block before; then the others.
    case rotation
    /// The first idle department that has sorted the last incidents; busy ones stand in.
    case contest
}

/// How departments that order together come by the accounting right, as the founding record fixes it.
package struct AccountingPolicy: Hashable, Codable, Sendable {
    /// Any but ``AccountingMechanism/embedded``, which is what one operator has without a policy.
    package let mechanism: AccountingMechanism
    /// There under ``AccountingMechanism/rotation`` and only there.
    package let rotation: Rotation?

    package init(mechanism: AccountingMechanism, rotation: Rotation? = nil) {
        self.mechanism = mechanism
        self.rotation = rotation
    }

    package static let turns = AccountingPolicy(mechanism: .turns)

    /// The rotation's term at `height`, from 0; `nil` under other mechanisms.
    package func term(of height: Int) -> Int? {
        rotation.map { max(0, height - 1) / max(1, $0.term) }
    }

    /// Whose members take turns in serving.
    package struct Rotation: Hashable, Codable, Sendable {
        /// Sorted by name. Departments that no cluster lists are one more.
        package let clusters: [Cluster]
        /// Departments of each cluster that serve at a time, 1 or more; all of a smaller one.
        package let serving: Int
        /// Heights of a term, 1 or more.
        package let term: Int

        package init(clusters: [Cluster], serving: Int, term: Int) {
            self.clusters = clusters.sorted { $0.name < $1.name }
            self.serving = serving
            self.term = term
        }
    }

    /// Departments of which some serve while the others do not.
    package struct Cluster: Hashable, Codable, Sendable {
        /// Sorted.
        package let departments: [PartyName]
        package let name: ClusterName

        package init(name: ClusterName, departments: [PartyName]) {
            self.name = name
            self.departments = departments.sorted()
        }
    }
}
