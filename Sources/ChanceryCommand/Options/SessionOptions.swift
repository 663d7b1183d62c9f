import ArgumentParser
import Foundation
import Gateway
import KeyVault
import SharingModel

/// `--home DIR --as PARTY --section NAME`: who acts, on which section's ledger.
struct SessionOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions
    @OptionGroup var party: PartyOptions
    @OptionGroup var section: SectionOptions

    /// Opens the acting party's home; asks for its passphrase where the environment does not give it.
    func session() throws -> PartySession {
        let node = try RunningNode.connector()
        let home = try HomeLocation(directory: home.directory).home(of: party.party)
        return try PartySession(
            home: home, section: section.section, node: node,
            passphrase: Passphrases.source.passphrase(for: home.party.name), tellOfWaiting: { ErrorReport.warn($0) })
    }
}

/// `--home DIR --section NAME`: for what can be read as nobody in particular.
struct ReadingOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions
    @OptionGroup var party: PartyOptions
    @OptionGroup var section: SectionOptions

    func session() throws -> ReadingSession {
        let location = try HomeLocation(directory: home.directory)
        // A party's own home knows the places as well, and may be all that this person can read.
        let places = try party.party.map { try location.home(of: $0).places } ?? location.shared
        return try ReadingSession(places: places, section: section.section, node: RunningNode.connector())
    }
}

/// `CHANCERY_NODE`: the address of a department's node, where the departments order the ledger together.
enum RunningNode {
    /// - Returns: `nil` where none is named.
    static func connector() throws -> NodeConnector? {
        guard let address = ProcessInfo.processInfo.environment["CHANCERY_NODE"], !address.isEmpty else { return nil }
        let network = try Network.required()
        return { try network.connect(to: address, trust: $0, identity: $1) }
    }
}

/// `--section NAME`.
struct SectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The section, where there are several.", valueName: "name"))
    var section: SectionName?
}

/// Where passphrases come from: never from an argument.
enum Passphrases {
    static let source = PassphraseSource(warn: { ErrorReport.warn("\($0)") })
}
