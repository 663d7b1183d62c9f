import SharingModel

/// The turn goes round by height, in the order of names; each holds the right when those before it let it pass.
enum Turns {
    static func standings(of departments: [PartyName], at height: Int) -> [DepartmentStanding] {
        departments.indices.map { index in
            DepartmentStanding(
                department: departments[index], place: distance(of: index, at: height, count: departments.count),
                isStandIn: false)
        }
    }

    /// How many come before the department at `index`.
    static func distance(of index: Int, at height: Int, count: Int) -> Int {
        (index - height % count + count) % count
    }
}
