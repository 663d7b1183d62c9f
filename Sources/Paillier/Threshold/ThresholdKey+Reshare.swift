public import Multiprecision

extension KeyShare {
    /// What a holder adds to a resharing over another structure, for example with a newcomer: a sharing of its share.
    ///
    /// The shared number is afterwards larger by the interpolation's factor, which the new key's record carries. Whoever
    /// kept enough *old* shares can still open: that a holder is left out revokes nothing.
    public func dealResharing(
        under key: ThresholdKey, over structure: AccessStructure
    ) throws(PaillierError) -> (commitments: ShareCommitments, shares: [DealtShare]) {
        var generator = SystemRandomNumberGenerator()
        return try dealResharing(under: key, over: structure, using: &generator)
    }

    /// The same with the given source of randomness; anything but the operating system's is for tests.
    public func dealResharing(
        under key: ThresholdKey, over structure: AccessStructure, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> (commitments: ShareCommitments, shares: [DealtShare]) {
        guard epoch == key.epoch else { throw .shareOfAnotherEpoch(found: epoch, expected: key.epoch) }
        let dealing = try ShareDealing.deal(
            value, over: structure, range: key.resharingRange, base: key.base, using: &generator)
        return (dealing.commitments, key.dealt(dealing, epoch: epoch + 1))
    }
}

extension ThresholdKey {
    var resharingRange: CoefficientRange {
        .integers(secretBitCount: record.shareBitCount, modulusSquaredBitCount: 2 * publicKey.bitCount)
    }

    /// The key of the next epoch over another structure, from what holders have published.
    ///
    /// - Parameter dealings: By holder of this key. The first qualified set is used: see ``resharers(among:)``.
    /// - Throws: ``PaillierError/tooFewPartials(valid:faulty:)`` with the holders whose dealing is of their share, and
    ///   those whose dealing is of something else.
    public func reshared(
        over structure: AccessStructure, by dealings: [Int: ShareCommitments]
    ) throws(PaillierError) -> ThresholdKey {
        let valid = dealings.filter { sharesOwn($0.value, of: $0.key, over: structure) }
        guard let interpolation = self.structure.interpolation(of: Set(valid.keys)) else {
            throw .tooFewPartials(
                valid: valid.keys.sorted(), faulty: dealings.keys.filter { valid[$0] == nil }.sorted())
        }
        let parts = interpolation.holders.compactMap { holder in
            valid[holder].flatMap { commitments in interpolation.weights[holder].map { (commitments, $0) } }
        }
        let growth = parts.map(\.1.bitWidth).max() ?? 0
        let record = ThresholdRecord(
            fingerprint: record.fingerprint, structure: structure, epoch: epoch + 1,
            commitments: try ShareCommitments.combine(parts, under: publicKey),
            shareBitCount: ShareDealing.shareBitCount(over: structure, range: resharingRange) + growth
                + BigInteger(parts.count).bitWidth,
            factor: (record.factor * interpolation.factor).modulo(publicKey.modulus))
        return try ThresholdKey(record, base: base)
    }

    /// Checks what one holder has published for a resharing.
    ///
    /// - Throws: ``PaillierError/commitmentsMalformed`` if it is of another form; ``PaillierError/shareDoesNotMatch(holder:)``
    ///   if it shares anything but that holder's share.
    public func checkResharing(
        _ commitments: ShareCommitments, by holder: Int, over structure: AccessStructure
    ) throws(PaillierError) {
        try commitments.check(for: structure, under: publicKey)
        guard sharesOwn(commitments, of: holder, over: structure) else { throw .shareDoesNotMatch(holder: holder) }
    }

    /// Whether the sharing is of that holder's share: `A₀^Δ = vᵢ^Δ′`, both being `v^(Δ·Δ′·sᵢ)`.
    private func sharesOwn(_ commitments: ShareCommitments, of holder: Int, over structure: AccessStructure) -> Bool {
        guard verificationValues.indices.contains(holder - 1),
            (try? commitments.check(for: structure, under: publicKey)) != nil
        else { return false }
        let square = publicKey.modulusSquared
        let shown = commitments.root.power(delta, modulo: square, variableTime: true)
        let known = verificationValues[holder - 1].power(
            BigInteger(structure.delta), modulo: square, variableTime: true)
        return shown == known
    }

    /// Whose dealings a resharing by these holders uses; `nil` if they do not suffice.
    public func resharers(among holders: Set<Int>) -> [Int]? {
        structure.interpolation(of: holders)?.holders
    }

    /// The number of a holder's share of the next epoch, to be checked by ``KeyShare/init(holder:value:under:)``.
    ///
    /// - Parameter received: What the holders of ``resharers(among:)``, and no others, have dealt to that holder.
    /// - Throws: ``PaillierError/tooFewPartials(valid:faulty:)``.
    public func resharedValue(from received: [Int: DealtShare]) throws(PaillierError) -> BigInteger {
        guard let interpolation = structure.interpolation(of: Set(received.keys)) else {
            throw .tooFewPartials(valid: received.keys.sorted(), faulty: [])
        }
        return interpolation.weights.reduce(BigInteger.zero) { sum, part in
            sum + part.value * (received[part.key]?.value ?? 0)
        }
    }
}
