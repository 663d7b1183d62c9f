import CanonicalJSON
import Foundation
import Testing

/// Four departments over TLS: etcd with certificates and accounts, nodes that know each other by their parties' keys,
/// and every party with a blob store of its own, as on machines of their own.
@Suite("Departments that know each other", .serialized, .enabled(if: RunningCluster.isUsable))
struct SecureClusterTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    private func cluster(_ stage: TestConsortium.Stage) async throws -> RunningCluster {
        let prepared = try await TestConsortium.at(stage, departments: 4).copy()
        try prepared.consortium.separateBlobs()
        return try await RunningCluster(
            prepared.consortium, departments: Self.departments, members: 1, isSecure: true)
    }

    @Test("Homes that share nothing but the nodes: publish, query and open; shards go to those who may have them")
    func apart() async throws {
        let cluster = try await cluster(.pool)
        let consortium = cluster.consortium
        for department in Self.departments {
            #expect(try cluster.address(of: department).hasPrefix("https://"))
            try await cluster.run(
                "publish", "\(department).csv", "--schema", "schema.json", "--pool", "health", "--name",
                "d\(department.suffix(1))", "--as", department, "--json", through: department
            ).expectStatus(0)
        }
        let token = try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "3", "--until",
            "90d", "--as", "statistics", "--json", through: "site2"
        ).document().text("token")

        // Not yet approved: no shard. The manifest may be read by anybody.
        let dataset = try await cluster.run("dataset", "show", "d1", "--json", through: "site1").document()
        let manifest = try dataset.text("manifest")
        let shard = try #require(try consortium.rawBlock(of: "site1"))
        let early = try await cluster.run("blob", "fetch", shard, "--as", "statistics", through: "site3")
        early.expectStatus(1)
        #expect(early.message.contains("holders of active tokens"))

        for department in Self.departments {
            try await cluster.run("token", "approve", token, "--as", department, through: department).expectStatus(0)
        }
        // Node 3 has no shard of d1 yet: it takes it from node 1, and gives it on.
        try await cluster.run("blob", "fetch", manifest, "--as", "statistics", through: "site3").expectStatus(0)
        try await cluster.run("blob", "fetch", shard, "--as", "press", through: "site3").expectStatus(1)
        try await cluster.run("blob", "fetch", shard, "--as", "ministry", through: "site3").expectStatus(0)

        let result = try await cluster.run(
            "query", TestConsortium.statement, "--token", token, "--as", "statistics", "--json", through: "site3"
        ).document().text("result")
        try await cluster.run("open", result, "--as", "ministry", through: "site4").expectStatus(0)
        let shown = try await cluster.run(
            "result", "show", result, "--as", "statistics", "--json", through: "site1"
        ).document()
        let rows = try CanonicalJSON.serialize(shown["rows"] ?? .null)
        #expect(String(decoding: rows, as: UTF8.self) == TestConsortium.expectedRows(departments: 4))

        // The token is given back: what was fetched stays, nothing more is given.
        try await cluster.run("token", "revoke", token, "--as", "statistics", through: "site2").expectStatus(0)
        _ = try await cluster.commonCheckpoint()
        try FileManager.default.removeItem(atPath: consortium.folder.path("consortium/parties/statistics/blobs"))
        let late = try await cluster.run("blob", "fetch", shard, "--as", "statistics", through: "site3")
        late.expectStatus(1)
        #expect(late.message.contains("holders of active tokens"))
        try await expectGateway(cluster, manifest: manifest, shard: shard)
    }

    /// The trustless gateway as its clients see it, without a certificate and with one that no party vouches for.
    private func expectGateway(_ cluster: RunningCluster, manifest: String, shard: String) async throws {
        let node = try cluster.address(of: "site1")
        let refused = try await Download.get("\(node)/ipfs/\(shard)")
        #expect(refused.status == 403)
        #expect(refused.headers["content-type"] == "application/problem+json")
        #expect(try await Download.get("\(node)/ipfs/\(manifest)?format=car").status == 403)

        let block = try await Download.get("\(node)/ipfs/\(manifest)?format=raw")
        #expect(block.status == 200)
        #expect(block.headers["content-type"] == "application/vnd.ipld.raw")
        #expect(block.headers["cache-control"]?.contains("public") == true)
        let tag = try #require(block.headers["etag"])
        let known = try await Download.get("\(node)/ipfs/\(manifest)", headers: ["If-None-Match: \(tag)"])
        #expect(known.status == 304)
        let head = try await Download.get("\(node)/ipfs/\(manifest)", method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] == "\(block.body.count)")
        let car = try await Download.get("\(node)/ipfs/\(manifest)?format=car&dag-scope=block")
        #expect(car.headers["content-type"]?.hasPrefix("application/vnd.ipld.car") == true)
        #expect(car.body.count > block.body.count)

        let foreign = cluster.etcdFolder.path("etcd/tls/client.pem")
        let stranger = try await Download.get("\(node)/ipfs/\(manifest)", certificate: foreign)
        #expect(stranger.status == 0, "a certificate that no party vouches for ends the connection")
    }

    @Test("Whoever answers in a node's place without a department's key is not spoken to")
    func impostor() async throws {
        let prepared = try await TestConsortium.at(.pool, departments: 1).copy()
        let folder = TemporaryFolder()
        try await CommandRun.shell(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj /CN=localhost \
                -addext subjectAltName=IP:127.0.0.1 -keyout "$1" -out "$2"
            """, folder.path("key.pem"), folder.path("certificate.pem")
        ).expectStatus(0)
        let impostor = try await RunningService(
            URL(filePath: "/usr/bin/env"),
            ["python3", "-c", Self.server, folder.path("certificate.pem"), folder.path("key.pem")])
        let run = try await prepared.consortium.run(
            ["token", "list", "--as", "site1"], environment: ["CHANCERY_NODE": "https://127.0.0.1:\(impostor.line)"])
        run.expectStatus(3)
        #expect(run.message.contains("certificate of a department"))
        _ = try await impostor.stop()
    }

    /// Answers every request; prints its port.
    private static let server = """
        import http.server, ssl, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    @Test("In etcd a department writes under its own prefix alone, and a forgotten token is asked for anew")
    func accounts() async throws {
        let cluster = try await cluster(.pool)
        let run = try await CommandRun.run(
            URL(filePath: "/usr/bin/env"),
            ["python3", "-c", Self.intruder, cluster.etcd.line, cluster.etcdFolder.path("etcd/tls")])
        #expect(run.line == "foreign 403 own 200 unknown 401", "\(run.message)")

        // Started anew, etcd has forgotten its tokens; the nodes show their passwords again.
        try cluster.killMember(1)
        try await cluster.startMember(1)
        try await cluster.run(
            "publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", "d1", "--as", "site1",
            through: "site1"
        ).expectStatus(0)
        _ = try await cluster.commonCheckpoint(height: 2)
    }

    /// As site1: a batch under site2's prefix, one under its own, and one with a token that nobody was given.
    private static let intruder = """
        import base64, json, ssl, sys, urllib.request, urllib.error
        url = "https://" + sys.argv[1].removeprefix("etcds://").split(",")[0]
        folder = sys.argv[2]
        context = ssl.create_default_context(cafile=folder + "/ca.pem")
        context.load_cert_chain(folder + "/site1.pem", folder + "/site1.key")
        def call(path, token=None, **body):
            headers = {"Authorization": token} if token else {}
            request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
            try:
                return 200, json.load(urllib.request.urlopen(request, timeout=10, context=context))
            except urllib.error.HTTPError as error:
                return error.code, None
        password = open(folder + "/site1.password").read().strip()
        token = call("/v3/auth/authenticate", name="site1", password=password)[1]["token"]
        b64 = lambda text: base64.b64encode(text.encode()).decode()
        ledger = open(folder + "/ledger").read().strip()
        put = lambda key, token: call("/v3/kv/put", token, key=b64(key), value=b64("nonsense"))[0]
        print("foreign", put(f"{ledger}/batch/site2/000000000099", token),
              "own", put(f"{ledger}/batch/site1/000000000099", token),
              "unknown", put(f"{ledger}/batch/site1/000000000099", "nobody.1"))
        """

    @Test("A secret that others can read is not used, and said")
    func openSecret() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 1).copy().consortium
        let password = try consortium.folder.write("secret", as: "password")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: password)
        let run = try await consortium.run(
            ["serve", "--as", "site1", "--ordering", "etcds://127.0.0.1:1"],
            environment: ["CHANCERY_ETCD_USER": "site1", "CHANCERY_ETCD_PASSWORD_FILE": password])
        run.expectStatus(2)
        #expect(run.message.contains("chmod 600"))
    }
}

extension TestConsortium {
    /// Gives each party a blob store of its own; the shared one is no longer any party's.
    func separateBlobs() throws {
        for party in try FileManager.default.contentsOfDirectory(atPath: folder.path("consortium/parties")) {
            let file = folder.path("consortium/parties/\(party)/home.json")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacingOccurrences(of: "../../blobs", with: "blobs")
                .write(toFile: file, atomically: true, encoding: .utf8)
        }
    }

    /// The names of the blocks in a party's own store.
    func blocks(of party: String) -> Set<String> {
        let root = folder.path("consortium/parties/\(party)/blobs/blocks")
        let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return Set(paths.map { URL(filePath: $0).lastPathComponent })
    }

    /// A raw block (a shard) of a party's own store.
    func rawBlock(of party: String) throws -> String? {
        blocks(of: party).filter { $0.hasPrefix("bafkrei") }.min()
    }
}
