import CGMP

/// A signed integer of any length.
///
/// A value over private, reference-counted GMP storage with copy on write. Limbs are wiped when they are freed or moved,
/// so a `BigInteger` may hold a secret; arithmetic is *not* constant in time unless its name says `secret`.
/// Values may be read from many threads at once.
public struct BigInteger: Sendable {
    /// Shared until written: every mutation makes a new storage or has checked that it is the only owner.
    var storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }

    /// A new value that `body` writes into a fresh GMP integer (initially 0).
    static func make(_ body: (Storage.Pointer) -> Void) -> BigInteger {
        let storage = Storage()
        body(storage.pointer)
        return BigInteger(storage: storage)
    }

    /// The GMP integer, for reading only.
    var pointer: Storage.Pointer { storage.pointer }
}

extension BigInteger {
    /// Owns one GMP integer and wipes it when it goes.
    ///
    /// Sendable: `pointer` never changes, and what it points to is written only between `init` and the moment the
    /// storage becomes visible through a `BigInteger`.
    final class Storage: @unchecked Sendable {
        typealias Pointer = UnsafeMutablePointer<__mpz_struct>

        let pointer: Pointer

        init() {
            _ = wipingMemoryInstalled
            pointer = .allocate(capacity: 1)
            pointer.initialize(to: __mpz_struct())
            __gmpz_init(pointer)
        }

        deinit {
            // Frees through `chancery_gmp_free`, which wipes the limbs.
            __gmpz_clear(pointer)
            pointer.deallocate()
        }
    }
}

/// Installs the wiping allocator once for the process, before the first integer exists.
private let wipingMemoryInstalled: Bool = {
    chancery_gmp_install_wiping_memory()
    return true
}()

extension BigInteger {
    /// The value 0.
    public static let zero = BigInteger(0)
    /// The value 1.
    public static let one = BigInteger(1)

    /// -1, 0 or 1.
    public var signum: Int { Int(chancery_mpz_sgn(pointer)) }

    /// Whether the value is 0.
    public var isZero: Bool { signum == 0 }

    /// Whether 2 divides the value.
    public var isEven: Bool { chancery_mpz_odd(pointer) == 0 }

    /// Significant bits of the magnitude; 0 for 0.
    public var bitWidth: Int { isZero ? 0 : __gmpz_sizeinbase(pointer, 2) }

    /// The absolute value.
    public var magnitude: BigInteger { .make { __gmpz_abs($0, pointer) } }

    /// Bit `index` of the two's complement representation, counted from the least significant.
    public func bit(_ index: Int) -> Bool {
        precondition(index >= 0, "bits are counted from 0")
        return __gmpz_tstbit(pointer, UInt(index)) == 1
    }

    /// The value, where it fits.
    public var exactInt: Int? {
        __gmpz_fits_slong_p(pointer) != 0 ? __gmpz_get_si(pointer) : nil
    }

    /// The nearest double towards zero; infinite where the exponent is too large for one.
    public var approximateDouble: Double {
        bitWidth > 1024 ? (signum < 0 ? -Double.infinity : .infinity) : __gmpz_get_d(pointer)
    }
}

extension BigInteger: Hashable, Comparable {
    /// Compares values; the time depends on them.
    public static func == (left: BigInteger, right: BigInteger) -> Bool {
        left.storage === right.storage || __gmpz_cmp(left.pointer, right.pointer) == 0
    }

    /// Compares values; the time depends on them.
    public static func < (left: BigInteger, right: BigInteger) -> Bool {
        __gmpz_cmp(left.pointer, right.pointer) < 0
    }

    /// Feeds sign and limbs.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(signum)
        withLimbs { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The magnitude's limbs, least significant first, without leading zeros; valid during `body`.
    package func withLimbs<Result>(_ body: (UnsafeBufferPointer<UInt>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) {
            let limbs = __gmpz_limbs_read(pointer)
            return try body(UnsafeBufferPointer(start: limbs, count: __gmpz_size(pointer)))
        }
    }
}
