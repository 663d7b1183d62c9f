import CLanes

extension LaneRing {
    /// Bits of a secret exponent that one product takes; 16 powers in the table.
    private static let secretWindow = 4

    /// `z = x^exponent` for one secret exponent, in Montgomery form.
    ///
    /// Fixed windows; every table entry is read for every window, and nothing else depends on the exponent. Its windows
    /// are read from limbs that are wiped, one at a time: no list of them is left behind.
    /// - Parameters:
    ///   - exponent: Not negative, at most `bitCount` bits.
    ///   - bitCount: Public: so many bits are worked through.
    package func secretPower(
        _ x: LaneNumber, _ exponent: BigInteger, bitCount: Int, into z: LaneNumber, workspace: LaneWorkspace
    ) {
        let window = Self.secretWindow
        let table = powers(of: x, count: 1 << window, workspace: workspace)
        let limbs = MontgomeryModulus.Element(limbCount: (bitCount + 63) / 64)
        limbs.set(exponent)
        let (power, factor) = (makeNumber(), makeNumber())
        func select(_ place: Int, into number: LaneNumber) {
            withExtendedLifetime((table, number, limbs)) {
                let digit = limbs.limbs[place / 16] >> UInt(place % 16 * window) & 15
                functions.select?(number.words, table.words, 1 << window, columnCount, Int(digit))
            }
        }
        let last = (bitCount + window - 1) / window - 1
        select(last, into: power)
        for place in (0..<last).reversed() {
            for _ in 0..<window { square(power, into: power, workspace: workspace) }
            select(place, into: factor)
            multiply(power, factor, into: power, workspace: workspace)
        }
        z.set(power)
    }

    /// 1, x, x², … in Montgomery form, one behind the other.
    private func powers(of x: LaneNumber, count: Int, workspace: LaneWorkspace) -> LaneNumber {
        let table = LaneNumber(columnCount: count * columnCount)
        let power = makeNumber()
        power.set(one)
        for index in 0..<count {
            withExtendedLifetime((table, power)) {
                (table.words + 8 * index * columnCount).update(from: power.words, count: 8 * columnCount)
            }
            multiply(power, x, into: power, workspace: workspace)
        }
        return table
    }
}

extension LaneRing {
    /// `z = x^exponent` with a public exponent for each lane, in Montgomery form; the time depends on the longest.
    ///
    /// - Parameter exponents: One for each lane.
    package func power(
        _ x: LaneNumber, publicExponents exponents: [UInt64], into z: LaneNumber, workspace: LaneWorkspace
    ) {
        precondition(exponents.count == Self.laneCount, "an exponent for each lane")
        let bitCount = 64 - (exponents.max() ?? 0).leadingZeroBitCount
        let window = bitCount > 96 ? 5 : bitCount > 24 ? 4 : bitCount > 6 ? 3 : 1
        let table = PackedNumbers(columnCount: columnCount, count: Self.laneCount << window)
        let power = makeNumber()
        power.set(one)
        for digit in 0..<(1 << window) {
            for lane in 0..<Self.laneCount { table.pack(power, lane: lane, into: digit << 3 | lane) }
            if digit + 1 < 1 << window { multiply(power, x, into: power, workspace: workspace) }
        }
        power.set(one)
        let factor = makeNumber()
        for position in (0..<((bitCount + window - 1) / window)).reversed() {
            for _ in 0..<window { square(power, into: power, workspace: workspace) }
            let shift = UInt64(position * window)
            let chosen = exponents.enumerated().map { lane, exponent in
                Int(exponent >> shift & (1 << UInt64(window) - 1)) << 3 | lane
            }
            table.unpack(chosen, into: factor)
            multiply(power, factor, into: power, workspace: workspace)
        }
        z.set(power)
    }
}
