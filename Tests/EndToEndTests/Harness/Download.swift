import AsyncHTTPClient
import CanonicalJSON
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Testing

/// What a server answers to one request: over TLS, of Python's own client, which is no part of the product; in the clear,
/// where tests ask again and again until something has come about, without a process for each.
struct Download {
    /// 0 if there was no answer.
    let status: Int
    let headers: [String: String]
    let body: Data
    /// Why there was none.
    let problem: String

    /// - Parameters:
    ///   - headers: Each `Name: value`.
    ///   - certificate: PEM file of a client certificate with its key beside it, `….key`.
    static func get(
        _ url: String, method: String = "GET", headers: [String] = [], certificate: String = "", body: Data? = nil
    ) async throws -> Download {
        guard url.hasPrefix("https:") else { return try await inTheClear(url, method, headers, body) }
        let run = try await CommandRun.run(
            URL(filePath: "/usr/bin/env"), ["python3", "-c", program, url, method, certificate] + headers,
            input: body ?? Data())
        let answer = try CanonicalJSON.parse(Data(run.message.utf8))
        var found: [String: String] = [:]
        for header in answer["headers"]?.arrayValue ?? [] {
            guard let pair = header.arrayValue, let name = pair.first?.stringValue else { continue }
            found[name.lowercased()] = pair.last?.stringValue
        }
        return Download(
            status: Int(answer["status"]?.integerValue ?? 0), headers: found, body: run.standardOutput,
            problem: answer["problem"]?.stringValue ?? "")
    }

    private static func inTheClear(
        _ url: String, _ method: String, _ headers: [String], _ body: Data?
    ) async throws -> Download {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        // Nodes are killed and begin anew: no connection is to be left over from an earlier life.
        request.headers.add(name: "Connection", value: "close")
        for header in headers {
            let pair = header.split(separator: ": ", maxSplits: 1).map(String.init)
            request.headers.add(name: try #require(pair.first), value: try #require(pair.last))
        }
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        do {
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            let found = Dictionary(answer.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
            return Download(
                status: Int(answer.status.code), headers: found,
                body: Data(buffer: try await answer.body.collect(upTo: 64 << 20)), problem: "")
        } catch let error where !(error is CancellationError) {
            return Download(status: 0, headers: [:], body: Data(), problem: "\(error)")
        }
    }

    private static let program = """
        import json, ssl, sys, urllib.request, urllib.error
        url, method, certificate = sys.argv[1:4]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate: context.load_cert_chain(certificate, certificate[:-4] + ".key")
        headers = dict(header.split(": ", 1) for header in sys.argv[4:])
        report = {}
        try:
            answer = urllib.request.urlopen(
                urllib.request.Request(url, sys.stdin.buffer.read() or None, headers, method=method), timeout=20,
                context=context)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            answer, report = None, {"problem": str(error)}
        if answer is not None:
            sys.stdout.buffer.write(answer.read())
            report = {"status": answer.status, "headers": [list(pair) for pair in answer.headers.items()]}
        print(json.dumps(report), file=sys.stderr)
        """
}
