import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

/// The statements of all parties of the policies, each proven to be of who holds the keys.
struct FoundingStatements {
    static let ownFileName = "statement.json"

    let policy: ConsortiumPolicy
    private let ledger: LedgerIdentity
    private var found: [PartyName: (party: Party, envelope: Envelope, file: String)] = [:]

    /// - Parameters:
    ///   - own: What this home has stated.
    ///   - files: As the others gave them; this home's own may be among them.
    init(own: GivenFile, _ files: [GivenFile], policy: ConsortiumPolicy) throws {
        self.policy = policy
        ledger = try FoundingAgreement(policy).ledger()
        try take(own)
        let party = found.keys.first
        for file in files {
            let (shown, _) = try FoundingStatements.read(file)
            if shown.name == party, shown != found[shown.name]?.party {
                throw FoundingFault.notOwnStatement(file: file.name, party: shown.name)
            }
            try take(file)
        }
    }

    private mutating func take(_ file: GivenFile) throws {
        let (party, envelope) = try FoundingStatements.read(file)
        do throws(Refusal) {
            _ = try PartyStatement.verify(envelope, for: ledger)
        } catch {
            let reason = error.details["reason"]
            throw reason == "ledger"
                ? FoundingFault.otherPolicies(file: file.name, party: party.name)
                : .notProven(file: file.name, party: party.name, problem: reason ?? "form")
        }
        guard let place = policy.party(party.name) else {
            throw FoundingFault.notInPolicies(file: file.name, party: party.name)
        }
        guard place.isPlace(of: party) else { throw FoundingFault.otherPlace(file: file.name, party: party.name) }
        if let other = found[party.name], other.party != party {
            throw FoundingFault.twoStatements(of: party.name, files: [other.file, file.name])
        }
        found[party.name] = (party, envelope, file.name)
    }

    /// What a statement says, before anything of it is believed.
    static func read(_ file: GivenFile) throws -> (Party, Envelope) {
        do {
            let envelope = try Envelope(canonicalBytes: Data(file.bytes))
            guard envelope.payloadType == PartyStatement.payloadType else {
                throw FoundingFault.unreadable(
                    file: file.name, what: "statement of a party", problem: "it is of type \(envelope.payloadType)")
            }
            return (try CanonicalJSON.decode(PartyStatement.self, from: envelope.payload).party, envelope)
        } catch let fault as FoundingFault {
            throw fault
        } catch {
            throw FoundingFault.unreadable(file: file.name, what: "statement of a party", problem: "\(error)")
        }
    }

    /// The founding record, which is the same wherever it is made from the same statements: the consortium is founded at
    /// the latest time that a department states.
    func record(at now: Timestamp) throws -> FoundingRecord {
        let missing = policy.parties.map(\.name).filter { found[$0] == nil }.sorted()
        guard missing.isEmpty else { throw FoundingFault.statementsMissing(of: missing) }
        var founded = Timestamp(seconds: 0)
        for (name, statement) in found.sorted(by: { $0.key < $1.key }) {
            guard let time = PartyStatement.time(of: statement.envelope) else { continue }
            // The first block has this time, and no later one an earlier.
            guard time <= now.adding(seconds: FoundingStatements.toleratedSeconds) else {
                throw FoundingFault.clockAhead(party: name, states: time, now: now)
            }
            founded = max(founded, time)
        }
        let record = FoundingRecord(
            name: policy.name, founded: founded, sections: policy.sections, parties: found.values.map(\.party),
            policy: policy.sharing)
        do throws(ContractsError) {
            try record.checkForm()
        } catch {
            throw FoundingFault.unusable(problem: "\(error)")
        }
        return record
    }

    private static let toleratedSeconds: Int64 = 600
}
