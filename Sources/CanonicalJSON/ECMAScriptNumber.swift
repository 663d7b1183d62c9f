/// The text that ECMAScript's `Number::toString` gives (ECMA-262, section 6.1.6.1.20; RFC 8785, section 3.2.2.3).
///
/// Both it and Swift's `description` take the fewest digits that read back as the same double, and of those the
/// nearest to it; they differ in where the point and the exponent go, which is done here.
/// - Precondition: `number` is finite.
func ecmaScriptText(of number: Double) -> String {
    precondition(number.isFinite)
    if number == 0 { return "0" }
    let (digits, pointPosition) = shortestDigits(of: number.magnitude)
    return (number < 0 ? "-" : "") + text(of: digits, pointPosition: pointPosition)
}

/// Digits d₁d₂…d_k without zeros at either end, and n, so that the value is 0.d₁d₂…d_k · 10ⁿ.
private func shortestDigits(of magnitude: Double) -> (digits: [UInt8], pointPosition: Int) {
    let parts = magnitude.description.utf8.split(separator: UInt8(ascii: "e"))
    let exponent = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
    let halves = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let whole = Array(halves[0])
    let fraction = halves.count > 1 ? Array(halves[1]) : []
    let zero = UInt8(ascii: "0")
    let all = whole + fraction
    let leadingZeros = all.prefix { $0 == zero }.count
    var digits = Array(all.dropFirst(leadingZeros))
    while digits.last == zero { digits.removeLast() }
    return (digits, whole.count - leadingZeros + exponent)
}

private func text(of digits: [UInt8], pointPosition n: Int) -> String {
    func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
    func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    let k = digits.count
    switch n {
    case k...21 where k <= 21: return string(digits) + zeros(n - k)
    case 1...21: return string(digits.prefix(n)) + "." + string(digits.dropFirst(n))
    case -5...0: return "0." + zeros(-n) + string(digits)
    default:
        let mantissa = k == 1 ? string(digits) : string(digits.prefix(1)) + "." + string(digits.dropFirst())
        return mantissa + "e" + (n > 0 ? "+" : "-") + String(abs(n - 1))
    }
}
