import Foundation

/// What is known of one standard stream: whether a person looks at it, how wide it is, and whether it has colour.
struct Terminal: Sendable {
    enum Colour: Int {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
    }

    let isTerminal: Bool
    /// In columns; `COLUMNS` overrides what the terminal says.
    let width: Int
    let hasColour: Bool

    static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
    static let standardError = Terminal(descriptor: STDERR_FILENO)

    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        isTerminal = isatty(descriptor) == 1
        width = environment["COLUMNS"].flatMap { Int($0) } ?? Terminal.reportedWidth(descriptor) ?? 80
        // https://no-color.org: present and not empty, whatever its value.
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isDumb = (environment["TERM"] ?? "dumb") == "dumb"
        hasColour = isTerminal && !isRefused && !isDumb
    }

    /// Whether a line can be drawn over.
    var redrawsLines: Bool {
        isTerminal && (ProcessInfo.processInfo.environment["TERM"] ?? "dumb") != "dumb"
    }

    /// `text` in `colour` where the terminal has colour, else as it is.
    func painted(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    private static func reportedWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
