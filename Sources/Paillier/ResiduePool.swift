public import Multiprecision
import Synchronization

/// Randomness for encryptions yet to come, computed while there is time: an encryption then costs two products.
///
/// What lies here is as secret as the plaintexts that it will hide: it stays in memory, is handed out once, and is wiped
/// when it goes. Any thread may use it.
public final class ResiduePool: Sendable {
    /// Whose randomness it is.
    public let encryptor: Encryptor
    /// The most that it keeps.
    public let capacity: Int
    private let residues = Mutex<[BigInteger]>([])

    /// An empty pool.
    ///
    /// - Parameter capacity: At least 1; each takes ``PublicKey/ciphertextByteCount`` bytes and some.
    public init(encryptor: Encryptor, capacity: Int) {
        precondition(capacity > 0, "a pool holds something")
        self.encryptor = encryptor
        self.capacity = capacity
    }

    /// How many encryptions are prepared.
    public var count: Int { residues.withLock(\.count) }

    /// Prepares encryptions until the pool is full or the task is cancelled; eight at a time, on this thread.
    ///
    /// - Returns: How many came in.
    @discardableResult
    public func fill() -> Int {
        var (added, generator) = (0, SystemRandomNumberGenerator())
        while !Task.isCancelled {
            let missing = capacity - count
            guard missing > 0 else { break }
            let fresh = encryptor.source.next(min(missing, LaneRing.laneCount), key: encryptor.key, using: &generator)
            residues.withLock { $0.append(contentsOf: fresh) }
            added += fresh.count
        }
        return added
    }

    /// Encrypts with prepared randomness, or with fresh where none is left.
    ///
    /// - Parameter plaintext: In `[0, n)`.
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)``; then nothing was taken.
    public func encrypt(_ plaintext: BigInteger) throws(PaillierError) -> Ciphertext {
        try encryptor.key.checkPlaintext(plaintext)
        guard let residue = residues.withLock({ $0.popLast() }) else { return try encryptor.encrypt(plaintext) }
        return encryptor.key.ciphertext(plaintext, residue: residue)
    }
}
