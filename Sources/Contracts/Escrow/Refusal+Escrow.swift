extension Refusal {
    /// The sentences of escrow; each ends with the way on.
    var escrowDescription: String {
        func about(_ name: String) -> String { details[name] ?? "?" }
        let request = "request \(about("request").prefix(16))"
        switch code {
        case .fieldKeyMissing:
            return "\(about("party")) has no key for fields, or another; make it with `chancery escrow key`"
        case .escrowNotAsked:
            return
                "the consortium's policy asks for no escrow of \(about("party")); nothing can be deposited or asked for"
        case .escrowMissing:
            let key = details["pool"].map { "the key of pool \($0)" } ?? about("party")
            let pool = details["pool"].map { " --pool \($0)" } ?? ""
            return "the escrow of \(key) is not in place, holders missing: \(about("missing")); deposit with"
                + " `chancery escrow deposit\(pool) --as \(about("party"))`, and have each holder acknowledge"
        case .depositInvalid:
            return about("reason") == "holders"
                ? "the deposit of \(about("party")) is not shared as the policy says; deposit again"
                : "the deposit of \(about("party")) has published values that do not open its key; deposit again"
        case .depositUnknown:
            return "\(about("party")) has no deposit \(about("deposit").prefix(16)); see `chancery escrow list`"
        case .notAnEscrowHolder:
            return "\(about("party")) holds no share of the key of \(about("owner")); ask one of the holders"
        case .shareMissing:
            let key = details["pool"].map { "pool \($0)" } ?? "the key of \(about("owner"))"
            return
                "\(about("party")) holds a share of \(key), and had none to give a part with; restore its vault from a"
                + " backup, or have new shares dealt"
        case .cellUnknown:
            return "dataset \(about("dataset")) has no sealed cell in row \(about("row")), column \(about("field"));"
                + " see `chancery dataset show`"
        case .reasonMissing: return "the request gives no reason; say with --reason what the record is needed for"
        case .escrowUnreachable:
            return "the others cannot grant this to \(about("party")), or not after \(about("notBefore")), when the"
                + " waiting time is over; ask for longer, or let somebody else ask"
        case .requestUnknown: return "there is no \(request); see `chancery escrow list`"
        case .requestExpired: return "\(request) was open until \(about("until")); it has to be made again"
        case .requestDenied: return "\(request) was denied; read the reasons with `chancery escrow list`"
        case .requestUsed: return "\(request) has been used; another opening needs another request"
        case .requestNotGranted:
            return "\(request) is not granted by enough holders whose parts are right; wait for them"
        case .notTheRequester: return "\(request) is not one of \(about("party")); only who asked may use it"
        case .ownRequest:
            let asked = details["result"].map { "result \($0.prefix(16))" } ?? request
            return "\(asked) is one of \(about("party")) itself; nobody grants or denies his own, other holders must"
        case .tooEarly: return "\(request) cannot be granted before \(about("notBefore")); come again then"
        case .overLimit:
            return "\(about("most")) openings of \(about("owner")) were granted within \(about("seconds")) seconds, and"
                + " the policy allows no more; come again later"
        default: return code.rawValue
        }
    }
}
