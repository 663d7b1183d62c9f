package import Foundation
import SignedEnvelopes

/// Takes messages out of bytes that come piece by piece, as long as the sender keeps its request open.
package struct NodeMessageReader {
    /// The beginning of a message that is not whole yet.
    private var rest = Data()

    package init() {}

    /// Whether everything that came was whole messages.
    package var isAtEnd: Bool { rest.isEmpty }

    /// - Returns: The messages that are whole now, in their order.
    /// - Throws: ``MessageError/malformed`` for what cannot become a message, however much comes after it.
    package mutating func read(_ piece: Data) throws -> [NodeMessage] {
        rest.append(piece)
        var messages: [NodeMessage] = []
        while let kind = rest.first {
            var frames = rest.dropFirst()
            guard [UInt8(ascii: "A"), UInt8(ascii: "C"), UInt8(ascii: "T")].contains(kind),
                frames.frameLength ?? 0 <= NodeMessage.largestByteCount
            else { throw MessageError.malformed }
            guard let content = frames.popFrame() else { break }
            rest = frames
            switch kind {
            case UInt8(ascii: "A"):
                messages.append(.agreement(try AgreementMessage(reading: Envelope(canonicalBytes: content))))
            case UInt8(ascii: "C"): messages.append(.cosignature(try CosignatureMessage(canonicalBytes: content)))
            default: messages.append(.transaction(try Envelope(canonicalBytes: content)))
            }
        }
        // A slice would keep what is read already. Only then: a large message that comes byte by byte would be copied with
        // every byte.
        if !messages.isEmpty { rest = Data(rest) }
        return messages
    }
}
