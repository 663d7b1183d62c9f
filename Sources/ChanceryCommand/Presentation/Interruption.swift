import Dispatch
import Foundation
import Synchronization

/// Ends the process cleanly on Ctrl-C (status 130), SIGTERM (143) and a closed terminal (129).
///
/// Nothing has to be undone on disk: whatever is half-written has no name yet. What is put right is the terminal: the
/// progress line goes, and a passphrase prompt's echo comes back.
package enum Interruption {
    /// Call once, before anything else.
    static func handle() {
        var settings = termios()
        let restored: termios? = tcgetattr(STDIN_FILENO, &settings) == 0 ? settings : nil
        let queue = DispatchQueue(label: "chancery.signals")
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // `nohup` and background jobs of a shell without job control start with the signal ignored: so it stays.
            guard !isIgnored(number) else { continue }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { end(on: number, restoring: restored) }
            source.resume()
            let held = Source(number: number, source: source)
            sources.withLock { $0.append(held) }
        }
    }

    /// Leaves the signals to others: a service that ends in order when it is told to.
    package static func stop() {
        for held in sources.withLock({ $0 }) { held.source.cancel() }
    }

    /// Makes the signals what they were before ``handle()``.
    static func undo() {
        stop()
        for number in sources.withLock({ $0.map(\.number) }) { signal(number, SIG_DFL) }
    }

    /// Held as long as the process lives.
    private static let sources = Mutex<[Source]>([])

    /// Unchecked: a dispatch source may be cancelled from any thread, and nothing else is done with it.
    private struct Source: @unchecked Sendable {
        let number: Int32
        let source: any DispatchSourceSignal
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if canImport(Darwin)
            return action.__sigaction_u.__sa_handler.map { unsafeBitCast($0, to: Int.self) } == 1
        #else
            return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) } == 1
        #endif
    }

    private static func end(on number: Int32, restoring settings: termios?) {
        if var settings { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
        ActiveLine.clear()
        // Not `exit`: other threads are still at work, and must not see globals go.
        _exit(128 + number)
    }
}
