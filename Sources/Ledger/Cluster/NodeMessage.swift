package import Foundation
package import SignedEnvelopes

/// What nodes post to each other at `/v1/messages`, in requests that they keep open while there is something to say: any
/// number of messages, each one byte of kind, four of length (big-endian), and its canonical JSON.
package enum NodeMessage: Hashable, Sendable {
    case cosignature(CosignatureMessage)
    case agreement(AgreementMessage)
    case transaction(Envelope)

    /// Of one message.
    package static let largestByteCount = 4 << 20

    /// The bytes of one message.
    package func frame() throws -> Data {
        let (kind, content) =
            switch self {
            case .cosignature(let message): (UInt8(ascii: "C"), try message.canonicalBytes())
            case .agreement(let message): (UInt8(ascii: "A"), try message.envelope.canonicalBytes())
            case .transaction(let envelope): (UInt8(ascii: "T"), try envelope.canonicalBytes())
            }
        return NodeMessage.frame(kind, content)
    }

    /// The bytes of the message that passes on a transaction, which has them already.
    package static func frame(of transaction: AdmittedTransaction) -> Data {
        frame(UInt8(ascii: "T"), transaction.envelope.bytes)
    }

    private static func frame(_ kind: UInt8, _ content: Data) -> Data {
        var frame = Data([kind])
        frame.appendFrame(content)
        return frame
    }

    /// - Throws: ``MessageError/malformed`` for anything but whole messages.
    package static func read(_ bytes: Data) throws -> [NodeMessage] {
        var reader = NodeMessageReader()
        let messages = try reader.read(bytes)
        guard reader.isAtEnd else { throw MessageError.malformed }
        return messages
    }
}

/// What is wrong with bytes that should be messages between nodes.
package enum MessageError: Error {
    case malformed
}
