/// When something is to be done again: after 1, 2, 4 … seconds, as long as ``DepartmentNode/tick()`` is called twenty times
/// a second.
struct CallsToRepeat {
    private static let shortest = 20

    private var waited = 0
    private var pause = shortest
    private let longest: Int

    /// - Parameter longest: The longest pause, in seconds.
    init(longest: Int) { self.longest = CallsToRepeat.shortest * longest }

    /// - Returns: Whether it is due with this call.
    mutating func isDue() -> Bool {
        waited += 1
        guard waited >= pause else { return false }
        (waited, pause) = (0, min(2 * pause, longest))
        return true
    }

    /// Begins with the shortest pause again.
    mutating func reset() { (waited, pause) = (0, CallsToRepeat.shortest) }
}
