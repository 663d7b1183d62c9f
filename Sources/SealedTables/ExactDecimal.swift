/// A decimal number held exactly: `coefficient` · 10^−`scale`. No value passes through binary floating point.
///
/// At most 36 significant digits and 30 decimals, so that differences and scalings of bounds stay inside `Int128`.
package struct ExactDecimal: Hashable, Sendable {
    /// Without trailing zeros while `scale` is above 0; |coefficient| < 10^36.
    package let coefficient: Int128
    /// Digits behind the decimal point that are needed to write the number, 0 to 30.
    package let scale: Int

    package static let mostDigits = 36
    package static let mostDecimals = 30

    package static let zero = ExactDecimal(coefficient: 0, scale: 0)

    private init(coefficient: Int128, scale: Int) {
        self.coefficient = coefficient
        self.scale = scale
    }

    /// The number times 10^`decimals`.
    /// - Returns: `nil` if digits would be lost, or if the product has more than 36 digits.
    package func scaled(to decimals: Int) -> Int128? {
        guard (scale...ExactDecimal.mostDecimals).contains(decimals) else { return nil }
        let (product, overflow) = coefficient.multipliedReportingOverflow(by: powersOfTen[decimals - scale])
        return overflow || product.magnitude >= digitLimit ? nil : product
    }
}

extension ExactDecimal {
    /// Why a text is no ``ExactDecimal``.
    package enum Problem: Error, Hashable, Sendable {
        /// Not of the form `[+-]digits[.digits][e[+-]digits]`; spaces and thousands separators count as this.
        case notANumber
        /// `NaN` and the infinities.
        case notFinite
        /// Over 36 digits before the decimal point and behind it together, or an exponent that leads there.
        case tooManyDigits
    }

    /// Reads a plain decimal or one with a decimal exponent (`12`, `-3.50`, `.5`, `1.5e3`), exactly.
    package init(parsing bytes: some Collection<UInt8>) throws(Problem) {
        var scanner = DecimalScanner()
        for byte in bytes {
            guard scanner.accept(byte) else {
                throw ExactDecimal.isNotFinite(bytes) ? .notFinite : .notANumber
            }
        }
        self = try scanner.finish()
    }

    /// As ``init(parsing:)`` for text.
    package init?(_ text: String) {
        guard let value = try? ExactDecimal(parsing: text.utf8) else { return nil }
        self = value
    }

    fileprivate init(digits: Int128, negative: Bool, exponent: Int) throws(Problem) {
        guard digits != 0 else {
            self = .zero
            return
        }
        let signed = negative ? -digits : digits
        if exponent < 0 {
            guard -exponent <= ExactDecimal.mostDecimals else { throw .tooManyDigits }
            self.init(coefficient: signed, scale: -exponent)
        } else {
            guard exponent <= ExactDecimal.mostDigits else { throw .tooManyDigits }
            let (product, overflow) = signed.multipliedReportingOverflow(by: powersOfTen[exponent])
            guard !overflow, product.magnitude < digitLimit else { throw .tooManyDigits }
            self.init(coefficient: product, scale: 0)
        }
    }

    private static func isNotFinite(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= 9 else { return false }
        let word = String(decoding: bytes, as: UTF8.self).lowercased().drop { $0 == "+" || $0 == "-" }
        return ["nan", "inf", "infinity"].contains(word)
    }
}

/// One pass over the bytes of a number. Zeros are counted and only written once a digit follows them, so that
/// `1.50000` needs one decimal and no zero costs a digit of the limit.
private struct DecimalScanner {
    private enum Part {
        case start, whole, fraction, exponentStart, exponent
    }

    private var part = Part.start
    private var negative = false
    private var sawDigit = false
    private var digits: Int128 = 0
    private var digitCount = 0
    private var pendingZeros = 0
    private var decimals = 0
    private var exponent = 0
    private var exponentNegative = false
    private var sawExponentDigit = false
    private var overflowed = false

    mutating func accept(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39: acceptDigit(Int(byte &- 0x30))
        case 0x2E where part == .start || part == .whole: part = .fraction
        case 0x2B, 0x2D:
            switch part {
            case .start:
                negative = byte == 0x2D
                part = .whole
            case .exponentStart:
                exponentNegative = byte == 0x2D
                part = .exponent
            default: return false
            }
        case 0x45 where mayHaveExponent, 0x65 where mayHaveExponent: part = .exponentStart
        default: return false
        }
        return true
    }

    private var mayHaveExponent: Bool { sawDigit && (part == .whole || part == .fraction) }

    private mutating func acceptDigit(_ digit: Int) {
        switch part {
        case .start, .whole:
            part = .whole
            push(digit)
        case .fraction:
            decimals += 1
            push(digit)
        case .exponentStart, .exponent:
            part = .exponent
            sawExponentDigit = true
            // Past any exponent that could be in range the exact size no longer matters.
            exponent = min(exponent * 10 + digit, 1_000_000)
        }
    }

    private mutating func push(_ digit: Int) {
        sawDigit = true
        guard digit != 0 else {
            if digitCount > 0 { pendingZeros += 1 }
            return
        }
        digitCount += digitCount == 0 ? 1 : pendingZeros + 1
        guard digitCount <= ExactDecimal.mostDigits else {
            overflowed = true
            return
        }
        digits = digits * powersOfTen[pendingZeros + 1] + Int128(digit)
        pendingZeros = 0
    }

    func finish() throws(ExactDecimal.Problem) -> ExactDecimal {
        let complete = part == .whole || part == .fraction || (part == .exponent && sawExponentDigit)
        guard complete, sawDigit else { throw .notANumber }
        guard !overflowed else { throw .tooManyDigits }
        return try ExactDecimal(
            digits: digits, negative: negative,
            exponent: pendingZeros - decimals + (exponentNegative ? -exponent : exponent))
    }
}

extension ExactDecimal: Comparable {
    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        // Whole parts first; fractions are then compared at one scale, each below 10^30.
        let (leftWhole, rightWhole) = (left.floor, right.floor)
        guard leftWhole == rightWhole else { return leftWhole < rightWhole }
        return left.fraction < right.fraction
    }

    private var floor: Int128 {
        let divisor = powersOfTen[scale]
        let quotient = coefficient / divisor
        return coefficient < 0 && quotient * divisor != coefficient ? quotient - 1 : quotient
    }

    private var fraction: Int128 {
        (coefficient - floor * powersOfTen[scale]) * powersOfTen[ExactDecimal.mostDecimals - scale]
    }
}

extension ExactDecimal: CustomStringConvertible {
    /// Plain decimal notation without exponent, sign only when negative, no trailing zeros behind the point: one
    /// text for each value.
    package var description: String {
        let digits = String(coefficient.magnitude)
        let sign = coefficient < 0 ? "-" : ""
        guard scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }
}

private let digitLimit = UInt128(powersOfTen[ExactDecimal.mostDigits])

/// 10^0 to 10^37; the last is the largest that a pending digit can ask for.
private let powersOfTen: [Int128] = (0...37).map { (0..<$0).reduce(Int128(1)) { power, _ in power * 10 } }
