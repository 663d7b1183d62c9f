import BlobStore
import CanonicalJSON
import Foundation
import SharingModel
import Testing

/// Vectors written by PyPI's multiformats 0.3.1.post4.
@Suite("CIDs")
struct CIDTests {
    struct Vector: Sendable {
        let data: Data
        let codec: CID.Codec
        let text: String
        let bytes: String
    }

    static let vectors = [
        Vector(
            data: Data(), codec: .raw, text: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            bytes: "01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Vector(
            data: Data("hello world".utf8), codec: .raw,
            text: "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
            bytes: "01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
        Vector(
            data: Data(0...255), codec: .raw, text: "bafkreicav7zotuwysixepl6umshgsz2jofmhqx55dwuhbzyrajtl7fciqa",
            bytes: "0155122040aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"),
        Vector(
            data: Data(), codec: .dagJSON, text: "baguqeera4oymiquy7qobjgx36tejs35zeqt24qpemsnzgtfeswmrw6csxbkq",
            bytes: "01a9021220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Vector(
            data: Data("hello world".utf8), codec: .dagJSON,
            text: "baguqeeraxfgspomtju7arjjokll5u7nl7lcij37dpjjyb3uqrd32zyxpzxuq",
            bytes: "01a9021220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
        Vector(
            data: Data(0...255), codec: .dagJSON, text: "baguqeeraicx7f2os3cjc4r5p2rsi42lhjfyvq6c7xuo2q4hhcebgnp4ujcaa",
            bytes: "01a902122040aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"),
    ]

    @Test("Text and bytes are those of an independent implementation, both ways", arguments: vectors)
    func vector(_ vector: Vector) throws {
        let cid = CID(of: vector.data, codec: vector.codec)
        #expect(cid.text == vector.text)
        #expect(cid.bytes.lowercaseHex == vector.bytes)
        #expect(try CID(parsing: vector.text) == cid)
        #expect(try CID(bytes: cid.bytes) == cid)
    }

    @Test(
        "Text that is not the one form of a supported CID is refused with the reason",
        arguments: [
            ("", .unsupportedBase),
            ("b", .truncated),
            ("bafkrei", .truncated),
            ("QmaozNR7DZHQK1ZcU9p7QdrshMvXqWK6gpu5rmrkPdT3L4", .unsupportedVersion(0)),
            ("bafybeifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", .unsupportedCodec(0x70)),
            ("bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", .unsupportedCodec(0x71)),
            (
                "bafkrgqbqt3gerhas23vuzrapkdeqf4vu2dwxp3srdj6hvg6nhsug2tgyn6mj3u23yx7utftq3i2ckw2fwdh5qmhid5qf3t35yvkc5e"
                    + "5ottlw6", .unsupportedHash(0x13)
            ),
            ("bafkrmidejpgh4vsdomcatgnkzcphmixtzjy7xiozol6zjiy4hp57etrzha", .unsupportedHash(0x16)),
            ("bafkqablimvwgy3y", .unsupportedHash(0)),
            ("zb2rhj7crUKTQYRGCRATFaQ6YFLTde2YzdqbbhAASkL9uRDXn", .unsupportedBase),
            ("BAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E", .unsupportedBase),
            ("cafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e======", .unsupportedBase),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e======", .notBase32(0x3D)),
            ("bafkreiFzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", .notBase32(0x46)),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f", .notCanonicalBase32),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5ea", .notCanonicalBase32),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5eaa", .trailingBytes(1)),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n", .truncated),
            ("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5é", .notBase32(0xC3)),
            ("b../../../../etc/passwd", .notBase32(0x2E)),
        ] as [(String, CIDFault)])
    func refusedText(text: String, fault: CIDFault) {
        #expect(throws: BlobStoreError.malformedCID(text: String(text.prefix(80)), fault: fault)) {
            try CID(parsing: text)
        }
    }

    @Test("Text of any length is refused without being read through")
    func longText() {
        let text = "b" + String(repeating: "a", count: 1 << 20)
        #expect(throws: BlobStoreError.malformedCID(text: String(text.prefix(80)), fault: .tooLong(text.utf8.count))) {
            try CID(parsing: text)
        }
    }

    @Test(
        "Bytes that are not the one form of a supported CID are refused with the reason",
        arguments: [
            ("", .truncated),
            ("01", .truncated),
            ("0155", .truncated),
            ("02551220", .unsupportedVersion(2)),
            ("1220", .unsupportedVersion(0)),
            ("8100551220", .malformedVarint),
            ("01d5001220", .malformedVarint),
            ("01ffffffffffffffffff01", .malformedVarint),
            ("01a982001220", .malformedVarint),
            ("01551420", .unsupportedHash(0x14)),
            ("0155121f", .digestByteCount(31)),
            ("0155122000", .truncated),
            ("01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde900", .trailingBytes(1)),
        ] as [(String, CIDFault)])
    func refusedBytes(hex: String, fault: CIDFault) throws {
        let bytes = try #require([UInt8](lowercaseHex: hex))
        let error = #expect(throws: BlobStoreError.self) { try CID(bytes: Data(bytes)) }
        guard case .malformedCID(_, let found)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(found == fault)
    }

    @Test("A slice of other data reads like data of its own")
    func slice() throws {
        let cid = CID(of: Data("a".utf8), codec: .raw)
        let padded = Data([9, 9]) + cid.bytes + Data([9])
        #expect(try CID(bytes: padded[2..<(2 + cid.bytes.count)]) == cid)
    }

    @Test("CIDs sort by their text, and are their text in JSON")
    func orderAndCoding() throws {
        let cids = (0..<200).map { CID(of: Data("\($0)".utf8), codec: $0.isMultiple(of: 2) ? .raw : .dagJSON) }
        #expect(cids.sorted().map(\.text) == cids.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        let json = try CanonicalJSON.encode([cids[0]])
        #expect(json == Data("[\"\(cids[0].text)\"]".utf8))
        #expect(try CanonicalJSON.decode([CID].self, from: json) == [cids[0]])
        #expect(throws: CanonicalJSONError.self) { try CanonicalJSON.decode([CID].self, from: Data(#"["bafy"]"#.utf8)) }
    }
}
