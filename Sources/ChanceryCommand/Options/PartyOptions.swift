import ArgumentParser
import SharingModel

/// `--as PARTY`: who acts.
struct PartyOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The party that acts. A home of one party needs no --as.", valueName: "party"))
    var party: PartyName?
}
