import BlobStore
import CanonicalJSON
package import Contracts
import Ledger
package import QueryPlans
import SealedTables
package import SharingModel

/// What somebody asks: a statement, or a registered plan with values for its blanks.
package enum Question: Sendable {
    case statement(String, of: DatasetSelection = .all)
    case contract(ContractReference, parameters: [String: ParameterValue])
}

/// A question with the data that it is about.
package struct PlannedQuery: Sendable {
    package let template: PlanTemplate
    package let pool: PoolRecord
    /// In the order of their names.
    package let datasets: [DatasetRecord]
    /// Datasets that `FROM` means and the selection does not.
    package let leftOut: [DatasetName]
}

extension PartySession {
    /// Compiles a statement for the datasets that `FROM` means.
    ///
    /// A pool stands for those of its datasets that are in use; with a token, for those that the token is about. Of
    /// these, `selection` takes some.
    /// - Throws: `QueryPlanError` with the place and the fault, ``GatewayError/unknownSource(name:pools:datasets:)``,
    ///   ``GatewayError/datasetsUnreadable(_:wayAround:)``.
    package func plan(
        _ statement: String, of selection: DatasetSelection = .all, under token: Token? = nil
    ) throws -> PlannedQuery {
        let parsed = try SelectStatement.parse(statement)
        let source = try source(named: parsed.source, of: selection, under: token)
        let manifests = try readable(source.datasets, wayAround: .leaveOut).map(\.manifest)
        let template = try parsed.bind(
            source: source.source, datasets: source.datasets.map(\.manifest), scope: ColumnScope(manifests))
        return PlannedQuery(
            template: template, pool: source.pool, datasets: source.datasets, leftOut: source.leftOut)
    }

    private struct Source {
        let source: PlanContent.Source
        let pool: PoolRecord
        let datasets: [DatasetRecord]
        var leftOut: [DatasetName] = []
    }

    private func source(
        named name: String, of selection: DatasetSelection, under token: Token?
    ) throws -> Source {
        let time = try ledger.head()?.record.time ?? home.consortium.record.founded
        return try state { state in
            if let poolName = PoolName(name), let pool = try state.pool(poolName) {
                let covered = token.map { token in Set(token.datasets.map(\.dataset)) }
                let meant = try state.datasets(in: poolName).filter {
                    covered?.contains($0.name) ?? ($0.status(at: time) == .inUse)
                }
                guard !meant.isEmpty else {
                    throw GatewayError.notAllowed(
                        reason: "the pool \(poolName) has no datasets in use",
                        wayOn: "its members publish with `chancery publish`")
                }
                let datasets = try selection.chosen(of: meant, name: \.name)
                guard !datasets.isEmpty else {
                    throw GatewayError.notAllowed(
                        reason: "all datasets of the pool \(poolName) are left out", wayOn: "name fewer")
                }
                return Source(
                    source: .pool(poolName), pool: pool, datasets: datasets,
                    leftOut: meant.map(\.name).filter { !selection.includes($0) })
            }
            if let datasetName = DatasetName(name), let dataset = try state.dataset(datasetName),
                let pool = try state.pool(dataset.terms.pool)
            {
                guard selection == .all else {
                    throw GatewayError.notAllowed(
                        reason: "FROM names the one dataset \(datasetName)",
                        wayOn: "datasets are chosen from a pool: FROM \(pool.name)")
                }
                return Source(source: .dataset(datasetName), pool: pool, datasets: [dataset])
            }
            throw GatewayError.unknownSource(
                name: name, pools: try state.pools().map(\.name), datasets: try state.datasets().map(\.name))
        }
    }

    /// The plan of a registered contract with its blanks filled in.
    /// - Throws: `Refusal` where a value is missing, unknown or not allowed; ``GatewayError/unknownReference(what:text:)``.
    package func plan(
        _ contract: ContractReference, parameters: [String: ParameterValue]
    ) throws -> (plan: Plan, registered: RegisteredPlan) {
        guard let registered = try state({ try $0.registeredPlan(contract) }) else {
            throw GatewayError.unknownReference(what: "contract", text: contract.description)
        }
        return (try Plan(data: CanonicalJSON.serialize(registered.instance(parameters))), registered)
    }
}

extension PartySession {
    /// The pool's openings so far, for the disclosure guard: whole, in the order in which they were recorded. Those of
    /// a shared key count from the first holder's part on.
    ///
    /// - Parameter count: Of the first so many alone.
    func history(of pool: PoolName, first count: Int64 = .max) throws -> [PastOpening] {
        let opened = try state { state in
            try state.begunOpenings(in: pool).prefix(Int(count)).compactMap { opening in
                try state.result(opening.result).map { (opening.at, $0.record) }
            }
        }
        return try opened.map { time, record in
            let origin = "result \(record.id.hex.prefix(12)) opened at \(time)"
            do {
                let content = try ResultContent(blobs.get(record.result))
                return PastOpening(
                    origin: origin, plan: try Plan(data: blobs.get(record.plan).data),
                    released: content.groups.map(\.values))
            } catch let error as BlobStoreError {
                throw GatewayError.notAllowed(
                    reason: "the disclosure guard cannot read \(origin)", wayOn: "\(error)")
            }
        }
    }
}
