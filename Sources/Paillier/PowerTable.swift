import Multiprecision

/// A table of powers of one public base, on a vector unit where there is one, else on GMP.
enum PowerTable: Sendable {
    case lanes(LanePowerTable)
    case limbs(FixedBaseTable)

    /// - Returns: `nil` where powers without a table are cheaper.
    init?(
        base: BigInteger, ring: MontgomeryModulus, lanes: LaneRing?, exponentBitCount: Int, expectedCount: Int,
        memoryLimit: Int
    ) {
        let entryByteCount = lanes.map { PackedNumbers.byteCount(columnCount: $0.columnCount) } ?? ring.limbCount * 8
        let shape = FixedBaseTable.Shape.best(
            exponentBitCount: exponentBitCount, entryByteCount: entryByteCount, expectedCount: expectedCount,
            memoryLimit: memoryLimit)
        guard let shape else { return nil }
        if let lanes {
            self = .lanes(LanePowerTable(base: base, ring: lanes, shape: shape))
        } else {
            self = .limbs(FixedBaseTable(base: base, modulus: ring, shape: shape))
        }
    }

    /// Length of the exponents in bits.
    var exponentBitCount: Int {
        switch self {
        case .lanes(let table): table.shape.exponentBitCount
        case .limbs(let table): table.shape.exponentBitCount
        }
    }

    /// The powers with these exponents (``FixedBaseTable/randomExponent(bitCount:using:)``), below the order.
    func powers(_ exponents: [MontgomeryModulus.Element]) -> [BigInteger] {
        switch self {
        case .lanes(let table): lanePowers(exponents, of: table)
        case .limbs(let table): limbPowers(exponents, of: table)
        }
    }

    private func lanePowers(_ exponents: [MontgomeryModulus.Element], of table: LanePowerTable) -> [BigInteger] {
        let (workspace, result) = (table.ring.makeWorkspace(), table.ring.makeNumber())
        return stride(from: 0, to: exponents.count, by: LaneRing.laneCount).flatMap { start in
            let group = Array(exponents[start..<min(exponents.count, start + LaneRing.laneCount)])
            // Two and more fill lanes of their own: sharing the lanes costs three products more each.
            if group.count == 1 {
                table.power(group[0], into: result, workspace: workspace)
            } else {
                table.powers(group, into: result, workspace: workspace)
            }
            return table.ring.values(result, count: group.count, workspace: workspace)
        }
    }

    private func limbPowers(_ exponents: [MontgomeryModulus.Element], of table: FixedBaseTable) -> [BigInteger] {
        let (workspace, result) = (table.modulus.makeWorkspace(), table.modulus.makeElement())
        return exponents.map { exponent in
            table.power(exponent, into: result, workspace: workspace)
            return table.modulus.leave(result, workspace: workspace)
        }
    }
}
