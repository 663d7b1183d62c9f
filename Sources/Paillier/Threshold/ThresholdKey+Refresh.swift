import Multiprecision

extension ThresholdKey {
    /// What a holder adds to a refreshing of all shares: a sharing of 0.
    ///
    /// Shares of the next epoch are the old ones with what all who take part have dealt. Old and new shares do not mix,
    /// so that who gathers some before and some after has nothing. Whoever kept enough *old* shares can still open.
    public func dealRefreshing() throws(PaillierError) -> (commitments: ShareCommitments, shares: [DealtShare]) {
        var generator = SystemRandomNumberGenerator()
        return try dealRefreshing(using: &generator)
    }

    /// The same with the given source of randomness; anything but the operating system's is for tests.
    public func dealRefreshing(
        using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> (commitments: ShareCommitments, shares: [DealtShare]) {
        let dealing = try ShareDealing.deal(0, over: structure, range: zeroRange, base: base, using: &generator)
        return (dealing.commitments, dealt(dealing, epoch: epoch + 1))
    }

    private var zeroRange: CoefficientRange {
        .integers(secretBitCount: 0, modulusSquaredBitCount: 2 * publicKey.bitCount)
    }

    /// The key of the next epoch, from the commitments of all who take part, in any order.
    ///
    /// - Throws: ``PaillierError/commitmentsMalformed`` if one of them is of another form, or shares anything but 0.
    public func refreshed(by dealings: [ShareCommitments]) throws(PaillierError) -> ThresholdKey {
        for commitments in dealings { try checkRefreshing(commitments) }
        let grown =
            ShareDealing.shareBitCount(over: structure, range: zeroRange) + BigInteger(dealings.count).bitWidth
        let record = ThresholdRecord(
            fingerprint: record.fingerprint, structure: structure, epoch: epoch + 1,
            commitments: try ShareCommitments.combine(
                [(record.commitments, 1)] + dealings.map { ($0, 1) }, under: publicKey),
            shareBitCount: max(record.shareBitCount, grown) + 1, factor: record.factor)
        return try ThresholdKey(record, base: base)
    }

    /// Checks what one party has published for a refreshing.
    ///
    /// - Throws: ``PaillierError/commitmentsMalformed`` if it is of another form, or shares anything but 0.
    public func checkRefreshing(_ commitments: ShareCommitments) throws(PaillierError) {
        try commitments.check(for: structure, under: publicKey)
        guard commitments.root == 1 else { throw .commitmentsMalformed }
    }

    func dealt(_ dealing: ShareDealing, epoch: Int) -> [DealtShare] {
        dealing.shares.enumerated().map { DealtShare(holder: $0 + 1, epoch: epoch, value: $1) }
    }

    /// Checks what one party dealt to one holder against what it published, and that it is no longer than an honest
    /// dealer's: commitments say nothing of length, and the sum of what all dealt would be refused with nobody to blame.
    ///
    /// - Throws: ``PaillierError/unknownHolder(_:)``, ``PaillierError/shareDoesNotMatch(holder:)``.
    public func check(
        _ share: DealtShare, of commitments: ShareCommitments, over structure: AccessStructure
    ) throws(PaillierError) {
        try commitments.check(for: structure, under: publicKey)
        let values = commitments.verificationValues(over: structure, under: publicKey)
        guard values.indices.contains(share.holder - 1) else { throw .unknownHolder(share.holder) }
        // Only a sharing of 0 has this commitment to its number.
        let range = commitments.root == 1 ? zeroRange : resharingRange
        guard share.value.bitWidth <= ShareDealing.shareBitCount(over: structure, range: range),
            try base.secretPower(share.value * BigInteger(structure.delta)) == values[share.holder - 1]
        else { throw .shareDoesNotMatch(holder: share.holder) }
    }
}

extension KeyShare {
    /// This holder's share of the next epoch.
    ///
    /// - Parameters:
    ///   - received: What each who takes part has dealt to this holder.
    ///   - key: The key of the next epoch, see ``ThresholdKey/refreshed(by:)``.
    /// - Throws: ``PaillierError/shareDoesNotMatch(holder:)`` if they are not those that make `key`: the old share stays.
    public func refreshed(by received: [DealtShare], to key: ThresholdKey) throws(PaillierError) -> KeyShare {
        let sum = received.reduce(value) { $0 + $1.value }
        return try KeyShare(holder: holder, value: sum, under: key)
    }
}
