import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import Testing

/// What nodes tell each other in requests that stay open.
@Suite("Messages between nodes")
struct NodeMessageTests {
    /// Two transactions' messages in one run of bytes.
    private func bytes() throws -> (envelopes: [Envelope], bytes: Data) {
        let envelopes = try ["{}", #"{"more":true}"#].map {
            try Envelope.sign(payload: Data($0.utf8), payloadType: "application/json", with: [.generate()])
        }
        return (envelopes, try envelopes.map { try NodeMessage.transaction($0).frame() }.reduce(Data(), +))
    }

    private func read(_ pieces: [Data]) throws -> (envelopes: [Envelope], isAtEnd: Bool) {
        var reader = NodeMessageReader()
        let messages = try pieces.flatMap { try reader.read($0) }
        let envelopes = messages.compactMap { if case .transaction(let envelope) = $0 { envelope } else { nil } }
        return (envelopes, reader.isAtEnd)
    }

    @Test("Each comes out when it is whole, wherever the bytes are cut")
    func cutAnywhere() throws {
        let (envelopes, bytes) = try bytes()
        for place in 0...bytes.count {
            let result = try read([bytes.prefix(place), bytes.dropFirst(place)])
            #expect(result.envelopes == envelopes && result.isAtEnd, "cut at \(place)")
        }
        let single = try read(bytes.map { Data([$0]) })
        #expect(single.envelopes == envelopes && single.isAtEnd)
    }

    @Test("What is not whole yet is neither given nor taken for the end")
    func unfinished() throws {
        let (envelopes, bytes) = try bytes()
        let result = try read([bytes.dropLast()])
        #expect(result.envelopes == [envelopes[0]] && !result.isAtEnd)
        #expect(throws: MessageError.malformed) { try NodeMessage.read(bytes.dropLast()) }
    }

    @Test("What cannot become a message is refused at its first bytes, not when all that it announces has come")
    func refusedAtOnce() throws {
        var reader = NodeMessageReader()
        #expect(throws: MessageError.malformed) { try reader.read(Data("X".utf8)) }
        for length: [UInt8] in [[0x00, 0x40, 0x00, 0x01], [0xFF, 0xFF, 0xFF, 0xFF]] {
            var reader = NodeMessageReader()
            #expect(throws: MessageError.malformed) { try reader.read(Data("T".utf8) + Data(length)) }
        }
        var largest = NodeMessageReader()
        #expect(try largest.read(Data("T".utf8) + Data([0x00, 0x40, 0x00, 0x00])).isEmpty)
    }
}
