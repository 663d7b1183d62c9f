/// How long a test waits for what another process does: so many seconds, and no fewer than two looks for each of them.
///
/// On a small machine, tests that compute keep this process's few threads busy for a minute now and then. Who got no turn
/// in that time has not waited.
struct Patience {
    private let deadline: ContinuousClock.Instant
    private var looksLeft: Int

    init(seconds: Int) {
        deadline = .now.advanced(by: .seconds(seconds))
        looksLeft = 2 * seconds
    }

    /// Whether it is worth another look; called before each.
    mutating func allowsAnotherLook() -> Bool {
        looksLeft -= 1
        return looksLeft >= 0 || ContinuousClock.now < deadline
    }
}
