/// Buckets on GMP, one product at a time.
final class LimbBuckets: Buckets {
    private let ring: MontgomeryModulus
    private let shape: PowerProduct.Shape
    private let workspace: MontgomeryModulus.Workspace
    /// By window, then by digit; `nil` stands for 1.
    private var buckets: [MontgomeryModulus.Element?]

    init(ring: MontgomeryModulus, shape: PowerProduct.Shape) {
        self.ring = ring
        self.shape = shape
        workspace = ring.makeWorkspace()
        buckets = Array(repeating: nil, count: shape.windowCount * shape.digitCount)
    }

    /// A base as it lies is the Montgomery form of base / R.
    func add(_ base: MontgomeryModulus.Limbs, exponent: UInt64) {
        for window in 0..<shape.windowCount {
            let digit = shape.digit(window, of: exponent)
            guard digit > 0 else { continue }
            let index = window * shape.digitCount + digit
            if let bucket = buckets[index] {
                ring.multiply(bucket, base, into: bucket, workspace: workspace)
            } else {
                let bucket = ring.makeElement()
                bucket.set(base)
                buckets[index] = bucket
            }
        }
    }

    func product() -> (product: BigInteger, surplus: BigInteger) {
        let whole = ring.enter(1, workspace: workspace)
        for window in (0..<shape.windowCount).reversed() {
            for _ in 0..<shape.windowBitCount { ring.square(whole, into: whole, workspace: workspace) }
            let running = ring.enter(1, workspace: workspace)
            for digit in (1..<shape.digitCount).reversed() {
                if let bucket = buckets[window * shape.digitCount + digit] {
                    ring.multiply(running, bucket, into: running, workspace: workspace)
                }
                ring.multiply(whole, running, into: whole, workspace: workspace)
            }
        }
        return (ring.leave(whole, workspace: workspace), .one << (64 * ring.limbCount))
    }
}
