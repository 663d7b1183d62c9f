extension GuardReport.Group {
    /// Why a group is dropped, in more words than ``GuardReport/reason``; `nil` if it is released.
    package func explanation(minimumSubjects: Int) -> String? {
        switch verdict {
        case .released: nil
        case .tooFewSubjects(.rows): "fewer than \(minimumSubjects) subjects"
        case .tooFewSubjects(.column(let column)): "fewer than \(minimumSubjects) subjects have \(column)"
        case .tooFewSubjects(.weight(let column, let weight)):
            "fewer than \(minimumSubjects) subjects have the weight \(weight) in the sum of \(column)"
        }
    }
}

extension GuardReport.Subtraction {
    package func explanation(minimumSubjects: Int) -> String {
        let groups = listed(groups.map(\.description), most: 5)
        let origins = origins.isEmpty ? "an earlier result" : listed(origins, most: 3)
        return "\(columns.joined(separator: ", ")) of fewer than \(minimumSubjects) subjects would be given away by "
            + "subtraction of group \(groups) from \(origins)"
    }

    private func listed(_ texts: [String], most: Int) -> String {
        let shown = texts.prefix(most).joined(separator: ", ")
        return texts.count > most ? "\(shown) and \(texts.count - most) more" : shown
    }
}

extension GuardReport {
    /// Why nothing is computed.
    var refusalText: String {
        guard !subtractions.isEmpty else {
            return "refused by the disclosure guard: every group has \(reason); ask for larger groups"
        }
        let reasons = subtractions.prefix(3).map { $0.explanation(minimumSubjects: minimumSubjects) }
        let more = subtractions.count > 3 ? "; and \(subtractions.count - 3) more such parts" : ""
        return
            "refused by the disclosure guard: \(reasons.joined(separator: "; "))\(more). Ask for groups that are the "
            + "same as before, or that differ from them by at least \(minimumSubjects) subjects"
    }
}
