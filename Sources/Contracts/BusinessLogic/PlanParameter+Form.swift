extension PlanParameter {
    func checkForm() throws(ContractsError) {
        let member = "parameters.\(name)"
        try Form.check(parameterName: name)
        if minimum != nil || maximum != nil {
            guard type == .integer, allowed == nil else { throw .contradictory(members: [member]) }
            let range = (minimum ?? -Form.largestNumber, maximum ?? Form.largestNumber)
            guard range.0 <= range.1 else { throw .contradictory(members: [member]) }
        }
        guard let allowed else { return }
        try Form.check(length: allowed.count, in: 1...Form.longestList, member)
        for value in allowed {
            try value.checkForm(member)
            guard value.type == type else { throw .contradictory(members: [member]) }
        }
        guard Set(allowed).count == allowed.count else { throw .notSorted(member: member) }
    }
}

extension ParameterValue {
    var type: PlanParameter.ValueType {
        switch self {
        case .integer: .integer
        case .string: .string
        }
    }

    func checkForm(_ member: String) throws(ContractsError) {
        if case .string(let text) = self { try Form.check(text: text, in: 0...Form.longestName, member) }
    }
}

extension ContractCall {
    func checkForm() throws(ContractsError) {
        try Form.check(length: parameters.count, in: 0...Form.mostParameters, "contract.parameters")
        for name in parameters.keys.sortedBytewise() {
            try Form.check(parameterName: name)
            try parameters[name]?.checkForm("contract.parameters.\(name)")
        }
    }
}

extension Form {
    static let mostParameters = 64

    /// Letters of ASCII, digits and `_`, beginning with a letter: what `--set name=value` and SQL can both say.
    static func check(parameterName name: String) throws(ContractsError) {
        try check(length: name.utf8.count, in: 1...64, "parameters.name")
        let first = name.utf8.first.map(isLetter) ?? false
        guard first, name.utf8.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5F }) else {
            throw .unprintable(member: "parameters.name")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
