import Foundation
import LedgerEtcd

/// What a node takes from etcd, or from whoever stands before it.
extension FuzzedDecoder {
    static let etcd: [FuzzedDecoder] = [
        FuzzedDecoder("etcd-answer", .json, throws: [EtcdError.self]) { input in
            _ = try EtcdAnswer(parsing: input)
        },
        FuzzedDecoder("etcd-watch", .json, throws: [EtcdError.self]) { input in
            // In one piece, and in pieces: what is told does not depend on where it is cut.
            let whole = try changes(in: [input + Data("\n".utf8)])
            let pieces = stride(from: 0, to: input.count, by: 7).map { Data(input.dropFirst($0).prefix(7)) }
            try require(try changes(in: pieces + [Data("\n".utf8)]) == whole, "the changes")
        },
    ]

    private static func changes(in chunks: [Data]) throws -> [EtcdChange] {
        var (reader, news) = (EtcdWatchReader(from: 1), [EtcdChange]())
        for chunk in chunks { try reader.take(chunk) { news.append($0) } }
        return news
    }
}
