import Foundation
import Multiprecision
import Paillier
import SharingModel

extension CreatePool {
    package func checkForm() throws(ContractsError) {
        try Form.check(list: members, "members")
        try Form.check(length: modulus.count, in: 1...1_024, "modulus")
        try Form.check(Int64(weightCapacityBits), in: 1...64, "weightCapacityBits")
        try sharing?.checkForm()
    }

    package func execute(in execution: inout Execution) throws {
        let custodian = try execution.actor(in: [.department, .superior])
        if custodian.role == .department { _ = try execution.department(custodian.name) }
        for member in members { _ = try execution.department(member) }
        // One whose shares never came into force stands in nobody's way but that of its own dealer.
        if let known = try execution.state.pool(name), known.isInForce || known.custodian != custodian.name {
            throw Refusal(.alreadyExists, ["pool": name.text])
        }
        let key = try checkedKey(execution.rules)
        if let sharing {
            for holder in sharing.holders { try execution.checkMayHold(holder) }
            try sharing.check(under: key, pool: name)
        }
        try execution.write(
            PoolRecord(
                name: name, custodian: custodian.name, members: members, modulus: modulus,
                keyFingerprint: Digest.sha256(modulus), keyProof: keyProof, randomness: randomness,
                weightCapacityBits: weightCapacityBits, createdAt: execution.now,
                sharing: sharing.map {
                    PoolSharing(
                        ceremony: execution.transaction.id, key: PoolKey(pool: name, holders: $0.holders, key: $0.key),
                        shares: $0.shares, acknowledged: [], complaint: nil)
                }),
            to: .pool(name))
    }

    /// The reasons are this module's own words, never an error's text: they are recorded, and every node and every
    /// later version has to give the same.
    private func checkedKey(_ rules: ContractRules) throws -> PublicKey {
        func invalid(_ reason: String) -> Refusal {
            Refusal(.keyInvalid, ["pool": name.text, "reason": reason])
        }
        // One key, one text: a leading zero would give the same key another fingerprint.
        guard modulus.first != 0 else { throw invalid("modulus") }
        let number = BigInteger(bigEndianBytes: modulus)
        guard rules.insecureKeysForTesting || number.bitWidth >= PublicKey.leastBitCount else {
            throw invalid("size")
        }
        let key: PublicKey
        do {
            key =
                rules.insecureKeysForTesting
                ? try PublicKey(insecureModulusForTesting: number) : try PublicKey(modulus: number)
        } catch {
            throw invalid("modulus")
        }
        do {
            try key.verify(keyProof)
        } catch {
            throw invalid("proof")
        }
        return key
    }
}
