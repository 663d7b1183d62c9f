import Foundation
import SharingModel
import SignedEnvelopes

/// An envelope's signatures as they are stored: for each, in order, 32 bytes of key id, one byte of length, and the
/// signature. An Ed25519 signature takes 97 bytes, against 200 in the envelope's JSON.
enum PackedSignatures {
    static func pack(_ signatures: [EnvelopeSignature]) -> Data {
        var packed = Data(capacity: signatures.count * 97)
        for signature in signatures {
            precondition(signature.sig.count < 256, "an admitted envelope holds signatures of 64 bytes")
            packed.append(contentsOf: signature.keyid.bytes)
            packed.append(UInt8(signature.sig.count))
            packed.append(signature.sig)
        }
        return packed
    }

    /// - Returns: `nil` unless `packed` is what ``pack(_:)`` gives of signatures sorted by key id, each key once.
    static func unpack(_ packed: Data) -> [EnvelopeSignature]? {
        var signatures: [EnvelopeSignature] = []
        var rest = packed
        while !rest.isEmpty {
            guard rest.count > 33, let keyid = Digest(bytes: rest.prefix(32)) else { return nil }
            let length = Int(rest[rest.startIndex + 32])
            rest = rest.dropFirst(33)
            guard rest.count >= length, signatures.last.map({ $0.keyid < keyid }) ?? true else { return nil }
            signatures.append(EnvelopeSignature(keyid: keyid, sig: Data(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return signatures
    }
}
