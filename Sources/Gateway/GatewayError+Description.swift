import Contracts
import SharingModel

/// The sentences for people: what happened, and the way on. No secret ever stands in one.
extension GatewayError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAHome(let path):
            "\(path) is no home: give --home DIR or CHANCERY_HOME, or make one with `chancery found --policies DIR --local`"
        case .damagedHome(let path, let problem):
            "\(path): \(problem); restore this file from a backup"
        case .partyMissing(let parties):
            "who acts? give --as PARTY, one of \(list(parties))"
        case .unknownParty(let name, let parties):
            "\(name) is no party of this consortium; its parties are \(list(parties))"
        case .notThisParty(let home, let asked):
            "this is the home of \(home), which cannot act as \(asked): use the home of \(asked)"
        case .policy(let path, let problem), .unreadable(let path, let problem):
            "\(path): \(problem)"
        case .alreadyFounded(let path):
            "\(path) is not empty: a consortium is founded once, in a new folder; give another --home"
        case .sectionMissing(let sections):
            "which section? give --section, one of \(list(sections))"
        case .unknownPool(let name, let pools):
            "there is no pool \(name); \(known("pools", pools))"
        case .unknownDataset(let name, let datasets):
            "there is no dataset \(name); \(known("datasets", datasets))"
        case .unknownSource(let name, let pools, let datasets):
            "FROM \(name): there is no such pool or dataset; \(known("pools", pools)); \(known("datasets", datasets))"
        case .unknownReference(let what, let text):
            "no \(what) begins with '\(text)': give at least four digits of its id; `chancery \(what) list` shows them"
        case .ambiguousReference(let what, let text, let matches):
            "'\(text)' is the beginning of \(matches.count) \(what)s: give more digits"
        default:
            refusalDescription
        }
    }

    private var refusalDescription: String {
        switch self {
        case .refusedOnLedger(let refusal, let transaction, let height):
            "refused: \(refusal) (\(refusal.code.rawValue))\n  recorded at height \(height) as transaction \(transaction)"
        case .notAllowed(let reason, let wayOn):
            "\(reason): \(wayOn)"
        case .queryRefused(let reasons, let transaction):
            (["the query is refused by the disclosure guard:"] + reasons.map { "  " + $0 }
                + [
                    "  the refusal is recorded\(transaction.map { " as transaction \($0)" } ?? ""); no use was taken",
                    "  ask for coarser groups or a wider WHERE; --dry-run shows group by group what would be refused",
                ])
                .joined(separator: "\n")
        case .keyMissing(let name, let party):
            "\(party) does not hold the key of \(name): only the pool's custodian opens"
        case .resultRefused(let reason, let transaction):
            "the result is not opened: \(reason)\n  the refusal is recorded as transaction \(transaction); "
                + "a department disputes the result with `chancery result endorse`"
        case .datasetsUnreadable(let datasets, let wayAround):
            (["\(datasets.count == 1 ? "a dataset" : "\(datasets.count) datasets") cannot be computed on:"]
                + datasets.map { "\($0.dataset) of \(list($0.owners)): \($0.fault)" } + wayAround.advice(on: datasets))
                .joined(separator: "\n  ")
        case .openingDamaged(let problem):
            "the opening does not hold: \(problem)"
        case .notFinal(let needed):
            "too few departments have cosigned the ledger since then: \(needed) have to; each does so with "
                + "`chancery ledger cosign --as DEPARTMENT`"
        case .ledgerWentBack(let section, let problem):
            "the ledger of \(section) does not continue what this party has seen: \(problem)"
        case .unavailable(let part, let problem):
            "\(part) does not answer: \(problem); nothing was lost, try again"
        default:
            "unknown error"
        }
    }
}

private func list<Kind>(_ names: [Name<Kind>]) -> String {
    names.map(\.text).joined(separator: ", ")
}

private func known<Kind>(_ what: String, _ names: [Name<Kind>]) -> String {
    names.isEmpty ? "there are no \(what) yet" : "\(what): \(list(names))"
}
