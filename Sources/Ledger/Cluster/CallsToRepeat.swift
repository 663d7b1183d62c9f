/// When something is to be done again: after 1, 2, 4 … seconds, as long as ``DepartmentNode/tick()`` is called twenty times
/// a second.
struct CallsToRepeat {
    private var waited = 0
    private var pause = 20
    private let longest: Int

    /// - Parameter longest: The longest pause, in seconds.
    init(longest: Int = 60) { self.longest = 20 * longest }

    /// - Returns: Whether it is due with this call.
    mutating func isDue() -> Bool {
        waited += 1
        guard waited >= pause else { return false }
        (waited, pause) = (0, min(2 * pause, longest))
        return true
    }
}
