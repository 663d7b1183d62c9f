extension Refusal {
    /// The sentences of pseudonyms; each ends with the way on.
    var pseudonymDescription: String {
        func about(_ name: String) -> String { details[name] ?? "?" }
        let request = "request \(about("request").prefix(16))"
        switch code {
        case .noPseudonymCustodian:
            return "section \(about("section")) has no custodian for pseudonyms: each department has a key of its own,"
                + " and `chancery publish` needs nothing else"
        case .notKeyCustodian:
            return "\(about("party")) does not keep the section's key for pseudonyms; ask \(about("custodian"))"
        case .pseudonymKeyMissing:
            return "section \(about("section")) has no such key for pseudonyms; \(about("custodian")) makes it with"
                + " `chancery pseudonym key`"
        case .pseudonymKeyReplaced:
            return "key \(about("key").prefix(16)) for pseudonyms of section \(about("section")) was replaced by"
                + " \(about("current").prefix(16)), under which all new pseudonyms are; \(about("custodian")) evaluates them"
                + " for `chancery pseudonym request`"
        case .otherPseudonyms:
            return "the pseudonyms are under key \(about("key").prefix(16)), which is not that of section"
                + " \(about("section")); get them from \(about("custodian")) with `chancery pseudonym request`"
        case .evaluationUnknown: return "no pseudonyms were asked for by \(request); see `chancery pseudonym list`"
        case .evaluationAnswered:
            return "\(request) is \(about("status")), so this does not apply; see `chancery pseudonym list`"
        case .countDiffers:
            return "\(request) is for \(about("asked")) elements, and this answers \(about("count")); evaluate all of"
                + " them, and no others"
        case .evaluationsExhausted:
            return "\(about("party")) asks for \(about("asked")) evaluations, and the policy leaves it \(about("left"))"
                + " of \(about("most")) within \(about("days")) days; ask for fewer, or come again later"
        default: return code.rawValue
        }
    }
}
