import ArgumentParser
import Contracts

/// `name@version`.
struct ContractArgument: ExpressibleByArgument {
    let reference: ContractReference

    init?(argument: String) {
        guard let reference = ContractReference(argument) else { return nil }
        self.reference = reference
    }
}

/// `year:integer`, `year:integer:1-5`, `region:string`, `region:string:north|south`.
struct ParameterDeclaration: ExpressibleByArgument {
    let parameter: PlanParameter

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, let type = PlanParameter.ValueType(rawValue: parts[1]) else { return nil }
        guard parts.count == 3 else {
            parameter = PlanParameter(name: parts[0], type: type)
            return
        }
        switch type {
        case .integer:
            let bounds = parts[2].split(separator: "-").compactMap { Int64($0) }
            guard bounds.count == 2 else { return nil }
            parameter = PlanParameter(name: parts[0], type: type, minimum: bounds[0], maximum: bounds[1])
        case .string:
            let allowed = parts[2].split(separator: "|").map { ParameterValue.string(String($0)) }
            parameter = PlanParameter(name: parts[0], type: type, allowed: allowed)
        }
    }
}

/// `year=1`: an integer where it reads as one, else a text.
struct ParameterSetting: ExpressibleByArgument {
    let name: String
    let value: ParameterValue

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        name = parts[0]
        value = Int64(parts[1]).map { .integer($0) } ?? .string(parts[1])
    }
}
