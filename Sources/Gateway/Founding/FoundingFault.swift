package import SharingModel

/// Why parties on several machines do not found. `file` is what the file is called here.
package enum FoundingFault: Error, Hashable, Sendable {
    case unreadable(file: String, what: String, problem: String)
    /// The statement is about other policies than those given here.
    case otherPolicies(file: String, party: PartyName)
    case notInPolicies(file: String, party: PartyName)
    case otherPlace(file: String, party: PartyName)
    case notProven(file: String, party: PartyName, problem: String)
    /// One party, two different keys.
    case twoStatements(of: PartyName, files: [String])
    case statementsMissing(of: [PartyName])
    /// The home has made another statement than the one that was handed round.
    case notOwnStatement(file: String, party: PartyName)
    case clockAhead(party: PartyName, states: Timestamp, now: Timestamp)
    case unusable(problem: String)
    /// Signed or cosigned for another founding record.
    case otherRecord(file: String, shown: Digest, own: Digest)
    case notADepartment(file: String, party: PartyName)
    case wrongSignature(file: String, party: PartyName)
    case signaturesMissing(of: [PartyName], section: SectionName)
    case otherBlock(file: String, party: PartyName, section: SectionName)
    case cosignaturesMissing(section: SectionName, have: [PartyName], needed: Int)
    case nothingToDo(party: PartyName)
    /// The home has first blocks, or is older.
    case alreadyOpened(party: PartyName, own: Digest)
}

extension FoundingFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let file, let what, let problem):
            "\(file) is no \(what): \(problem). Ask who gave it for the file that the command wrote."
        case .otherPolicies(let file, let party):
            "\(file): \(party) has stated its keys for other policies than those given here. Compare consortium.yaml and "
                + "escrow.yaml with \(party)'s; who had the wrong ones runs `chancery found state` again, in a new home."
        case .notInPolicies(let file, let party):
            "\(file): \(party) is no party of these policies. Leave the file away, or add the party to consortium.yaml and "
                + "have everybody state again."
        case .otherPlace(let file, let party):
            "\(file): \(party) states another role, section, area or superior than the policies give it. Have it run "
                + "`chancery found state` with these policies."
        case .notProven(let file, let party, let problem):
            "\(file): \(party) does not prove that it holds its keys (\(problem)). The file was changed on its way, or is not "
                + "\(party)'s: ask for it again."
        case .twoStatements(let party, let files):
            "\(party) has made two different statements, \(files.joined(separator: " and ")). Ask it which one counts, and "
                + "see that everybody uses that."
        case .statementsMissing(let parties):
            "the statements of \(FoundingFault.list(parties)) are missing: each runs `chancery found state` and gives its "
                + "file to all others"
        case .notOwnStatement(let file, let party):
            "\(file) is not the statement that this home of \(party) has made, which stands in its statement.json. Somebody "
                + "has made keys in its name, or it has two homes: use the file of this one."
        case .clockAhead(let party, let states, let now):
            "\(party) states that it is \(states), and here it is \(now): one of the clocks is wrong. Put it right; if it was "
                + "\(party)'s, have it run `chancery found state` again, in a new home."
        case .unusable(let problem): "these statements make no consortium: \(problem)"
        case .otherRecord(let file, let shown, let own):
            "\(file) is for the consortium \(shown), and this home's is \(own): they were made from other statements. Compare "
                + "the statements; who used a wrong one runs `chancery found sign` again."
        case .notADepartment(let file, let party):
            "\(file): \(party) is no department of this consortium, and only departments sign and cosign. Leave it away."
        case .wrongSignature(let file, let party):
            "\(file): \(party)'s signature or cosignature does not hold. The file was changed on its way, or is not "
                + "\(party)'s: ask for it again."
        case .signaturesMissing(let parties, let section):
            "the ledger of \(section) lacks the signatures of \(FoundingFault.list(parties)): each runs `chancery found "
                + "sign` and gives its file to the other departments"
        case .otherBlock(let file, let party, let section):
            "\(file): \(party) has cosigned another first block of \(section) than the one here. One of the two has used "
                + "another signed file: compare them, and do not go on before they are the same."
        case .cosignaturesMissing(let section, let have, let needed):
            "the first block of \(section) is cosigned by \(FoundingFault.list(have)), and \(needed) are needed. What was "
                + "given is kept: run this again with the files of the others."
        case .alreadyOpened(let party, let own):
            "this home of \(party) has opened the ledgers of the consortium \(own), and can sign for no other: make a new home "
                + "with `chancery found state`"
        case .nothingToDo(let party):
            "\(party) is no department, and has nothing to open: its home is finished. Name a department's node in "
                + "CHANCERY_NODE."
        }
    }

    private static func list(_ parties: [PartyName]) -> String {
        parties.isEmpty ? "nobody" : parties.map(\.text).joined(separator: ", ")
    }
}

/// A file that a person was given by somebody, and what messages call it.
package struct GivenFile: Hashable, Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: some Sequence<UInt8>) {
        (self.name, self.bytes) = (name, Array(bytes))
    }
}
