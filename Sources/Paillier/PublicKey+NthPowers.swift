import Multiprecision

extension PublicKey {
    /// `vᵢⁿ mod n²` of public values in `[0, n)`, eight at a time on a vector unit.
    func nthPowersModuloSquare(_ values: [BigInteger]) -> [BigInteger] {
        nthPowers(values, order: modulusSquared, lanes: context.lanes)
    }

    /// `vᵢⁿ mod n` of public values in `[0, n)`.
    func nthPowersModuloN(_ values: [BigInteger]) -> [BigInteger] {
        nthPowers(values, order: modulus, lanes: context.plaintextLanes)
    }

    private func nthPowers(_ values: [BigInteger], order: BigInteger, lanes: LaneRing?) -> [BigInteger] {
        // One or two values are through sooner on GMP than a vector of eight.
        guard let lanes, values.count > 2 else {
            return values.map { $0.power(modulus, modulo: order, variableTime: true) }
        }
        return lanes.withSharedWorkspace { workspace in
            let x = lanes.makeNumber()
            return stride(from: 0, to: values.count, by: LaneRing.laneCount).flatMap { start in
                let group = Array(values[start..<min(values.count, start + LaneRing.laneCount)])
                lanes.enter(group, into: x, workspace: workspace)
                lanes.secretPower(x, modulus, bitCount: bitCount, into: x, workspace: workspace)
                return lanes.values(x, count: group.count, workspace: workspace)
            }
        }
    }
}
