import CanonicalJSON
import Foundation
import Ledger
import NIOCore
import SignedEnvelopes

/// Several transactions in one request to `/v1/transactions`, and the answer to it: JSON lines, one document each.
enum SubmissionLines {
    static let mediaType = "application/x-ndjson"
    static let largestByteCount = 4 << 20
    static let mostEnvelopes = 256

    /// What became of the envelope in the line `place` (from 0): a receipt, or an RFC 9457 problem document.
    struct Answer: Codable {
        let place: Int
        let receipt: Receipt?
        let problem: ProblemDocument?
    }

    /// Canonical JSON has no line breaks. Of more lines than a request may have, one too many is returned: a body of
    /// nothing but short lines costs no more than one of envelopes.
    static func envelopes(_ body: Data) -> [Data] {
        body.withUnsafeBytes { bytes in
            bytes.split(separator: UInt8(ascii: "\n"), maxSplits: mostEnvelopes).map { Data($0) }
        }
    }

    /// The whole lines at the beginning of `buffer`, which are taken out of it.
    /// - Throws: ``CanonicalJSONError`` for one that is no answer.
    static func takeAnswers(_ buffer: inout ByteBuffer) throws -> [Answer] {
        var answers: [Answer] = []
        while let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer.readBytes(length: end - buffer.readerIndex) ?? []
            buffer.moveReaderIndex(forwardBy: 1)
            answers.append(try CanonicalJSON.decode(Answer.self, from: Data(line)))
        }
        return answers
    }
}

/// An RFC 9457 problem document, in the members that nodes write.
struct ProblemDocument: Codable {
    let detail: String
    let status: Int
    let title: String
}
