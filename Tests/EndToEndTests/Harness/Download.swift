import CanonicalJSON
import Foundation
import Testing

/// What a server answers to one request of Python's own client, which is no part of the product.
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
