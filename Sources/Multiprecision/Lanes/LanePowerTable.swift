import Dispatch

/// Powers of one public base, stored so that a further power costs one product a window of its exponent, eight at once.
///
/// Row `j` holds `base^(d · 2^(w·j))` for every digit `d` of `w` bits. Immutable after `init` and shared by all threads.
/// What is said of addresses at ``FixedBaseTable`` holds here too: they depend on the exponent, the products do not.
package final class LanePowerTable: Sendable {
    /// Windows of the exponents.
    package let shape: FixedBaseTable.Shape
    /// Where the powers live.
    package let ring: LaneRing
    private let entries: PackedNumbers

    /// Builds the table, on all cores where it is worth a thread.
    ///
    /// - Parameter base: In `[0, order)`, public.
    package init(base: BigInteger, ring: LaneRing, shape: FixedBaseTable.Shape) {
        self.shape = shape
        self.ring = ring
        entries = PackedNumbers(columnCount: ring.columnCount, count: shape.entryCount)
        let bases = Self.rowBases(base: base, order: ring.order, shape: shape)
        let groups = (shape.rowCount + LaneRing.laneCount - 1) / LaneRing.laneCount
        if shape.entryCount > 1_000 {
            DispatchQueue.concurrentPerform(iterations: groups) { fill(group: $0, bases: bases) }
        } else {
            for group in 0..<groups { fill(group: group, bases: bases) }
        }
    }

    /// Up to eight powers, in Montgomery form; 1 in the lanes that are left.
    ///
    /// - Parameter exponents: As ``FixedBaseTable/randomExponent(bitCount:using:)`` makes them.
    package func powers(
        _ exponents: [MontgomeryModulus.Element], into result: LaneNumber, workspace: LaneWorkspace
    ) {
        precondition(exponents.count <= LaneRing.laneCount, "one exponent a lane at most")
        withExtendedLifetime(exponents) {
            for row in 0..<shape.rowCount {
                // Digit 0 of any row is 1.
                let chosen = (0..<LaneRing.laneCount).map { lane in
                    lane < exponents.count ? index(row: row, of: exponents[lane].limbs) : 0
                }
                multiply(chosen, isFirst: row == 0, into: result, workspace: workspace)
            }
        }
    }

    /// One power, in Montgomery form in every lane: the lanes share its windows.
    package func power(_ exponent: MontgomeryModulus.Element, into result: LaneNumber, workspace: LaneWorkspace) {
        withExtendedLifetime(exponent) {
            for start in stride(from: 0, to: shape.rowCount, by: LaneRing.laneCount) {
                let chosen = (start..<(start + LaneRing.laneCount)).map { row in
                    row < shape.rowCount ? index(row: row, of: exponent.limbs) : 0
                }
                multiply(chosen, isFirst: start == 0, into: result, workspace: workspace)
            }
        }
        ring.multiplyLanes(result, workspace: workspace)
    }

    private func multiply(_ chosen: [Int], isFirst: Bool, into result: LaneNumber, workspace: LaneWorkspace) {
        guard !isFirst else { return entries.unpack(chosen, into: result) }
        entries.unpack(chosen, into: workspace.factor)
        ring.multiply(result, workspace.factor, into: result, workspace: workspace)
    }

    private func index(row: Int, of exponent: MontgomeryModulus.Limbs) -> Int {
        row * shape.entriesARow + shape.digit(row, of: exponent)
    }

    /// Eight rows at once, one a lane.
    private func fill(group: Int, bases: [BigInteger]) {
        let rows = group * LaneRing.laneCount..<min(shape.rowCount, (group + 1) * LaneRing.laneCount)
        let workspace = ring.makeWorkspace()
        let (base, power) = (ring.makeNumber(), ring.makeNumber())
        ring.enter(Array(bases[rows]), into: base, workspace: workspace)
        power.set(ring.one)
        for digit in 0..<shape.entriesARow {
            for row in rows where digit < shape.entryCount(inRow: row) {
                entries.pack(power, lane: row - rows.lowerBound, into: row * shape.entriesARow + digit)
            }
            ring.multiply(power, base, into: power, workspace: workspace)
        }
    }

    /// `base^(2^(w·j))` for every row.
    private static func rowBases(base: BigInteger, order: BigInteger, shape: FixedBaseTable.Shape) -> [BigInteger] {
        let step = BigInteger.one << shape.windowBitCount
        var bases = [base]
        for row in 1..<shape.rowCount {
            bases.append(bases[row - 1].power(step, modulo: order, variableTime: true))
        }
        return bases
    }
}
