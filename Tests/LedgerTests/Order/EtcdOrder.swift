import AsyncHTTPClient
import CanonicalJSON
import Foundation
import Ledger
import LedgerEtcd
import NIOCore
import NIOHTTP1
import SharingModel
import TestSupport

/// A member of etcd as a process, with a ledger's keys in it.
final class EtcdOrder: Sendable {
    private let origin: String
    private let server: EtcdServer
    private let http: HTTPClient

    private init(origin: String) async throws {
        self.origin = origin
        server = try await EtcdServer()
        http = try EtcdCredentials().client()
    }

    /// Starts a member for as long as `body` runs.
    static func run(origin: String, _ body: (EtcdOrder) async throws -> Void) async throws {
        let order = try await EtcdOrder(origin: origin)
        let result: Result<Void, any Error>
        do { result = .success(try await body(order)) } catch { result = .failure(error) }
        try? await order.http.shutdown()
        await order.server.stop()
        try result.get()
    }

    func log(of department: PartyName) throws -> EtcdBatchLog {
        EtcdBatchLog(
            endpoints: try EtcdEndpoints(parsing: server.address), ledger: origin, department: department, http: http)
    }

    /// Whatever stands there.
    /// - Parameter batch: `nil` deletes.
    func put(_ batch: Data?, height: Int, as department: PartyName) async throws {
        let key = base64(prefix(department) + String(repeating: "0", count: 12 - "\(height)".count) + "\(height)")
        if let batch {
            try await call("/v3/kv/put", ["key": key, "value": .string(batch.base64EncodedString())])
        } else {
            try await call("/v3/kv/deleterange", ["key": key])
        }
    }

    /// Many keys at once, one of each height, in the order of the numbers.
    func putMany(_ heights: Range<Int>, as department: PartyName) async throws {
        for chunk in stride(from: heights.lowerBound, to: heights.upperBound, by: 100) {
            let operations = (chunk..<min(chunk + 100, heights.upperBound)).map { height -> JSONValue in
                let digits = String(repeating: "0", count: 12 - "\(height)".count) + "\(height)"
                return ["requestPut": ["key": base64(prefix(department) + digits), "value": base64("\(height)")]]
            }
            try await call("/v3/kv/txn", ["success": .array(operations)])
        }
    }

    /// etcd forgets all that was written over or deleted up to now. Returns when it has.
    func compact() async throws {
        let revision = try await revision()
        try await call("/v3/kv/compaction", ["revision": .string(revision), "physical": true])
    }

    func heights(of department: PartyName) async throws -> [Int] {
        let begin = prefix(department)
        let answer = try await call(
            "/v3/kv/range",
            ["key": base64(begin), "range_end": base64(String(begin.dropLast()) + "0"), "keys_only": true])
        return (answer["kvs"]?.arrayValue ?? []).compactMap { pair in
            let key = pair["key"]?.stringValue.flatMap { Data(base64Encoded: $0) } ?? Data()
            return Int(String(decoding: key, as: UTF8.self).dropFirst(begin.count))
        }
    }

    private func prefix(_ department: PartyName) -> String { "\(origin)/batch/\(department)/" }

    private func base64(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }

    private func revision() async throws -> String {
        let answer = try await call("/v3/kv/range", ["key": base64("nothing")])
        return answer["header"]?["revision"]?.stringValue ?? ""
    }

    @discardableResult
    private func call(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "http://" + server.address.dropFirst("etcd://".count) + path)
        request.method = .POST
        request.body = .bytes(try CanonicalJSON.serialize(body))
        let response = try await http.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        let text = Data(bytes.readableBytesView)
        guard response.status.code == 200 else { throw Refused(text: String(decoding: text, as: UTF8.self)) }
        return try CanonicalJSON.parse(text, maximumByteCount: 8 << 20)
    }

    struct Refused: Error { let text: String }
}

/// `Scripts/start-etcd` with one member.
private final class EtcdServer: Sendable {
    /// `etcd://127.0.0.1:PORT`
    let address: String
    private let folder: TestFolder
    private let process: Process
    private let ended: AsyncStream<Void>

    init() async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts/start-etcd")
        let (process, output, folder) = (Process(), Pipe(), TestFolder())
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        process.executableURL = script
        process.arguments = ["1", folder.url("etcd").path]
        process.standardOutput = output
        process.terminationHandler = { _ in continuation.finish() }
        try await EtcdServer.start(process)
        (self.process, self.folder, self.ended) = (process, folder, ended)
        address = await EtcdServer.firstLine(of: output.fileHandleForReading)
        guard address.hasPrefix("etcd://") else { throw NotStarted() }
    }

    /// The threads that tests run on block signals, and a process inherits that from the thread that starts it: it would
    /// never hear that it has to stop.
    private static func start(_ process: Process) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                var none = sigset_t()
                sigemptyset(&none)
                pthread_sigmask(SIG_SETMASK, &none, nil)
                continuation.resume(with: Result { try process.run() })
            }
        }
    }

    /// On a thread of its own, for reading blocks.
    private static func firstLine(of file: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = Data()
                while !text.contains(UInt8(ascii: "\n")) {
                    let more = file.availableData
                    if more.isEmpty { break }
                    text.append(more)
                }
                continuation.resume(
                    returning: String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
    }

    /// Returns when the script has ended, which stops the member first.
    func stop() async {
        process.terminate()
        for await _ in ended {}
        withExtendedLifetime(folder) {}
    }

    struct NotStarted: Error {}
}
