import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// A department that means harm: it has its real keys, reaches the other departments' nodes and etcd, and runs no node.
struct HostileDepartment {
    let name: String
    let cluster: RunningCluster
    let ledger: LedgerIdentity
    private let party: PartyName
    private let signing: SigningKey
    private let cosigning: CosigningKey

    init(_ name: String, in cluster: RunningCluster) throws {
        let home = try PartyHome(
            directory: URL(filePath: cluster.consortium.home + "/parties/\(name)", directoryHint: .isDirectory))
        var passphrase = Array(TestConsortium.passphrase.utf8)
        let vault = try KeyVault(directory: home.vaultDirectory, passphrase: SecretBytes(wiping: &passphrase))
        (self.name, self.cluster, party) = (name, cluster, home.party.name)
        ledger = LedgerIdentity(consortium: home.consortium.digest, section: try #require(home.party.section))
        signing = try #require(try vault.signingKeys().first)
        let key = Cosigner.keyName(of: party, ledger.consortium)
        cosigning = try vault.load("cosigning").withUnsafeBytes { try CosigningKey(name: key, secret: $0) }
    }

    /// The newest final block that a department's node has.
    func head(of department: String) async throws -> ExportedBlock {
        try await block(cluster.height(of: department), of: department)
    }

    func block(_ height: Int, of department: String) async throws -> ExportedBlock {
        let answer = try await cluster.get("/v1/blocks/\(height)", from: department)
        try #require(answer.status == 200)
        return try CanonicalJSON.decode(ExportedBlock.self, from: answer.body)
    }

    /// This department's valid cosignature of any tree, at any time.
    func cosignature(size: Int, root: Digest, height: Int, at time: Timestamp) throws -> CosignatureMessage {
        let checkpoint = try Checkpoint(origin: ledger.origin, size: size, root: root)
        let line = try cosigning.cosign(checkpoint, at: time).noteSignature
        return CosignatureMessage(
            cosignature: PartyCosignature(party: party, signature: line.signature), height: height, root: root,
            size: size)
    }

    /// - Returns: The HTTP status.
    @discardableResult
    func send(_ message: CosignatureMessage, to department: String) async throws -> Int {
        try await post(NodeMessage.cosignature(message).frame(), to: department)
    }

    func post(_ bytes: Data, to department: String) async throws -> Int {
        try await Download.get(
            cluster.address(of: department) + "/v1/messages", method: "POST", body: bytes
        ).status
    }

    /// Writes to this department's key of a height, whatever the bytes.
    func write(_ bytes: Data, height: Int) async throws {
        let digits = String(height)
        let key =
            "\(ledger.origin)/batch/\(name)/" + String(repeating: "0", count: 12 - digits.count) + digits
        let body: JSONValue = [
            "key": .string(Data(key.utf8).base64EncodedString()), "value": .string(bytes.base64EncodedString()),
        ]
        let etcd = cluster.etcd.line.replacingOccurrences(of: "etcd://", with: "http://")
        let member = try #require(etcd.split(separator: ",").first)
        let answer = try await Download.get(
            member + "/v3/kv/put", method: "POST", body: CanonicalJSON.serialize(body))
        try #require(answer.status == 200)
    }

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

    /// What stands in the checkpoint's note.
    func cosignatures(of block: ExportedBlock) throws -> [PartyCosignature] {
        try CosignedCheckpoint(parsing: Data(block.checkpoint.utf8)).signatures.map { line in
            let name = try #require(line.name.split(separator: "/").last.map(String.init))
            return PartyCosignature(party: try #require(PartyName(name)), signature: line.signature)
        }
    }

    /// A transaction of this department that would be accepted.
    func wake() throws -> Envelope {
        var generator = SystemRandomNumberGenerator()
        let payload = TransactionPayload(
            header: TransactionHeader(
                by: party, ledger: ledger, nonce: .random(using: &generator),
                notAfter: Timestamp.now().adding(seconds: 3_600)), body: WakeLedger())
        return try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [signing])
    }

    /// A reference to a batch that nobody has, which this department states to hold.
    func reference(height: Int) throws -> Data {
        let held: JSONValue = [
            "batch": .string(Digest.sha256(Data("withheld \(height)".utf8)).hex), "by": .string(name),
            "height": .integer(Int64(height)), "ledger": try CanonicalJSON.tree(of: ledger),
        ]
        let statement = try Envelope.sign(
            payload: CanonicalJSON.serialize(held), payloadType: "application/vnd.chancery.batch-held.v1+json",
            with: [signing]
        ).canonicalBytes()
        let length = UInt32(statement.count)
        return Data("chancery-batch-reference-v1\n".utf8)
            + Data((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }) + statement
    }
}
