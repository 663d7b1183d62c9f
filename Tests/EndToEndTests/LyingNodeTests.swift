import Foundation
import Testing

/// What a command believes of the node that it goes through.
@Suite("A node that lies to those who follow it", .enabled(if: RunningCluster.isUsable))
struct LyingNodeTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    @Test("Who shows an old block for each height asked for is refused at once, and leaves the copy as it was")
    func oldBlocks() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let consortium = prepared.consortium
        let cluster = try await RunningCluster(consortium, departments: Self.departments, members: 1)
        try await cluster.request(through: "site1")
        // Final, cosigned by all, and in the party's copy by now.
        let old = try await cluster.height()
        let liar = try await RunningService(
            URL(filePath: "/usr/bin/env"), ["python3", "-c", Self.server, cluster.address(of: "site1"), "\(old)"])
        let refused = try await consortium.run(
            ["catalog", "--as", "statistics"], environment: ["CHANCERY_NODE": liar.address], timeout: .seconds(60))
        #expect(refused.status != 0 && !refused.wasKilled, "\(refused.message)")
        #expect(refused.message.contains(try liar.address), "\(refused.message)")
        _ = try await liar.stop()
        try await cluster.request(through: "site2")
    }

    /// Passes everything on to the node, but for blocks: of each height it shows the one that is named.
    private static let server = """
        import http.server, sys, urllib.error, urllib.request
        node, old = sys.argv[1:3]
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass
            def do_GET(self):
                path = "/v1/blocks/" + old if self.path.startswith("/v1/blocks/") else self.path
                try:
                    answer = urllib.request.urlopen(node + path, timeout=20)
                except urllib.error.HTTPError as error:
                    answer = error
                body = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()
        """
}
