import ArgumentParser
import SharingModel

extension Name: ExpressibleByArgument {
    /// Names are checked while the arguments are parsed, so that a malformed one is a usage error.
    public init?(argument: String) {
        self.init(argument)
    }
}
