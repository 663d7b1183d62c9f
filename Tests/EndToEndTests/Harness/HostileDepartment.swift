import AsyncHTTPClient
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import LedgerEtcd
import LedgerHTTP
import NIOCore
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// A department that means harm: it has its real keys and accounts, speaks to the others' nodes and to etcd as its own
/// node would, and runs none.
struct HostileDepartment {
    let cluster: RunningCluster
    let party: PartyName
    let ledger: LedgerIdentity
    /// Shows its certificate, where the cluster speaks TLS.
    let nodes: HTTPClient
    let etcd: EtcdWriter
    private let signing: SigningKey
    private let cosigning: CosigningKey

    /// Kills the department's node, and runs `body` with its keys.
    static func run(
        _ name: String, in cluster: RunningCluster, _ body: (HostileDepartment) async throws -> Void
    ) async throws {
        try await cluster.kill(name)
        guard case .consortium(let local) = try HomeLocation(directory: URL(filePath: cluster.consortium.home)) else {
            throw GatewayError.notAHome(path: cluster.consortium.home)
        }
        let home = try local.home(of: #require(PartyName(name)))
        let vault = try cluster.consortium.vault(of: name)
        let signing = try vault.load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        let identity = TransportIdentity(party: home.party.name, consortium: home.consortium.digest, key: signing)
        let nodes = try PartyTransport(identity, trust: home.consortium.trust(), now: .now())
            .client(connect: .seconds(2), read: .seconds(10))
        let etcd = try EtcdWriter(name, in: cluster)
        let key = Cosigner.keyName(of: home.party.name, home.consortium.digest)
        let department = HostileDepartment(
            cluster: cluster, party: home.party.name,
            ledger: LedgerIdentity(consortium: home.consortium.digest, section: try #require(home.party.section)),
            nodes: nodes, etcd: etcd, signing: signing,
            cosigning: try vault.load("cosigning").withUnsafeBytes { try CosigningKey(name: key, secret: $0) })
        do {
            try await body(department)
        } catch {
            try await nodes.shutdown()
            try await etcd.http.shutdown()
            throw error
        }
        try await nodes.shutdown()
        try await etcd.http.shutdown()
    }

    // MARK: What it says to nodes

    /// This department's valid cosignature of any tree, at any time, under any height.
    func cosignature(of root: Digest, size: Int, height: Int, at time: Timestamp = .now()) throws
        -> CosignatureMessage
    {
        let line = try cosigning.cosign(Checkpoint(origin: ledger.origin, size: size, root: root), at: time)
            .noteSignature
        return CosignatureMessage(
            cosignature: PartyCosignature(party: party, signature: line.signature), height: height, root: root,
            size: size)
    }

    /// - Returns: The HTTP status.
    @discardableResult
    func send(_ message: CosignatureMessage, to department: String) async throws -> Int {
        try await post("/v1/messages", NodeMessage.cosignature(message).frame(), to: department).status
    }

    func post(_ path: String, _ body: Data, to department: String) async throws -> (status: Int, body: Data) {
        try await nodes.answer(to: cluster.address(of: department) + path, posting: body)
    }

    // MARK: What it reads

    func block(_ height: Int, of department: String) async throws -> ExportedBlock {
        let answer = try await nodes.answer(to: cluster.address(of: department) + "/v1/blocks/\(height)")
        try #require(answer.status == 200)
        return try CanonicalJSON.decode(ExportedBlock.self, from: answer.body)
    }

    func status(of department: String) async throws -> NodeStatus {
        let answer = try await nodes.answer(to: cluster.address(of: department) + "/v1/status")
        return try CanonicalJSON.decode(NodeStatus.self, from: answer.body)
    }

    func text(_ path: String, of department: String) async throws -> String {
        String(decoding: try await nodes.answer(to: cluster.address(of: department) + path).body, as: UTF8.self)
    }

    /// How often a node counts this department as having done `fault`.
    func faults(_ fault: String, at department: String) async throws -> Int {
        let line = "chancery_department_faults_total{department=\"\(party)\",fault=\"\(fault)\"} "
        let found = try await text("/metrics", of: department).split(separator: "\n").first { $0.hasPrefix(line) }
        return found.flatMap { Double($0.dropFirst(line.count)) }.map { Int($0) } ?? 0
    }

    /// What stands in the checkpoint's note of a block.
    func cosignatures(of block: ExportedBlock) throws -> [PartyCosignature] {
        try CosignedCheckpoint(parsing: Data(block.checkpoint.utf8)).signatures.map { line in
            let name = try #require(line.name.split(separator: "/").last.map(String.init))
            return PartyCosignature(party: try #require(PartyName(name)), signature: line.signature)
        }
    }

    // MARK: What it makes

    /// A batch after `head`, signed by this department.
    func batch(
        after head: ExportedBlock, parent: Digest? = nil, height: Int? = nil, previous: [PartyCosignature]? = nil,
        _ envelopes: [Envelope]
    ) throws -> Data {
        try Batch.sign(
            by: party, height: height ?? head.record.height + 1, ledger: ledger, parent: parent ?? head.root,
            previous: previous ?? cosignatures(of: head), envelopes: envelopes.map { try $0.canonicalBytes() },
            key: signing)
    }

    /// A transaction of this department: accepted, if it has not run out.
    func wake(validFor seconds: Int64 = 3_600) throws -> Envelope {
        var generator = SystemRandomNumberGenerator()
        let payload = TransactionPayload(
            header: TransactionHeader(
                by: party, ledger: ledger, nonce: .random(using: &generator),
                notAfter: Timestamp.now().adding(seconds: seconds)), body: WakeLedger())
        return try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [signing])
    }

    /// This department's word that it holds a batch, in `name` or in its own.
    func holding(_ batch: Data, height: Int, as name: String? = nil) throws -> Data {
        let held: JSONValue = [
            "batch": .string(Digest.sha256(batch).hex), "by": .string(name ?? party.text),
            "height": .integer(Int64(height)), "ledger": try CanonicalJSON.tree(of: ledger),
        ]
        return try Envelope.sign(
            payload: CanonicalJSON.serialize(held), payloadType: "application/vnd.chancery.batch-held.v1+json",
            with: [signing]
        ).canonicalBytes()
    }

    /// What stands in the order for a batch: the statements of those who hold it, sorted by department.
    func reference(_ statements: [Data]) -> Data {
        statements.reduce(into: Data("chancery-batch-reference-v1\n".utf8)) { bytes, statement in
            let length = UInt32(statement.count)
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + statement
        }
    }
}

/// A department's way into etcd: its certificate and account, where etcd asks for them, and no manners.
struct EtcdWriter {
    let http: HTTPClient
    private let member: String
    private let account: (user: String, password: String)?

    init(_ name: String, in cluster: RunningCluster) throws {
        let scheme = cluster.isSecure ? "https://" : "http://"
        let first = try #require(cluster.etcd.line.split(separator: "//").last?.split(separator: ",").first)
        member = scheme + first
        let files = cluster.etcdFolder.path("etcd/tls")
        guard cluster.isSecure else {
            (http, account) = (try EtcdCredentials().client(), nil)
            return
        }
        http = try EtcdCredentials(
            authority: "\(files)/ca.pem", certificate: "\(files)/\(name).pem", key: "\(files)/\(name).key"
        ).client()
        let password = try String(contentsOfFile: "\(files)/\(name).password", encoding: .utf8)
        account = (name, password.trimmingCharacters(in: .newlines))
    }

    /// Writes whatever bytes to a key, whatever stands there.
    /// - Returns: etcd's HTTP status.
    @discardableResult
    func put(_ key: String, _ value: Data) async throws -> Int {
        try await call(
            "/v3/kv/put",
            ["key": .string(Data(key.utf8).base64EncodedString()), "value": .string(value.base64EncodedString())])
    }

    @discardableResult
    func delete(_ key: String) async throws -> Int {
        try await call("/v3/kv/deleterange", ["key": .string(Data(key.utf8).base64EncodedString())])
    }

    /// Has etcd forget what was written over or deleted up to now: etcd asks nobody whether he may.
    /// - Parameter key: One that it may read, since etcd tells the newest revision with it.
    func compact(reading key: String) async throws {
        let answer = try await answer("/v3/kv/range", ["key": .string(Data(key.utf8).base64EncodedString())])
        let revision = try #require(try CanonicalJSON.parse(answer.body)["header"]?["revision"])
        try #require(try await call("/v3/kv/compaction", ["revision": revision]) == 200)
    }

    private func call(_ path: String, _ body: JSONValue) async throws -> Int {
        try await answer(path, body).status
    }

    private func answer(_ path: String, _ body: JSONValue) async throws -> (status: Int, body: Data) {
        var token: String?
        if let account {
            let shown: JSONValue = ["name": .string(account.user), "password": .string(account.password)]
            let answer = try await http.answer(
                to: member + "/v3/auth/authenticate", posting: CanonicalJSON.serialize(shown))
            token = try CanonicalJSON.parse(answer.body)["token"]?.stringValue
        }
        return try await http.answer(to: member + path, posting: CanonicalJSON.serialize(body), token: token)
    }
}
