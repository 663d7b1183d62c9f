import CanonicalJSON

/// One thing that is measured.
struct PaillierOperation {
    /// What a script asks for: one word, of its own for each operation.
    let id: String
    /// The figure's name in a report; several operations may share it and differ in their parameters.
    let name: String
    var parameters: [String: JSONValue] = [:]
    /// How many items one run of `body` does.
    let count: Int
    /// What a rate of them is called.
    let unit: String
    let body: () throws -> Void

    init(
        _ id: String, name: String? = nil, _ parameters: [String: JSONValue] = [:], count: Int = 1,
        unit: String = "op/s", body: @escaping () throws -> Void
    ) {
        (self.id, self.name, self.parameters) = (id, name ?? id, parameters)
        (self.count, self.unit, self.body) = (count, unit, body)
    }
}

extension PaillierMaterial {
    /// Everything that is measured, in the order of a report. A further operation is one more line in one of these.
    func operations() throws -> [PaillierOperation] {
        try encryptions() + decryptions() + arithmetic() + sums() + checks()
    }
}
