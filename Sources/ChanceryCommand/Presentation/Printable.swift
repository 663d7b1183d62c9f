/// Text from outside made fit for a terminal: control characters, which could move the cursor or change what was
/// printed before, are shown as escapes.
enum Printable {
    /// One line: newlines are escaped too.
    static func line(_ text: some StringProtocol) -> String {
        escaped(text) { _ in false }
    }

    /// Keeps newlines and tabs.
    static func lines(_ text: some StringProtocol) -> String {
        escaped(text) { $0 == "\n" || $0 == "\t" }
    }

    private static func escaped(_ text: some StringProtocol, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: { isDangerous($0) && !isKept($0) }) else { return String(text) }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isDangerous(scalar), !isKept(scalar) {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Controls (Cc), and the format characters (Cf) among which are those that turn the direction of writing.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
