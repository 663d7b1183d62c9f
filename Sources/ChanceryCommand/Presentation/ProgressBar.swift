import Foundation
import Synchronization

/// Progress of work that may take long, drawn on standard error.
///
/// ```
/// sealing  [=========>          ]  12,345 rows/s  42 s left
/// ```
/// It shows only at a terminal, and only once the work has taken a second, so quick work prints nothing. To a pipe it
/// prints nothing at all. Any thread may call ``update(_:)``, as often as it likes.
final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        var drawnAt: ContinuousClock.Instant?
        var isFinished = false
    }

    private let label: String
    private let unit: String?
    private let total: Int?
    private let terminal: Terminal
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    private static let delay = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - unit: what is counted, in the plural, such as `rows`; `bytes` is shown in powers of 1024. `nil` where a
    ///     rate would say nothing.
    ///   - total: `nil` where nobody knows how much there is.
    init(_ label: String, unit: String?, total: Int?, terminal: Terminal = .standardError) {
        (self.label, self.unit, self.total, self.terminal) = (label, unit, total, terminal)
        start = clock.now
    }

    /// Says how much is done in all. It never goes back: of what several threads report, the most counts.
    func update(_ done: Int) {
        advance { max($0, done) }
    }

    /// Says that so much more is done.
    func add(_ more: Int) {
        advance { $0 + more }
    }

    /// Takes the bar away. Later updates draw nothing.
    func finish() {
        state.withLock { $0.isFinished = true }
        ActiveLine.clear()
    }

    /// How long the work has taken so far.
    var elapsed: Duration { start.duration(to: clock.now) }

    private func advance(_ change: (Int) -> Int) {
        let now = clock.now
        state.withLock { state in
            state.done = change(state.done)
            guard terminal.redrawsLines, !state.isFinished, start.duration(to: now) >= ProgressBar.delay else { return }
            if let last = state.drawnAt, last.duration(to: now) < ProgressBar.interval { return }
            state.drawnAt = now
            ActiveLine.draw(line(done: state.done, elapsed: start.duration(to: now)))
        }
    }
}

extension ProgressBar {
    private func line(done: Int, elapsed: Duration) -> String {
        let seconds = elapsed / .seconds(1)
        let rate = Double(done) / seconds
        var figures: [String] = []
        if let unit { figures.append(unit == "bytes" ? Quantity.bytes(Int(rate)) + "/s" : "\(shown(rate)) \(unit)/s") }
        if let total, done > 0 {
            figures.append(Quantity.wholeSeconds(Int((Double(total - min(done, total)) / rate).rounded(.up))) + " left")
        } else {
            figures.append(Quantity.wholeSeconds(Int(seconds)))
        }
        let text = figures.joined(separator: "  ")
        // One column stays free: some terminals wrap as soon as the last is written.
        let room = terminal.width - 1 - label.count - text.count - 6
        guard let total, room >= 10 else { return String("\(label)  \(text)".prefix(max(1, terminal.width - 1))) }
        return "\(label)  [\(bar(done, of: total, width: min(room, 30)))]  \(text)"
    }

    private func bar(_ done: Int, of total: Int, width: Int) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(share * Double(width))
        let head = filled < width ? ">" : ""
        return String(repeating: "=", count: filled) + head
            + String(repeating: " ", count: width - filled - head.count)
    }

    /// Below ten a second a whole number would say too little.
    private func shown(_ rate: Double) -> String {
        rate < 10 ? String(format: "%.1f", rate) : Quantity.count(Int(rate))
    }
}
