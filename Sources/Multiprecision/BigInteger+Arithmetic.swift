import CGMP

extension BigInteger {
    /// The sum.
    public static func + (left: BigInteger, right: BigInteger) -> BigInteger {
        .make { __gmpz_add($0, left.pointer, right.pointer) }
    }

    /// The difference.
    public static func - (left: BigInteger, right: BigInteger) -> BigInteger {
        .make { __gmpz_sub($0, left.pointer, right.pointer) }
    }

    /// The product.
    public static func * (left: BigInteger, right: BigInteger) -> BigInteger {
        .make { __gmpz_mul($0, left.pointer, right.pointer) }
    }

    /// The negated value.
    public static prefix func - (value: BigInteger) -> BigInteger {
        .make { __gmpz_neg($0, value.pointer) }
    }

    /// Adds in place, without a new storage where this value is the only owner.
    public static func += (left: inout BigInteger, right: BigInteger) {
        left.update { __gmpz_add($0, $1, right.pointer) }
    }

    /// Subtracts in place, without a new storage where this value is the only owner.
    public static func -= (left: inout BigInteger, right: BigInteger) {
        left.update { __gmpz_sub($0, $1, right.pointer) }
    }

    /// Multiplies in place, without a new storage where this value is the only owner.
    public static func *= (left: inout BigInteger, right: BigInteger) {
        left.update { __gmpz_mul($0, $1, right.pointer) }
    }

    /// `value · 2^count`.
    public static func << (value: BigInteger, count: Int) -> BigInteger {
        precondition(count >= 0, "a shift goes by a count that is not negative")
        return .make { __gmpz_mul_2exp($0, value.pointer, UInt(count)) }
    }

    /// `⌊value / 2^count⌋`.
    public static func >> (value: BigInteger, count: Int) -> BigInteger {
        precondition(count >= 0, "a shift goes by a count that is not negative")
        return .make { __gmpz_fdiv_q_2exp($0, value.pointer, UInt(count)) }
    }

    /// The lowest `count` bits of the two's complement: the value modulo `2^count`.
    public func lowBits(_ count: Int) -> BigInteger {
        precondition(count >= 0, "a count of bits is not negative")
        return .make { __gmpz_fdiv_r_2exp($0, pointer, UInt(count)) }
    }

    /// `self^exponent` over the integers.
    public func power(_ exponent: UInt) -> BigInteger {
        .make { __gmpz_pow_ui($0, pointer, exponent) }
    }

    /// Runs `body(result, operand)`; both are the same storage where nobody else holds it.
    private mutating func update(_ body: (Storage.Pointer, Storage.Pointer) -> Void) {
        if isKnownUniquelyReferenced(&storage) {
            body(storage.pointer, storage.pointer)
        } else {
            let result = Storage()
            body(result.pointer, storage.pointer)
            storage = result
        }
    }
}
