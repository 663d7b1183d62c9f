import ArgumentParser
import Gateway
import SharingModel

/// A moment as people write one: `2027-06-30T12:00:00Z`, `2027-06-30` (its beginning), or from now on `90d`, `36h`.
struct TimeArgument: ExpressibleByArgument {
    private enum Meaning {
        case moment(Timestamp)
        case fromNow(seconds: Int64)
    }

    private let meaning: Meaning

    init?(argument: String) {
        if let moment = Timestamp(argument) ?? Timestamp(argument + "T00:00:00Z") {
            meaning = .moment(moment)
            return
        }
        guard let unit = argument.last, let seconds = TimeArgument.units[unit], let count = Int64(argument.dropLast()),
            (1...100_000).contains(count)
        else { return nil }
        meaning = .fromNow(seconds: count * seconds)
    }

    func moment(now: Timestamp) -> Timestamp {
        switch meaning {
        case .moment(let moment): moment
        case .fromNow(let seconds): now.adding(seconds: seconds)
        }
    }

    /// As the token's end: what is counted from now on is counted when the request is signed.
    var end: TokenWish.End {
        switch meaning {
        case .moment(let moment): .at(moment)
        case .fromNow(let seconds): .after(seconds: seconds)
        }
    }

    private static let units: [Character: Int64] = ["d": 86_400, "h": 3_600]
}

/// Names separated by commas: `site1,site2`.
struct NameList<Kind>: ExpressibleByArgument {
    let names: [Name<Kind>]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        names = parts.compactMap { Name($0) }
        guard !parts.isEmpty, names.count == parts.count, Set(names).count == names.count else { return nil }
    }
}
