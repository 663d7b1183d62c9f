package import BlobStore
package import Multiprecision
import SealedTables
package import SharingModel

/// What a result block says: which groups were computed, and where in the ciphertext blocks each sum stands.
///
/// It follows from plan, datasets, pool key and k alone; whoever computes it gets these bytes.
package struct ResultContent: Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    package let plan: CID
    /// The plan's manifests.
    package let datasets: [CID]
    /// ``Paillier/PublicKey/fingerprint`` of the pool's key.
    package let key: String
    /// The guard's k by which groups were refused.
    package let minimumSubjects: Int
    /// What each group's `sums` are of.
    package let sums: [Sum]
    /// Columns whose presence each group's `counts` count, sorted.
    package let counted: [String]
    /// Released groups in the order of their values.
    package let groups: [Group]
    /// Refused groups in the order of their values.
    package let refused: [Refusal]
    package let ciphertexts: Ciphertexts

    package struct Sum: Hashable, Codable, Sendable {
        package let pack: PackName
        /// Canonical text of the weight; absent where every row counts once.
        package let weight: String?
        /// Of a weighted sum: whether it is of the rows with negative weights, by their magnitude.
        package let negative: Bool?
    }

    package struct Group: Hashable, Codable, Sendable {
        package let values: GroupKey
        /// Of the group, whatever is present.
        package let rows: Int
        package let counts: [Int]
        /// One for each of ``ResultContent/sums``; null where no row of the group has a value and a weight for it.
        package let sums: [Entry?]
    }

    package struct Entry: Hashable, Codable, Sendable {
        /// Position among the ciphertexts.
        package let ciphertext: Int
        /// For each column of the pack, Σ weight over the rows in which it is present: their number, where there is no
        /// weight.
        package let weights: [BigInteger]
    }

    package struct Refusal: Hashable, Codable, Sendable {
        package let values: GroupKey
        package let reason: String
    }

    /// Raw blocks of ciphertexts in fixed width, little-endian, as many to a block as fit into 1 MiB.
    package struct Ciphertexts: Hashable, Codable, Sendable {
        package let blocks: [Link]
        /// Of one ciphertext.
        package let bytes: Int
        package let count: Int

        static func perBlock(bytes: Int) -> Int { Block.maximumByteCount / bytes }
    }
}

extension ResultContent: Codable {
    private enum Member: String, CodingKey {
        case version, plan, datasets, key, minimumSubjects, sums, counted, groups, refused, ciphertexts
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        version = try members.decode(Int.self, forKey: .version)
        plan = try members.decode(Link.self, forKey: .plan).cid
        datasets = try members.decode([Link].self, forKey: .datasets).map(\.cid)
        key = try members.decode(String.self, forKey: .key)
        minimumSubjects = try members.decode(Int.self, forKey: .minimumSubjects)
        sums = try members.decode([Sum].self, forKey: .sums)
        counted = try members.decode([String].self, forKey: .counted)
        groups = try members.decode([Group].self, forKey: .groups)
        refused = try members.decode([Refusal].self, forKey: .refused)
        ciphertexts = try members.decode(Ciphertexts.self, forKey: .ciphertexts)
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(version, forKey: .version)
        try members.encode(Link(plan), forKey: .plan)
        try members.encode(datasets.map(Link.init), forKey: .datasets)
        try members.encode(key, forKey: .key)
        try members.encode(minimumSubjects, forKey: .minimumSubjects)
        try members.encode(sums, forKey: .sums)
        try members.encode(counted, forKey: .counted)
        try members.encode(groups, forKey: .groups)
        try members.encode(refused, forKey: .refused)
        try members.encode(ciphertexts, forKey: .ciphertexts)
    }
}

extension ResultContent {
    /// Whether the document can be the result of `plan`: the same plan and inputs, sums as the plan needs them, every
    /// ciphertext used once and in order. What it says of the data only a recomputation can tell.
    package func check(against plan: BoundPlan) throws(QueryPlanError) {
        guard version == 1 else { throw .result(.malformed("version \(version)")) }
        guard self.plan == plan.plan.cid, datasets == plan.plan.content.datasets else { throw .result(.notOfThisPlan) }
        guard key == plan.manifest.keyFingerprint else {
            throw .result(.poolKeyMismatch(dataset: plan.manifest.name.text))
        }
        guard counted == plan.counted, sums == plan.resultSums else { throw .result(.notOfThisPlan) }
        guard ciphertexts.bytes == plan.manifest.ciphertextByteCount, minimumSubjects >= 1 else {
            throw .result(.malformed("ciphertext width or k"))
        }
        var next = 0
        for group in groups {
            guard group.values.values.count == plan.groupBy.count, group.counts.count == counted.count,
                group.sums.count == sums.count, group.rows >= 0
            else { throw .result(.malformed("group \(group.values)")) }
            for (sum, entry) in zip(plan.sums, group.sums) {
                guard let entry else { continue }
                guard entry.ciphertext == next, entry.weights.count == plan.columns(of: sum.pack).count else {
                    throw .result(.malformed("sums of group \(group.values)"))
                }
                next += 1
            }
        }
        guard next == ciphertexts.count else {
            throw .result(.ciphertextCount(expected: next, found: ciphertexts.count))
        }
        let keys = groups.map(\.values)
        guard zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .result(.malformed("the groups' order"))
        }
    }
}

extension BoundPlan {
    var resultSums: [ResultContent.Sum] {
        sums.map { sum in
            ResultContent.Sum(
                pack: sum.pack, weight: sum.weight.map { weights[$0.index].text }, negative: sum.weight?.isNegative)
        }
    }
}
