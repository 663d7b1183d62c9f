import ArgumentParser
import Foundation
import Gateway
import KeyVault
import SharingModel

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a department's node: it follows the order, executes, cosigns, and serves the ledger.",
        discussion: """
            With --ordering embedded it serves the one operator's ledger as it is. With --ordering etcd://… it keeps \
            a copy of its own, executes every batch that etcd orders, and cosigns the block; a block is final when a \
            quorum of the departments has. Prints the address it listens on.

            It listens with TLS, unless it listens on loopback or is told --tls off: then each side shows a \
            certificate that its party's signing key vouches for, and shards are given to those who may have them. \
            Over plain HTTP nobody is given a shard.

            Settings are read from node.yaml in the home (listen, tls, public, advertise, ordering, keep-batches, \
            etcd-ca, etcd-certificate, etcd-key, etcd-user, etcd-password-file, scrub), then from CHANCERY_LISTEN and \
            so on, then from these options. scrub says how often it reads its own files again: 24h unless it says \
            otherwise, or off.

            EXAMPLE:
              chancery serve --home parties/site1 --ordering etcd://127.0.0.1:2379
            """)

    @OptionGroup var options: SessionOptions

    @Option(help: ArgumentHelp("Who orders: embedded, or etcd://host:port,….", valueName: "what"))
    var ordering: String?

    @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("Whether to listen with TLS: on or off.", valueName: "on|off"))
    var tls: String?

    @Option(
        help: ArgumentHelp("Where to give what everybody may read, over plain HTTP.", valueName: "host:port"))
    var `public`: String?

    @Option(help: ArgumentHelp("The address that the other nodes are told, as URL.", valueName: "url"))
    var advertise: String?

    @Option(
        name: .customLong("accept-etcd"),
        help: ArgumentHelp(
            "Go on with this etcd cluster in the place of one that is lost, or that has lost what it had.",
            valueName: "number"))
    var acceptedEtcd: String?

    func run() async throws {
        let network = try Network.required()
        let home = try HomeLocation(directory: options.home.directory).home(of: options.party.party)
        var given: [NodeConfiguration.Setting: String] = [:]
        given[.ordering] = ordering
        given[.listen] = listen
        given[.tls] = tls
        given[.publicListen] = `public`
        given[.advertise] = advertise
        let configuration = try NodeConfiguration(
            home: home.directory, environment: ProcessInfo.processInfo.environment, given: given)
        try await network.serve(
            ServeRequest(
                home: home, section: options.section.section, configuration: configuration, acceptedEtcd: acceptedEtcd,
                passphrase: Passphrases.source.passphrase(for: home.party.name)))
    }
}
