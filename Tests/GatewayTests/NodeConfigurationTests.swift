import Foundation
import Gateway
import TestSupport
import Testing

/// `node.yaml`, under the environment, under the options.
@Suite("The settings of a node")
struct NodeConfigurationTests {
    private func configuration(
        _ file: String, environment: [String: String] = [:], given: [NodeConfiguration.Setting: String] = [:]
    ) throws -> NodeConfiguration {
        let folder = TestFolder()
        try Data(file.utf8).write(to: folder.url("node.yaml"))
        return try NodeConfiguration(home: folder.directory, environment: environment, given: given)
    }

    private static let file = """
        listen: 192.0.2.1:7051
        ordering: etcd://192.0.2.9:2379
        scrub: 30m
        public: 192.0.2.1:7080
        """

    @Test("An option comes before the environment, and the environment before the file")
    func precedence() throws {
        let fromFile = try configuration(Self.file)
        #expect(fromFile.listen.text(port: fromFile.listen.port) == "192.0.2.1:7051" && fromFile.usesTLS)
        #expect(fromFile.scrub == .seconds(1_800) && fromFile.ordering == .etcd("etcd://192.0.2.9:2379"))
        #expect(fromFile.publicListen?.port == 7_080)
        let environment = [
            "CHANCERY_LISTEN": "127.0.0.1:1", "CHANCERY_SCRUB": "7s", "CHANCERY_ORDERING": "etcd://192.0.2.8:1",
            "CHANCERY_PUBLIC": "127.0.0.1:2", "CHANCERY_TLS": "",
        ]
        let fromEnvironment = try configuration(Self.file, environment: environment)
        #expect(fromEnvironment.listen.port == 1 && !fromEnvironment.usesTLS && fromEnvironment.scrub == .seconds(7))
        #expect(fromEnvironment.ordering == .etcd("etcd://192.0.2.8:1") && fromEnvironment.publicListen?.port == 2)
        let given = try configuration(Self.file, environment: environment, given: [.listen: "127.0.0.1:3"])
        #expect(given.listen.port == 3 && given.scrub == .seconds(7))
    }

    @Test("Without a word its own files are checked every day where departments order together, and not otherwise")
    func scrubbing() throws {
        let cluster = "ordering: etcd://192.0.2.9:2379\n"
        #expect(try configuration(cluster).scrub == .seconds(86_400))
        #expect(try configuration(cluster + "scrub: off\n").scrub == nil)
        #expect(try configuration("").scrub == nil && configuration("scrub: off\n").scrub == nil)
        for (file, environment) in [("scrub: 1s\n", [:]), ("", ["CHANCERY_SCRUB": "1s"])] {
            let error = #expect(throws: GatewayError.self) { try configuration(file, environment: environment) }
            #expect("\(try #require(error))".contains("ledger fsck"), "it is said, not passed over")
        }
    }

    @Test(
        "What is no setting is named",
        arguments: [
            ("scrub: never\n", "scrub"), ("scrub: 0s\n", "scrub"), ("scrub: 5d\n", "scrub"), ("scrub: [1s]\n", "scrub"),
            ("listen: 7051\n", "listen"), ("listen: host:70510\n", "listen"), ("tls: maybe\n", "tls"),
            ("ordering: raft\n", "ordering"), ("lisen: 127.0.0.1:1\n", "lisen"), ("- listen\n", "node.yaml"),
        ])
    func refused(file: String, name: String) throws {
        let error = #expect(throws: GatewayError.self) { try configuration(file) }
        #expect("\(try #require(error))".contains(name))
    }
}
