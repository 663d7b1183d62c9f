import CGMP

/// The product of many numbers modulo n², taken as they lie in memory.
///
/// On a vector unit eight numbers wait and are then multiplied into eight lanes; what never fills eight, and everything
/// where there is no such unit, is multiplied on GMP. Neither path divides by the modulus. Each product leaves a
/// division by a power of R behind; they are counted, and ``value`` puts them back with one short power.
///
/// One thread at a time. Nothing is allocated for a factor.
package final class RunningProduct {
    private let ring: MontgomeryModulus
    private let lanes: LaneRing?

    /// The product on GMP, divided by `R^surplus`.
    private let product: MontgomeryModulus.Element
    private let workspace: MontgomeryModulus.Workspace
    private var surplus = 0

    /// Rows that wait for seven others, one behind the other.
    private let waiting: MontgomeryModulus.Element
    private let waitingRows: LaneRing.Rows
    private var waitingCount = 0
    /// The products in eight lanes, each divided by `R^loads` for the lanes' R; `nil` until eight rows came.
    private var laneProduct: LaneNumber?
    private var loads = 0

    /// 1.
    ///
    /// - Parameters:
    ///   - ring: The integers modulo n².
    ///   - lanes: The same integers eight at a time, or `nil`.
    package init(ring: MontgomeryModulus, lanes: LaneRing?) {
        self.ring = ring
        self.lanes = lanes
        product = ring.makeElement(1)
        workspace = ring.makeWorkspace()
        let waiting = MontgomeryModulus.Element(limbCount: lanes == nil ? 0 : LaneRing.laneCount * ring.limbCount)
        self.waiting = waiting
        waitingRows = (0..<LaneRing.laneCount).map { LaneRing.row(waiting.limbs + $0 * ring.limbCount) }
    }

    /// The same product, independent from now on.
    package func copy() -> RunningProduct {
        let copy = RunningProduct(ring: ring, lanes: lanes)
        copy.multiply(by: self)
        return copy
    }

    /// Multiplies by a number below n² of the ring's limbs.
    package func multiply(by limbs: MontgomeryModulus.Limbs) {
        guard let lanes else { return multiplyNow(by: limbs) }
        withExtendedLifetime(waiting) {
            (waiting.limbs + waitingCount * ring.limbCount).update(from: limbs, count: ring.limbCount)
        }
        waitingCount += 1
        if waitingCount == LaneRing.laneCount { load(into: lanes) }
    }

    /// Multiplies by another product of the same ring, such as another thread's.
    package func multiply(by other: RunningProduct) {
        ring.multiply(product, other.product, into: product, workspace: workspace)
        surplus += other.surplus + 1
        withExtendedLifetime(other.waiting) {
            for row in 0..<other.waitingCount { multiply(by: Limbs(other.waiting.limbs + row * ring.limbCount)) }
        }
        guard let lanes, let factor = other.laneProduct else { return }
        lanes.withSharedWorkspace { multiply(by: factor, in: lanes, workspace: $0) }
        loads += other.loads
    }

    /// The product in `[0, n²)`.
    package var value: BigInteger {
        let modulus = ring.modulus
        let whole = ring.makeElement()
        whole.set(product)
        for row in 0..<waitingCount {
            withExtendedLifetime(waiting) {
                ring.multiply(
                    whole, Limbs(waiting.limbs + row * ring.limbCount), into: whole, workspace: workspace)
            }
        }
        var result = whole.value * power(of: .one << (64 * ring.limbCount), surplus + waitingCount)
        if let lanes, let laneProduct {
            for value in lanes.withSharedWorkspace({ lanes.values(laneProduct, workspace: $0) }) {
                result = (result * value).modulo(modulus)
            }
            result *= power(of: lanes.radix, loads * LaneRing.laneCount)
        }
        return result.modulo(modulus)
    }

    private typealias Limbs = MontgomeryModulus.Limbs

    private func multiplyNow(by limbs: Limbs) {
        ring.multiply(product, limbs, into: product, workspace: workspace)
        surplus += 1
    }

    private func load(into lanes: LaneRing) {
        lanes.withSharedWorkspace { workspace in
            withExtendedLifetime(waiting) {
                lanes.load(rows: waitingRows, limbCount: ring.limbCount, into: workspace.factor, workspace: workspace)
            }
            multiply(by: workspace.factor, in: lanes, workspace: workspace)
        }
        waitingCount = 0
        loads += 1
    }

    private func multiply(by factor: LaneNumber, in lanes: LaneRing, workspace: LaneWorkspace) {
        if let laneProduct {
            lanes.multiply(laneProduct, factor, into: laneProduct, workspace: workspace)
        } else {
            let first = lanes.makeNumber()
            first.set(factor)
            laneProduct = first
        }
    }

    private func power(of radix: BigInteger, _ exponent: Int) -> BigInteger {
        radix.power(BigInteger(exponent), modulo: ring.modulus, variableTime: true)
    }
}
