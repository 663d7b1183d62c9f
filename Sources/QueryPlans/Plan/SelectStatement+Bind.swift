package import BlobStore
import SharingModel

extension SelectStatement {
    /// Looks up the statement's columns and writes it as a plan.
    ///
    /// - Parameters:
    ///   - source: What `FROM` was found to name.
    ///   - datasets: Manifests of all its datasets.
    ///   - scope: The columns that they have in common.
    /// - Throws: ``QueryPlanError/statement(_:at:)`` with the place and the fault.
    package func bind(
        source: PlanContent.Source, datasets: [CID], scope: ColumnScope
    ) throws -> PlanTemplate {
        let publicColumn: (String, Int) throws(QueryPlanError) -> String = { name, offset throws(QueryPlanError) in
            try scope.publicColumn(name, at: offset)
        }
        let groupBy = try groups.map { try resolved($0, aliasesIn: scope).bind(publicColumn).text }
        let filter = try filter?.bind(publicColumn).text
        var packs = Set<PackName>()
        var columns = [PlanContent.Column]()
        for item in items {
            let column = try bind(item, groupBy: groupBy, scope: scope, packs: &packs, publicColumn)
            guard !columns.contains(where: { $0.name == column.name }) else {
                throw QueryPlanError.statement(.duplicateName(column.name), at: item.offset)
            }
            columns.append(column)
        }
        return try PlanTemplate(
            PlanContent(
                version: 1, source: source, datasets: datasets.sorted(), packs: packs.sorted(), filter: filter,
                groupBy: groupBy, select: columns, parameters: [:]))
    }

    /// `GROUP BY decade` where `decade` is no column but the name of a selected expression.
    private func resolved(_ group: UnboundExpression, aliasesIn scope: ColumnScope) -> UnboundExpression {
        guard let name = group.onlyColumn, scope.protection(of: name) == nil else { return group }
        for item in items where item.alias == name {
            if case .group(let expression) = item.content { return expression }
        }
        return group
    }

    private func bind(
        _ item: Item, groupBy: [String], scope: ColumnScope, packs: inout Set<PackName>,
        _ publicColumn: (String, Int) throws(QueryPlanError) -> String
    ) throws(QueryPlanError) -> PlanContent.Column {
        switch item.content {
        case .group(let expression):
            return try bindGroup(expression, item, groupBy: groupBy, scope: scope, publicColumn)
        case .rows:
            return PlanContent.Column(name: item.alias ?? "count(*)", content: .rows)
        case .aggregate(let aggregate, let name, let weight):
            let column = try scope.computableColumn(name, for: aggregate, at: item.offset)
            let weight = try weight?.bind(publicColumn).text
            if aggregate.opensCiphertext { packs.insert(column.pack) }
            let arguments = [SQLVocabulary.canonicalName(column.name), weight].compactMap { $0 }.joined(separator: ", ")
            return PlanContent.Column(
                name: item.alias ?? "\(item.function ?? aggregate.rawValue)(\(arguments))",
                content: .aggregate(aggregate, column: column.name, weight: weight))
        }
    }

    private func bindGroup(
        _ expression: UnboundExpression, _ item: Item, groupBy: [String], scope: ColumnScope,
        _ publicColumn: (String, Int) throws(QueryPlanError) -> String
    ) throws(QueryPlanError) -> PlanContent.Column {
        if let name = expression.onlyColumn, case .computable = scope.protection(of: name) {
            throw .statement(.bareComputable(name), at: item.offset)
        }
        let text = try expression.bind(publicColumn).text
        guard let index = groupBy.firstIndex(of: text) else {
            throw .statement(.notGrouped(text), at: item.offset)
        }
        return PlanContent.Column(name: item.alias ?? text, content: .group(index))
    }
}
