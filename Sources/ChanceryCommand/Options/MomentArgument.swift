import ArgumentParser
import SharingModel

/// A moment that may be past: `2026-11-20T14:05:00Z`, or `2026-11-20` for its beginning.
struct MomentArgument: ExpressibleByArgument {
    let moment: Timestamp

    init?(argument: String) {
        guard let moment = Timestamp(argument) ?? Timestamp(argument + "T00:00:00Z") else { return nil }
        self.moment = moment
    }
}
