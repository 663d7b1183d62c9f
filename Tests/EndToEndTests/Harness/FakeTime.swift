import TestSupport

/// Debian's libfaketime, by which a process has a clock that is off; `Scripts/faketime` finds or installs it.
enum FakeTime {
    private static let library = Peer("CHANCERY_FAKETIME", "clock that is off")

    static func isThere() throws -> Bool { try library.isThere() }

    /// For a process whose clock is so many seconds ahead.
    static func environment(ahead seconds: Int) -> [String: String] {
        [
            "LD_PRELOAD": library.path ?? "", "FAKETIME": seconds < 0 ? "\(seconds)s" : "+\(seconds)s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1",
        ]
    }
}
