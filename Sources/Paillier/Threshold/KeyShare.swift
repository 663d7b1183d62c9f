public import Multiprecision

/// One holder's share of a threshold key. Its number is wiped from memory when the last reference goes.
public final class KeyShare: Sendable {
    /// 1, 2, … in the order of the access structure.
    public let holder: Int
    /// Of the key that it belongs to.
    public let epoch: Int
    let value: BigInteger

    /// Checks a share that was dealt: `v^(Δ·s) ≡ vᵢ (mod n²)`.
    ///
    /// - Parameter holder: 1 to the number of holders.
    /// - Throws: ``PaillierError/unknownHolder(_:)``; ``PaillierError/shareDoesNotMatch(holder:)`` if the dealer sent
    ///   something else than it published.
    /// - Complexity: One power modulo n²: about 70 ms at 3072 bits.
    public init(holder: Int, value: BigInteger, under key: ThresholdKey) throws(PaillierError) {
        guard key.verificationValues.indices.contains(holder - 1) else { throw .unknownHolder(holder) }
        // Before the power: its time is the share's length.
        guard value.bitWidth <= key.record.shareBitCount else { throw .shareDoesNotMatch(holder: holder) }
        guard try key.base.secretPower(value * key.delta) == key.verificationValues[holder - 1] else {
            throw .shareDoesNotMatch(holder: holder)
        }
        self.holder = holder
        self.value = value
        epoch = key.epoch
    }
}
