/// Buckets in eight lanes: each lane has buckets of its own, so that eight bases go into eight different ones at once.
final class LaneBuckets: Buckets {
    private let ring: LaneRing
    private let shape: PowerProduct.Shape
    private let workspace: LaneWorkspace
    private let factor: LaneNumber
    /// By window, digit and lane. Digit 0 collects what counts for nothing.
    private let buckets: PackedNumbers
    /// Bases that wait for seven others, one behind the other.
    private let waiting: MontgomeryModulus.Element
    private let limbCount: Int
    private var exponents: [UInt64] = []

    init(ring: LaneRing, limbCount: Int, shape: PowerProduct.Shape) {
        self.ring = ring
        self.shape = shape
        self.limbCount = limbCount
        workspace = ring.makeWorkspace()
        factor = ring.makeNumber()
        waiting = MontgomeryModulus.Element(limbCount: LaneRing.laneCount * limbCount)
        buckets = PackedNumbers(
            columnCount: ring.columnCount, count: shape.windowCount * shape.digitCount * LaneRing.laneCount)
        for index in 0..<buckets.count { buckets.pack(ring.one, lane: 0, into: index) }
    }

    /// A base as it is loaded is the Montgomery form of base / R.
    func add(_ base: MontgomeryModulus.Limbs, exponent: UInt64) {
        withExtendedLifetime(waiting) {
            (waiting.limbs + exponents.count * limbCount).update(from: base, count: limbCount)
        }
        exponents.append(exponent)
        if exponents.count == LaneRing.laneCount { sort() }
    }

    private func sort() {
        let rows = (0..<LaneRing.laneCount).map { lane in
            UnsafePointer<UInt64>?(LaneRing.row(waiting.limbs + lane * limbCount))
        }
        withExtendedLifetime(waiting) {
            ring.load(rows: rows, limbCount: limbCount, into: factor, workspace: workspace)
        }
        for window in 0..<shape.windowCount {
            let digits = exponents.map { shape.digit(window, of: $0) }
            guard digits.contains(where: { $0 > 0 }) else { continue }
            let indices = digits.enumerated().map { lane, digit in index(window: window, digit: digit, lane: lane) }
            buckets.unpack(indices, into: workspace.factor)
            ring.multiply(workspace.factor, factor, into: workspace.factor, workspace: workspace)
            for (lane, index) in indices.enumerated() { buckets.pack(workspace.factor, lane: lane, into: index) }
        }
        exponents.removeAll(keepingCapacity: true)
    }

    func product() -> (product: BigInteger, surplus: BigInteger) {
        while !exponents.isEmpty {
            // What is left of eight goes to the buckets of 0.
            add(waiting.limbs, exponent: 0)
        }
        let (whole, running) = (ring.makeNumber(), ring.makeNumber())
        whole.set(ring.one)
        for window in (0..<shape.windowCount).reversed() {
            for _ in 0..<shape.windowBitCount { ring.square(whole, into: whole, workspace: workspace) }
            running.set(ring.one)
            for digit in (1..<shape.digitCount).reversed() {
                let indices = (0..<LaneRing.laneCount).map { index(window: window, digit: digit, lane: $0) }
                buckets.unpack(indices, into: workspace.factor)
                ring.multiply(running, workspace.factor, into: running, workspace: workspace)
                ring.multiply(whole, running, into: whole, workspace: workspace)
            }
        }
        ring.multiplyLanes(whole, workspace: workspace)
        return (ring.values(whole, count: 1, workspace: workspace)[0], ring.radix)
    }

    private func index(window: Int, digit: Int, lane: Int) -> Int {
        (window * shape.digitCount + digit) * LaneRing.laneCount + lane
    }
}
