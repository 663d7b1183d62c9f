import Foundation

/// A core dump would write keys and passphrases to disk.
enum CoreDumps {
    /// For this process and what it starts. Where the system says no, the command goes on: dumps are off by default.
    static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(UInt32(RLIMIT_CORE.rawValue)), &none)
    }
}
