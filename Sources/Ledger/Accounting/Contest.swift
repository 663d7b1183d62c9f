import Contracts
import SharingModel

/// The idle departments race to sort the last ten incidents; the first right answer in the order takes the right.
/// Busy ones wait, each longer than the one before it, and then stand in: else a ledger whose idle departments are
/// all gone would stop, though a quorum is there.
enum Contest {
    static func standings(
        of departments: [PartyName], at height: Int, _ contest: ContestRecord
    ) -> [DepartmentStanding] {
        let busy = departments.filter { contest.status(of: $0) == .busy }
        // Where nobody is idle the first of the busy need not wait for anybody.
        let first = busy.count == departments.count ? 0 : 1
        return departments.map { department in
            guard let index = busy.firstIndex(of: department) else {
                return DepartmentStanding(department: department, place: 0, isStandIn: false)
            }
            let place = first + Turns.distance(of: index, at: height, count: busy.count)
            return DepartmentStanding(department: department, place: place, isStandIn: true)
        }
    }
}
