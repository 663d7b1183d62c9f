package import Foundation
import Multiprecision
package import Paillier
package import SharingModel

/// `field-key.register`: a department's Paillier key under which the keys of its sealed cells are encrypted, and nothing
/// else. A department has one.
package struct RegisterFieldKey: TransactionBody {
    package static let kind = TransactionKind.registerFieldKey
    /// The modulus n, big-endian without leading zeros.
    package let modulus: Data
    /// That n-th roots exist for hash-derived values: gcd(n, φ(n)) = 1.
    package let keyProof: NthRootProof

    package init(modulus: Data, keyProof: NthRootProof) {
        self.modulus = modulus
        self.keyProof = keyProof
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(length: modulus.count, in: 1...1_024, "modulus")
    }

    package func execute(in execution: inout Execution) throws {
        let owner = try execution.department(execution.by).name
        guard try execution.state.fieldKey(of: owner) == nil else {
            throw Refusal(.alreadyExists, ["field key of": owner.text])
        }
        let fingerprint = try execution.rules.checkedKey(modulus, keyProof, of: ["party": owner.text])
        guard try !execution.isRegistered(fingerprint) else {
            throw Refusal(.keyInvalid, ["party": owner.text, "reason": "shared"])
        }
        try execution.write(
            FieldKeyRecord(
                owner: owner, modulus: modulus, keyFingerprint: fingerprint, keyProof: keyProof, since: execution.now),
            to: .fieldKey(owner))
    }
}

/// A department's key for fields.
package struct FieldKeyRecord: Codable, Hashable, Sendable {
    package let owner: PartyName
    /// The modulus n, big-endian without leading zeros.
    package let modulus: Data
    /// SHA-256 of `modulus`.
    package let keyFingerprint: Digest
    package let keyProof: NthRootProof
    package let since: Timestamp
}

extension Execution {
    /// Whether the key is a pool's, or a department's for fields.
    ///
    /// One key, one use and one owner: a pool's key opens sums, and one for fields single cells. And the proof of a
    /// modulus is of the modulus alone, so that anybody could register another's as its own, and have what is encrypted
    /// under it opened as his.
    /// - Parameter pool: That may have it already: its own dealer begins anew.
    func isRegistered(_ fingerprint: Digest, except pool: PoolName? = nil) throws -> Bool {
        try state.pools().contains { $0.keyFingerprint == fingerprint && $0.name != pool }
            || state.fieldKeys().contains { $0.keyFingerprint == fingerprint }
    }
}

extension ContractRules {
    /// The modulus as a key; under 2048 bits in tests only.
    func publicKey(_ modulus: Data) throws -> PublicKey {
        let number = BigInteger(bigEndianBytes: modulus)
        return insecureKeysForTesting
            ? try PublicKey(insecureModulusForTesting: number) : try PublicKey(modulus: number)
    }

    /// The reasons are this module's own words, never an error's text: they are recorded, and every node and every
    /// later version has to give the same.
    /// - Returns: The key's fingerprint.
    func checkedKey(_ modulus: Data, _ proof: NthRootProof, of subject: [String: String]) throws -> Digest {
        func invalid(_ reason: String) -> Refusal {
            Refusal(.keyInvalid, subject.merging(["reason": reason]) { first, _ in first })
        }
        // One key, one text: a leading zero would give the same key another fingerprint.
        guard modulus.first != 0 else { throw invalid("modulus") }
        guard insecureKeysForTesting || BigInteger(bigEndianBytes: modulus).bitWidth >= PublicKey.leastBitCount else {
            throw invalid("size")
        }
        guard let key = try? publicKey(modulus) else { throw invalid("modulus") }
        do {
            try key.verify(proof)
        } catch {
            throw invalid("proof")
        }
        return Digest.sha256(modulus)
    }
}
