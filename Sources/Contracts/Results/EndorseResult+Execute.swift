import BlobStore
import SharingModel

extension EndorseResult {
    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        guard computed == recorded.record.result else {
            throw Refusal(
                .resultDiffers,
                ["result": result.hex, "recorded": recorded.record.result.text, "computed": computed.text])
        }
        try execution.state(.endorsed, of: recorded, computed: computed, reason: nil)
    }
}

extension DisputeResult {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let recorded = try execution.result(result)
        try execution.state(.disputed, of: recorded, computed: computed, reason: reason)
    }
}

extension Execution {
    /// One standing statement a department: the last.
    fileprivate mutating func state(
        _ verdict: ResultStatement.Verdict, of result: RecordedResult, computed: CID?, reason: String?
    ) throws {
        let party = try department(by)
        let id = result.record.id
        guard result.record.executor != party.name else {
            throw Refusal(.ownResult, ["party": party.name.text, "result": id.hex])
        }
        guard result.statements.first(where: { $0.party == party.name })?.verdict != verdict else {
            throw Refusal(.alreadyDecided, ["party": party.name.text, "result": id.hex])
        }
        let ownsInput = try result.record.inputs.contains { input in
            try state.dataset(manifest: input)?.owners.contains(party.name) ?? false
        }
        try write(
            ResultStatement(
                party: party.name, verdict: verdict, computed: computed, reason: reason, ownsInput: ownsInput,
                at: now),
            to: .statement(id, party.name))
    }
}
