/// What an arithmetic function refuses.
public enum MultiprecisionError: Error, Hashable, Sendable {
    /// A constant-time function or a Montgomery form needs an odd modulus over 1.
    case evenModulus
    /// A constant-time power needs an exponent of at least 1.
    case exponentNotPositive
}

extension MultiprecisionError: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .evenModulus: "the modulus must be odd and greater than 1"
        case .exponentNotPositive: "the exponent must be at least 1"
        }
    }
}
