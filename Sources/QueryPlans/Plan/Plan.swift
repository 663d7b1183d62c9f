package import BlobStore
import CanonicalJSON
package import Foundation
import SharingModel

/// A computation over ciphertext, written as data; its CID is its name.
///
/// Checked as a document: version, order, canonical expressions, parameters all given and none too many. Whether its
/// columns exist is known only beside its datasets: see ``BoundPlan``.
package struct Plan: Hashable, Sendable {
    package let content: PlanContent
    /// Canonical JSON, a dag-json block.
    package let block: Block

    /// - Throws: ``QueryPlanError/plan(_:)``, or ``QueryPlanError/statement(_:at:)`` for a fault in an expression.
    package init(_ content: PlanContent) throws {
        try content.check()
        let used = try content.parameterNames()
        let given = Set(content.parameters.keys)
        guard used == given else {
            throw QueryPlanError.plan(
                .parameters(missing: used.subtracting(given).sorted(), unknown: given.subtracting(used).sorted()))
        }
        self.content = content
        block = try DAGJSON.encode(content)
    }

    /// Reads a plan's block, which must be in canonical form.
    package init(data: Data) throws {
        try self.init(CanonicalJSON.decode(PlanContent.self, from: data))
    }

    package var cid: CID { block.cid }
}

/// A plan whose parameters are yet to be given, as a contract registers it: the same document with no parameters.
package struct PlanTemplate: Hashable, Sendable {
    package let content: PlanContent
    /// Names of the parameters that ``instantiate(_:)`` needs, sorted.
    package let parameterNames: [String]

    /// - Throws: As ``Plan/init(_:)``.
    package init(_ content: PlanContent) throws {
        try content.check()
        guard content.parameters.isEmpty else {
            throw QueryPlanError.plan(.parameters(missing: [], unknown: content.parameters.keys.sorted()))
        }
        self.content = content
        parameterNames = try content.parameterNames().sorted()
    }

    /// Reads a template's canonical JSON.
    package init(data: Data) throws {
        try self.init(CanonicalJSON.decode(PlanContent.self, from: data))
    }

    /// Canonical JSON, with `parameters` empty.
    package var data: Data {
        get throws { try CanonicalJSON.encode(content) }
    }

    /// The plan with every parameter given.
    ///
    /// Its JSON is the template's with the member `parameters` replaced, nothing else: who knows neither language nor
    /// columns can compute its CID.
    /// - Throws: ``PlanFault/parameters(missing:unknown:)``.
    package func instantiate(_ parameters: [String: GroupValue] = [:]) throws -> Plan {
        try Plan(content.with(parameters: parameters))
    }
}

extension PlanContent {
    /// Checks everything that can be checked without the datasets.
    func check() throws(QueryPlanError) {
        guard version == 1 else { throw .plan(.unsupportedVersion(version)) }
        guard !datasets.isEmpty else { throw .plan(.noDatasets) }
        guard isStrictlyAscending(datasets), isStrictlyAscending(packs) else { throw .plan(.datasetsNotSorted) }
        guard !select.isEmpty else { throw .plan(.nothingSelected) }
        guard select.count <= SelectParser.mostItems, groupBy.count <= SelectParser.mostItems else {
            throw .plan(.columnLimit(SelectParser.mostItems))
        }
        var names = Set<String>()
        for column in select {
            guard names.insert(column.name).inserted else { throw .statement(.duplicateName(column.name), at: 0) }
            try check(column)
        }
        for value in parameters.values where !value.isParameter { throw .plan(.notCanonical("parameters")) }
    }

    private func check(_ column: Column) throws(QueryPlanError) {
        switch column.content {
        case .group(let index):
            guard groupBy.indices.contains(index) else { throw .plan(.notCanonical(column.name)) }
        case .rows: break
        case .aggregate(let aggregate, _, let weight):
            guard (aggregate == .weightedSum) == (weight != nil) else { throw .plan(.notCanonical(column.name)) }
        }
    }

    /// Parses every expression, checks that its text is the canonical one, and collects its parameters.
    func parameterNames() throws(QueryPlanError) -> Set<String> {
        var names = Set<String>()
        for text in groupBy + [filter].compactMap({ $0 }) + weights {
            names.formUnion(try boundExpression(text) { name, _ in name }.parameters)
        }
        return names
    }

    /// The expression of a canonical text.
    func boundExpression(
        _ text: String, resolve: (String, Int) throws(QueryPlanError) -> String
    ) throws(QueryPlanError) -> PublicExpression {
        let expression = try UnboundExpression.parse(text).bind(resolve)
        guard expression.text.utf8.elementsEqual(text.utf8) else { throw .plan(.notCanonical(text)) }
        return expression
    }
}

extension GroupValue {
    /// Integers that JSON holds exactly, and texts.
    var isParameter: Bool {
        switch self {
        case .null: false
        case .integer(let value): value.magnitude < 1 << 53
        case .text: true
        }
    }
}

private func isStrictlyAscending<Element: Comparable>(_ elements: [Element]) -> Bool {
    zip(elements, elements.dropFirst()).allSatisfy { $0 < $1 }
}
