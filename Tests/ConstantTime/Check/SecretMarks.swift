import CMemcheck
import Multiprecision

/// Tells memcheck which memory is secret: it then reports every branch and every address that depends on it.
///
/// A number's highest limb stays public, because its length is, and its lowest bit: primes and their squares are odd,
/// and so are the exponents that take roots; `p - 1` is even.
struct SecretMarks {
    /// Bytes marked so far.
    private(set) var byteCount = 0

    mutating func mark(_ number: BigInteger) {
        number.withLimbs { limbs in
            guard limbs.count > 1, let start = limbs.baseAddress else { return }
            mark(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: limbs.dropLast())))
            chancery_mark_lowest_bit_public(start)
        }
    }

    mutating func mark(_ bytes: UnsafeRawBufferPointer) {
        chancery_mark_secret(bytes.baseAddress, bytes.count)
        byteCount += bytes.count
    }

    /// Every integer, and every table of digits, that can be reached from `value` by its stored properties.
    ///
    /// By reflection, so that a number that is added to a private key some day is not forgotten here.
    mutating func markAll(in value: Any) {
        if let number = value as? BigInteger { return mark(number) }
        if value is LaneRing || value is LaneNumber { markWords(of: value) }
        for child in Mirror(reflecting: value).children { markAll(in: child.value) }
    }

    /// `words` of a ring (n and a multiple of it, `digitCount` digits each) or of a number in lanes.
    private mutating func markWords(of object: Any) {
        let children = Mirror(reflecting: object).children
        func child<Value>(_ label: String) -> Value? { children.first { $0.label == label }?.value as? Value }
        guard let words: UnsafeMutablePointer<UInt64> = child("words") else {
            preconditionFailure("a table of digits lies elsewhere by now: mark it here")
        }
        if let digitCount: Int = child("digitCount") {
            mark(UnsafeRawBufferPointer(start: words, count: 16 * digitCount))
        } else if let columnCount: Int = child("columnCount") {
            mark(UnsafeRawBufferPointer(start: words, count: 64 * columnCount))
        }
    }
}

/// A source of randomness whose words memcheck takes for secret.
struct SecretGenerator: RandomNumberGenerator {
    private var system = SystemRandomNumberGenerator()

    mutating func next() -> UInt64 {
        var word: UInt64 = system.next()
        withUnsafeBytes(of: &word) { chancery_mark_secret($0.baseAddress, $0.count) }
        return word
    }
}
