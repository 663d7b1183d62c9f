import BlobStore
package import Paillier
import SharingModel

extension SharedKey {
    func checkForm() throws(ContractsError) {
        try Form.check(holders: holders, of: key.structure)
        guard shares.count == holders.count else {
            throw .contradictory(members: ["sharing.holders", "sharing.shares"])
        }
    }

    /// Everything about a dealing that is not between the dealer and one holder.
    func check(under key: PublicKey, pool: PoolName) throws {
        try self.key.structure.checkTakesSeveral(.pool(pool))
        guard self.key.epoch == 1 else { throw Refusal(.dealingInvalid, ["pool": pool.text, "reason": "epoch"]) }
        _ = try Refusal.dealing(of: .pool(pool)) { () throws(PaillierError) in try ThresholdKey(self.key, of: key) }
    }
}

extension AccessStructure {
    /// Whether a holder can open alone: nothing is then in shares.
    package var oneSuffices: Bool { (1...holderCount).contains { isQualified([$0]) } }

    func checkTakesSeveral(_ subject: SharedKeySubject) throws {
        guard !oneSuffices else { throw Refusal(.dealingInvalid, subject.details.adding("reason", "one")) }
    }
}

extension Form {
    /// Each holder once, as many as the structure has. Their order is the structure's.
    static func check(holders: [PartyName], of structure: AccessStructure) throws(ContractsError) {
        try check(list: holders.sorted(), in: 1...AccessStructure.mostHolders, "holders")
        guard holders.count == structure.holderCount else { throw .contradictory(members: ["holders", "structure"]) }
    }
}

extension Refusal {
    /// What the arithmetic says of published values, in this module's own words: they are recorded.
    static func dealing<Value>(
        of subject: SharedKeySubject, _ body: () throws(PaillierError) -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch {
            let reason =
                switch error {
                case .keyMismatch: "key"
                case .shareOfAnotherEpoch: "epoch"
                case .sharedNumberIsNoKey, .tooFewPartials, .shareDoesNotMatch: "number"
                default: "values"
                }
            throw Refusal(.dealingInvalid, subject.details.adding("reason", reason))
        }
    }
}

extension Execution {
    /// Who may hold a share: departments of the section, superiors and auditors.
    func checkMayHold(_ name: PartyName) throws {
        let party = try party(name)
        switch party.role {
        case .superior, .auditor: return
        case .department where party.section == block.ledger.section: return
        default: throw Refusal(.roleNotAllowed, ["party": name.text, "role": party.role.rawValue])
        }
    }

    /// The shares of a pool, whose holder the acting party is.
    func ownShares(of pool: PoolRecord) throws -> PoolSharing {
        guard let sharing = pool.sharing, sharing.key.holders.contains(by) else {
            throw Refusal(.notAHolder, ["party": by.text, "pool": pool.name.text, "holds": "holds no share of"])
        }
        return sharing
    }

    /// The same for a result's pool, in force.
    func shares(of result: RecordedResult) throws -> PoolSharing {
        let pool = try pool(result.record.pool)
        let sharing = try ownShares(of: pool)
        guard pool.isInForce else { throw Refusal(.poolNotInForce, ["pool": pool.name.text]) }
        guard result.opening == nil else { throw Refusal(.alreadyOpened, ["result": result.record.id.hex]) }
        return sharing
    }
}
