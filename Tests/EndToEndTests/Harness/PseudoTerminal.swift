import Foundation
import Synchronization
import Testing

/// A terminal without a screen: what a command draws on it is collected.
final class PseudoTerminal: Sendable {
    private let master: Int32
    /// The end that a command gets as a standard stream.
    private let slave: Int32
    private let drawn = Mutex(Data())

    init() throws {
        var ends: (master: Int32, slave: Int32) = (-1, -1)
        try #require(openpty(&ends.master, &ends.slave, nil, nil, nil) == 0)
        (master, slave) = ends
    }

    deinit {
        close(master)
        close(slave)
    }

    /// To be given to a process; the terminal has to outlive it.
    var stream: FileHandle { FileHandle(fileDescriptor: slave, closeOnDealloc: false) }

    /// Everything drawn so far, once it holds `text`; or at the latest after `seconds`.
    func read(until text: String, within seconds: Double = 60) -> String {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline, !soFar.contains(text) { collect(milliseconds: 100) }
        return soFar
    }

    /// Everything drawn, after the command has ended.
    func readRest() -> String {
        while collect(milliseconds: 0) {}
        return soFar
    }

    private var soFar: String { drawn.withLock { String(decoding: $0, as: UTF8.self) } }

    @discardableResult
    private func collect(milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, milliseconds) == 1, descriptor.revents & Int16(POLLIN) != 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Foundation.read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        drawn.withLock { $0.append(contentsOf: buffer[..<count]) }
        return true
    }
}
