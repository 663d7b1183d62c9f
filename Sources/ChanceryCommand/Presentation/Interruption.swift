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
            source.setEventHandler { take(number, restoring: restored) }
            source.resume()
            let held = Source(number: number, source: source)
            state.withLock { $0.sources.append(held) }
        }
    }

    /// Leaves the signals to `service`, which ends in order when SIGINT or SIGTERM tells it to, and outlives its
    /// terminal. If it fails instead, what its process does afterwards ends by them as everything does.
    package static func leavingSignals(to service: () async throws -> Void) async throws {
        state.withLock { $0.isLeft = true }
        do {
            try await service()
        } catch {
            state.withLock { $0.isLeft = false }
            throw error
        }
        // A signal has ended it. The same signal may be heard here only now, and must not end otherwise what has ended in
        // order.
    }

    /// Ends the process if it was told to while a service handled the signals: for who goes on after that with
    /// something else.
    package static func endIfTold() {
        if let told = state.withLock({ $0.told }) { end(on: told, restoring: nil) }
    }

    /// Makes the signals what they were before ``handle()``.
    static func undo() {
        for held in state.withLock({ $0.sources }) {
            held.source.cancel()
            signal(held.number, SIG_DFL)
        }
    }

    private static func take(_ number: Int32, restoring settings: termios?) {
        let isLeft = state.withLock { state in
            if state.isLeft, number != SIGHUP { state.told = number }
            return state.isLeft
        }
        if !isLeft { end(on: number, restoring: settings) }
    }

    private struct State {
        /// Held as long as the process lives.
        var sources: [Source] = []
        /// Whether a service handles the signals.
        var isLeft = false
        /// What it was told.
        var told: Int32?
    }

    private static let state = Mutex(State())

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
