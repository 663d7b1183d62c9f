import CGMP

extension BigInteger: ExpressibleByIntegerLiteral {
    /// Exact.
    public init(_ value: Int) {
        self = .make { __gmpz_set_si($0, value) }
    }

    /// Exact.
    public init(_ value: UInt64) {
        self = .make { __gmpz_set_ui($0, UInt(value)) }
    }

    /// Exact.
    public init(integerLiteral value: Int) {
        self.init(value)
    }

    /// Reads an optional minus sign and digits of `radix`, nothing else: no plus sign, blank or prefix.
    ///
    /// - Parameter radix: 2 to 36; letters of either case stand for 10 to 35.
    /// - Returns: `nil` where `text` is anything else.
    public init?(_ text: String, radix: Int = 10) {
        precondition((2...36).contains(radix), "a radix is 2 to 36")
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard !digits.isEmpty, digits.allSatisfy({ digitValue($0) < radix }) else { return nil }
        let storage = Storage()
        guard text.withCString({ __gmpz_set_str(storage.pointer, $0, CInt(radix)) }) == 0 else { return nil }
        self.init(storage: storage)
    }

    /// The non-negative number whose bytes these are, most significant first; 0 for none.
    public init(bigEndianBytes bytes: some Collection<UInt8>) {
        let copy = Array(bytes)
        self = .make { number in
            copy.withUnsafeBytes { __gmpz_import(number, $0.count, 1, 1, 1, 0, $0.baseAddress) }
        }
    }

    /// The non-negative number whose 64-bit limbs these are, least significant first, each little-endian.
    ///
    /// - Precondition: A whole number of limbs. No alignment is asked.
    public init(littleEndianLimbs bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count.isMultiple(of: 8), "a limb has 8 bytes")
        self = .make { __gmpz_import($0, bytes.count / 8, -1, 8, -1, 0, bytes.baseAddress) }
    }
}

/// The value of an ASCII digit or letter, `Int.max` for other bytes.
private func digitValue(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 10
    default: .max
    }
}
