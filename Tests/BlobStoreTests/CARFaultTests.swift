import BlobStore
import CanonicalJSON
import Foundation
import SharingModel
import TestSupport
import Testing

/// Header at 0, section of the root at 60, of the leaf at 204; 252 bytes in all.
@Suite("CAR files that are refused")
struct CARFaultTests {
    static let file = Graph.carFile

    @Test("A file cut off anywhere is refused, or stops at a section and lacks a link")
    func truncated() throws {
        for count in 0..<Self.file.count {
            let found = try #require(refusal(of: Self.file.prefix(count)))
            switch count {
            case 0: #expect(found == Refusal(0, .empty))
            case 1..<60: #expect(found == Refusal(0, .truncated(missingByteCount: 60 - count)))
            case 60, 204: #expect(found.offset == count)
            case 61: #expect(found == Refusal(60, .truncated(missingByteCount: 1)))
            case 62..<204: #expect(found == Refusal(60, .truncated(missingByteCount: 204 - count)))
            default: #expect(found == Refusal(204, .truncated(missingByteCount: 252 - count)))
            }
        }
    }

    @Test(
        "What follows the last section is refused, with the place",
        arguments: [
            ("00", .emptySection),
            ("0000000000000000", .emptySection),
            ("ff", .truncated(missingByteCount: 1)),
            ("ffffffffffffffffff01", .malformedVarint),
            ("8000", .malformedVarint),
            ("2f", .truncated(missingByteCount: 47)),
            ("0161", .malformedCID(.unsupportedVersion(0x61))),
            ("0101", .malformedCID(.truncated)),
            ("ffffff7f", .sectionTooLarge(byteCount: 0xFFF_FFFF, limit: (1 << 20) + 37)),
            ("ffffffffffffffff7f", .sectionTooLarge(byteCount: .max >> 1, limit: (1 << 20) + 37)),
        ] as [(String, CARFault)])
    func trailing(hex: String, expected: CARFault) throws {
        let garbage = try #require([UInt8](lowercaseHex: hex))
        #expect(refusal(of: Self.file + Data(garbage)) == Refusal(252, expected))
    }

    @Test("A raw block of 1 MiB is read, one byte more is not")
    func largest() throws {
        let data = Data(count: Block.maximumByteCount)
        let store = MemoryBlobStore()
        let cid = try store.put(data, codec: .raw)
        var file = Data()
        try store.exportDAG(roots: [cid], to: &file)
        #expect(refusal(of: file) == nil)

        // A raw CID is a byte shorter than a dag-json one, so the section alone is within the limit.
        let header = file.prefix(file.count - data.count - 36 - 3)
        let larger = Data(count: data.count + 1)
        // 1,048,613 bytes of section as a varint.
        let section = Data([0xA5, 0x80, 0x40]) + CID(of: larger, codec: .raw).bytes + larger
        let fault = CARFault.sectionTooLarge(byteCount: 1_048_577, limit: 1 << 20)
        #expect(refusal(of: header + section) == Refusal(header.count, fault))
    }

    @Test("Any flipped bit of a block is a wrong hash, at its section")
    func flippedBits() throws {
        for byte in (60 + 2 + 37)..<204 {
            var file = Self.file
            file[byte] ^= 1 << (byte % 8)
            #expect(refusal(of: file) == Refusal(60, .hashMismatch(Graph().root)))
        }
        for byte in (204 + 1 + 36)..<252 {
            var file = Self.file
            file[byte] ^= 1 << (byte % 8)
            #expect(refusal(of: file) == Refusal(204, .hashMismatch(Graph().leaf)))
        }
    }

    @Test(
        "A header in any other form is refused",
        arguments: [
            // {version: 2}: how a CARv2 begins
            ("0aa16776657273696f6e02", .unsupportedVersion(2)),
            // no roots
            ("11a265726f6f7473806776657273696f6e01", .noRoots),
            // no member roots
            ("0aa16776657273696f6e01", .unsupportedVersion(1)),
            // {roots: []} without version
            ("08a165726f6f747380", .malformedHeader),
            // version before roots
            ("11a26776657273696f6e0165726f6f747380", .malformedHeader),
            // version 3
            ("11a265726f6f7473806776657273696f6e03", .malformedHeader),
            // no CBOR
            ("00", .malformedHeader),
            ("03616263", .malformedHeader),
            // roots as an indefinite array
            ("12a265726f6f74739fff6776657273696f6e01", .malformedHeader),
            // a count of one, in two bytes
            ("12a265726f6f747398016776657273696f6e01", .malformedHeader),
            // a root that is text
            ("13a265726f6f74738161616776657273696f6e01", .malformedHeader),
            // a root whose CID is empty
            ("15a265726f6f747381d82a41006776657273696f6e01", .malformedHeader),
            // a root with an identity hash
            ("19a265726f6f747381d82a4500015500006776657273696f6e01", .malformedCID(.unsupportedHash(0))),
            // a count of 65,535 roots with nothing behind
            ("13a265726f6f747399ffff6776657273696f6e01", .malformedHeader),
            // 2^40 bytes of header
            ("808080808020", .headerTooLarge(byteCount: 1 << 40, limit: 1 << 16)),
            ("8000", .malformedVarint),
            ("80", .truncated(missingByteCount: 1)),
        ] as [(String, CARFault)])
    func header(hex: String, expected: CARFault) throws {
        let bytes = try #require([UInt8](lowercaseHex: hex))
        #expect(refusal(of: Data(bytes)) == Refusal(0, expected))
    }

    @Test("Any change of the header is refused, or makes another root, which is missing")
    func changedHeader() throws {
        for byte in 0..<60 {
            for bit in 0..<8 {
                var file = Self.file
                file[byte] ^= 1 << bit
                #expect(refusal(of: file) != nil, "byte \(byte), bit \(bit)")
            }
        }
    }

    @Test("A root that is no dag-json is refused by its CID")
    func malformedRoot() throws {
        let root = try Block(Data("{".utf8), codec: .dagJSON)
        var file = Data()
        var writer = try CARWriter(roots: [root.cid], to: &file)
        try writer.append(root, to: &file)
        #expect(
            throws: BlobStoreError.malformedDAGJSON(root.cid, fault: .json(.unexpectedEnd(offset: 1)))
        ) { try MemoryBlobStore().importCAR(from: DataSource(file)) }
    }

    @Test("Random bytes and randomly damaged files are refused or read, and never crash", arguments: [1, 2, 3, 4])
    func fuzz(seed: UInt64) throws {
        print("CAR fuzz, seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var file = Self.file
            switch Int.random(in: 0..<4, using: &random) {
            case 0: file = Data((0..<Int.random(in: 0..<300, using: &random)).map { _ in random.byte() })
            case 1: for _ in 0..<3 { file[Int.random(in: 0..<file.count, using: &random)] = random.byte() }
            case 2: file.removeSubrange(random.range(in: file.count))
            default: file.insert(contentsOf: file[random.range(in: file.count)], at: random.range(in: 252).lowerBound)
            }
            // What is read is whole, or nothing is said to have been read.
            let store = MemoryBlobStore()
            if let summary = try? store.importCAR(from: DataSource(file)) {
                try store.walk(from: summary.roots) { _ in }
            } else {
                #expect(refusal(of: file) != nil)
            }
        }
    }

    struct Refusal: Equatable {
        let offset: Int
        let fault: CARFault?

        init(_ offset: Int, _ fault: CARFault?) {
            self.offset = offset
            self.fault = fault
        }
    }

    /// `nil` where the file is accepted; a fault without an offset has −1.
    private func refusal(of file: Data) -> Refusal? {
        do {
            try MemoryBlobStore().importCAR(from: DataSource(file))
            return nil
        } catch BlobStoreError.malformedCAR(let offset, let fault) {
            return Refusal(offset, fault)
        } catch {
            return Refusal(-1, nil)
        }
    }
}
