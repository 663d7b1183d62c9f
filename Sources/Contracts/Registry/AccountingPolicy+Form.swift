package import SharingModel

extension AccountingPolicy {
    /// Checks that the rule can be followed: a mechanism for several, clusters of departments that there are, each
    /// department in one at most.
    package func check(departments: [PartyName]) throws(FoundingProblem) {
        guard mechanism != .embedded, (rotation != nil) == (mechanism == .rotation) else { throw .accountingMechanism }
        guard let rotation else { return }
        guard (1...1_000_000).contains(rotation.term) else { throw .accountingTerm(rotation.term) }
        guard (1...1_000).contains(rotation.serving) else { throw .accountingServing(rotation.serving) }
        var known = Set(departments)
        for cluster in rotation.clusters {
            for department in cluster.departments where known.remove(department) == nil {
                throw .accountingCluster(cluster.name, department)
            }
        }
        let isSorted = zip(rotation.clusters, rotation.clusters.dropFirst()).allSatisfy { $0.name < $1.name }
        let areSorted = rotation.clusters.allSatisfy { cluster in
            !cluster.departments.isEmpty
                && zip(cluster.departments, cluster.departments.dropFirst()).allSatisfy { $0 < $1 }
        }
        guard !rotation.clusters.isEmpty, isSorted, areSorted else { throw .accountingClusters }
    }
}
