package import BlobStore
package import CanonicalJSON
import SharingModel

extension RegisteredPlan {
    /// The plan that the given values make: the template with its member `parameters` set to them.
    ///
    /// A merge of JSON objects, whatever a plan means: that is for those who execute it.
    /// - Returns: Canonical JSON; as a dag-json block it has the plan's CID.
    /// - Throws: ``Refusal`` with ``RefusalCode/parameterInvalid`` if a value is missing, unknown or not allowed.
    package func instance(_ values: [String: ParameterValue]) throws -> JSONValue {
        let parameters = record.terms.parameters
        let names = Set(parameters.map(\.name))
        for name in values.keys.sortedBytewise() where !names.contains(name) {
            throw Refusal(.parameterInvalid, ["parameter": name, "reason": "unknown"])
        }
        var merged: [String: JSONValue] = [:]
        for parameter in parameters {
            guard let value = values[parameter.name] else {
                throw Refusal(.parameterInvalid, ["parameter": parameter.name, "reason": "missing"])
            }
            guard parameter.allows(value) else {
                throw Refusal(.parameterInvalid, ["parameter": parameter.name, "reason": "not-allowed"])
            }
            merged[parameter.name] = value.json
        }
        var plan = record.terms.template.objectValue ?? [:]
        plan["parameters"] = .object(merged)
        return .object(plan)
    }

    /// The CID of ``instance(_:)``.
    package func instanceCID(_ values: [String: ParameterValue]) throws -> CID {
        CID(of: try CanonicalJSON.serialize(instance(values)), codec: .dagJSON)
    }

    /// - Throws: ``Refusal`` unless `plan` is this registered plan with `parameters`, for exactly these data.
    func check(
        plan: CID, parameters: [String: ParameterValue], datasets granted: [(DatasetName, CID)], packs: [PackName]
    ) throws {
        let details = ["contract": contract.description]
        if let waiting = datasets.first(where: { $0.consent.status != .given }) {
            throw Refusal(.planNotApproved, details.adding("dataset", waiting.dataset.text))
        }
        guard granted.map(\.0) == datasets.map(\.dataset), packs == record.terms.packs else {
            throw Refusal(.planMismatch, details.adding("reason", "datasets-or-packs"))
        }
        for (own, manifest) in zip(datasets, granted.map(\.1)) where own.manifest != manifest {
            throw Refusal(.datasetReplaced, ["dataset": own.dataset.text, "manifest": own.manifest.text])
        }
        let expected = try instanceCID(parameters)
        guard plan == expected else {
            throw Refusal(
                .planMismatch, details.adding("reason", "digest").adding("expected", expected.text))
        }
    }
}

extension PlanParameter {
    func allows(_ value: ParameterValue) -> Bool {
        if let allowed { return allowed.contains(value) }
        switch (type, value) {
        case (.integer, .integer(let number)):
            return number >= minimum ?? .min && number <= maximum ?? .max
        case (.string, .string(let text)):
            return text.unicodeScalars.count <= Form.longestName
        default: return false
        }
    }
}

extension ParameterValue {
    var json: JSONValue {
        switch self {
        case .integer(let number): .integer(number)
        case .string(let text): .string(text)
        }
    }
}
