import Foundation
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
        _ = try execution.rules.checkedKey(modulus, keyProof, of: ["pool": name.text])
        let key = try execution.rules.publicKey(modulus)
        guard try !execution.isRegistered(Digest.sha256(modulus), except: name) else {
            throw Refusal(.keyInvalid, ["pool": name.text, "reason": "shared"])
        }
        if let sharing {
            // Whoever deals knows the key while it does: somebody above the holders, or one of them.
            guard custodian.role == .superior || sharing.holders.contains(custodian.name) else {
                throw Refusal(
                    .notAHolder,
                    [
                        "party": custodian.name.text, "pool": name.text,
                        "holds": "is no superior, and would hold no share of",
                    ])
            }
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
                        ceremony: execution.transaction.id,
                        key: PublishedValues(of: .pool(name), holders: $0.holders, key: $0.key),
                        shares: $0.shares, acknowledged: [], complaint: nil)
                }),
            to: .pool(name))
    }
}
