import ArgumentParser
import Contracts
import Gateway
import Paillier
import SharingModel

/// `--threshold` and `--holders` of the commands that make shares.
struct HoldersOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many holders open together, each like the others.", valueName: "n"))
    var threshold: Int?

    @Option(
        help: ArgumentHelp(
            "Who holds the shares: names, or gates with their own thresholds in place of --threshold.",
            valueName: HoldersArgument.words))
    var holders: HoldersArgument?

    func validate() throws {
        guard threshold == nil || holders?.gate == nil else {
            throw ValidationError("the gates of --holders have thresholds of their own: leave out --threshold")
        }
        guard holders == nil || holders?.gate != nil || threshold != nil else {
            throw ValidationError("--holders needs --threshold, or gates such as '2 of ministry, (1 of audit, site3)'")
        }
        if let threshold, let parties = holders?.parties { try PoolDocument.check(threshold, of: parties.count) }
        if let gate = holders?.gate, (try? gate.structure()) == nil {
            throw ValidationError(
                "--holders: a gate has 1 to \(AccessStructure.widestGate) nodes and a threshold within; at most "
                    + "\(AccessStructure.deepestGate) gates stand in one another, over \(AccessStructure.mostHolders) holders"
            )
        }
        // The members', where nobody is named: one alone would hold the key.
        let structure = holders?.gate.flatMap { try? $0.structure() }
        guard threshold != 1, structure?.oneSuffices != true else {
            throw ValidationError(
                "\(threshold == nil ? "--holders" : "--threshold"): one holder alone would open; let two be needed at the "
                    + "least")
        }
    }

    /// - Parameter members: Who holds them where nobody is named.
    /// - Returns: `nil` where no shares are asked for.
    func shared(among members: [PartyName]) throws -> CreatePoolKey.Holders? {
        if let gate = holders?.gate { return CreatePoolKey.Holders(gate.parties, structure: try gate.structure()) }
        let parties = holders?.parties ?? members
        return try threshold.map {
            CreatePoolKey.Holders(parties, structure: try AccessStructure(threshold: $0, of: parties.count))
        }
    }
}
