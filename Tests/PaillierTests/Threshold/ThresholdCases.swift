import Multiprecision
import Paillier
import TestSupport

/// A key in shares, with everything that its holders have.
struct ThresholdCase {
    let privateKey: PrivateKey
    let key: ThresholdKey
    let shares: [KeyShare]

    static let context = Array("request 7".utf8)

    init(_ privateKey: PrivateKey, _ structure: AccessStructure, _ generator: inout SeededGenerator) throws {
        let dealt = try ThresholdKey.deal(privateKey, over: structure, using: &generator)
        self.init(
            privateKey: privateKey, key: dealt.key,
            shares: try dealt.shares.map { try KeyShare(holder: $0.holder, value: $0.value, under: dealt.key) })
    }

    init(privateKey: PrivateKey, key: ThresholdKey, shares: [KeyShare]) {
        (self.privateKey, self.key, self.shares) = (privateKey, key, shares)
    }

    func encrypt(_ plaintext: BigInteger, _ generator: inout SeededGenerator) throws -> Ciphertext {
        let (n, square) = (key.publicKey.modulus, key.publicKey.modulusSquared)
        var r = BigInteger.random(below: n, using: &generator)
        while r.greatestCommonDivisor(with: n) != 1 { r = BigInteger.random(below: n, using: &generator) }
        let value = ((1 + plaintext * n) * r.power(n, modulo: square, variableTime: true)).modulo(square)
        return try Ciphertext(checking: value, under: key.publicKey)
    }

    func partial(
        _ holder: Int, of ciphertexts: [Ciphertext], _ generator: inout SeededGenerator
    ) throws -> PartialDecryption {
        try shares[holder - 1].decrypt(ciphertexts, under: key, context: Self.context, using: &generator)
    }

    func open(_ ciphertexts: [Ciphertext], by holders: [Int], _ generator: inout SeededGenerator) throws
        -> ThresholdOpening
    {
        var partials: [PartialDecryption] = []
        for holder in holders { partials.append(try partial(holder, of: ciphertexts, &generator)) }
        return try key.open(ciphertexts, with: partials, context: Self.context)
    }

    /// All shares refreshed by `dealers`.
    func refreshed(by dealers: Int, _ generator: inout SeededGenerator) throws -> ThresholdCase {
        var dealings: [(commitments: ShareCommitments, shares: [DealtShare])] = []
        for _ in 0..<dealers { dealings.append(try key.dealRefreshing(using: &generator)) }
        let next = try key.refreshed(by: dealings.map(\.commitments))
        let shares = try shares.map { share in
            try share.refreshed(by: dealings.map { $0.shares[share.holder - 1] }, to: next)
        }
        return ThresholdCase(privateKey: privateKey, key: next, shares: shares)
    }

    /// Shared anew over `structure` by `holders`.
    func reshared(
        over structure: AccessStructure, by holders: [Int], _ generator: inout SeededGenerator
    ) throws -> ThresholdCase {
        var commitments: [Int: ShareCommitments] = [:]
        var sent: [Int: [DealtShare]] = [:]
        for holder in holders {
            let dealing = try shares[holder - 1].dealResharing(under: key, over: structure, using: &generator)
            (commitments[holder], sent[holder]) = (dealing.commitments, dealing.shares)
        }
        let next = try key.reshared(over: structure, by: commitments)
        let used = Set(key.resharers(among: Set(holders)) ?? [])
        let shares = try (1...structure.holderCount).map { holder in
            let received = sent.filter { used.contains($0.key) }.mapValues { $0[holder - 1] }
            return try KeyShare(holder: holder, value: try key.resharedValue(from: received), under: next)
        }
        return ThresholdCase(privateKey: privateKey, key: next, shares: shares)
    }
}

extension AccessStructure {
    /// Structures of many shapes.
    static func samples() throws -> [AccessStructure] {
        [
            try AccessStructure(threshold: 1, of: 1),
            try AccessStructure(threshold: 1, of: 3),
            try AccessStructure(threshold: 2, of: 3),
            try AccessStructure(threshold: 3, of: 5),
            try AccessStructure(threshold: 5, of: 5),
            // One required member, and two of three others.
            try AccessStructure(
                .gate(threshold: 2, of: [.holder, .gate(threshold: 2, of: [.holder, .holder, .holder])])),
            // Two of: a holder, either of two, all of three.
            try AccessStructure(
                .gate(
                    threshold: 2,
                    of: [
                        .holder, .gate(threshold: 1, of: [.holder, .holder]),
                        .gate(threshold: 3, of: [.holder, .holder, .holder]),
                    ])),
        ]
    }

    /// Every set of holders.
    var subsets: [Set<Int>] {
        (0..<(1 << holderCount)).map { bits in Set((1...holderCount).filter { bits >> ($0 - 1) & 1 == 1 }) }
    }

    /// Whether a set suffices, counted without any arithmetic.
    func suffices(_ holders: Set<Int>) -> Bool {
        func count(_ node: Node, _ next: inout Int) -> Bool {
            guard case .gate(let threshold, let nodes) = node else {
                defer { next += 1 }
                return holders.contains(next)
            }
            let satisfied = nodes.map { count($0, &next) }
            return satisfied.filter(\.self).count >= threshold
        }
        var next = 1
        return count(root, &next)
    }
}

extension PartialDecryption {
    func with(
        holder: Int? = nil, epoch: Int? = nil, values: [BigInteger]? = nil, challenge: BigInteger? = nil,
        response: BigInteger? = nil
    ) -> PartialDecryption {
        PartialDecryption(
            holder: holder ?? self.holder, epoch: epoch ?? self.epoch, values: values ?? self.values,
            challenge: challenge ?? self.challenge, response: response ?? self.response)
    }
}
