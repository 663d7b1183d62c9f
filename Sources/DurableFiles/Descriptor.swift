import Foundation

/// An open file descriptor, closed when the value ends, and never inherited by another program.
struct Descriptor: ~Copyable {
    let number: Int32
    let path: String

    init(_ path: String, _ flags: Int32, permissions: mode_t = 0) throws(FileFailure) {
        var number: Int32
        repeat { number = open(path, flags | O_CLOEXEC, permissions) } while number < 0 && errno == EINTR
        guard number >= 0 else { throw .last(.open, path) }
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    func status() throws(FileFailure) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last(.inspect, path) }
        return status
    }

    func synchronize() throws(FileFailure) {
        guard fsync(number) == 0 else { throw .last(.synchronize, path) }
    }

    func lock() throws(FileFailure) {
        while flock(number, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .last(.lock, path) }
        }
    }

    /// - Returns: whether the lock was free.
    func tryLock() -> Bool {
        flock(number, LOCK_EX | LOCK_NB) == 0
    }

    func write(_ data: Data) throws(FileFailure) {
        try data.withUnsafeBytes { buffer in
            Result { () throws(FileFailure) in try write(buffer) }
        }.get()
    }

    private func write(_ buffer: UnsafeRawBufferPointer) throws(FileFailure) {
        var written = 0
        while written < buffer.count {
            let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
            let count = Foundation.write(number, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(.write, path) }
            written += count
        }
    }
}
