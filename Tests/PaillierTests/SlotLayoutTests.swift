import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Packing several values into one plaintext")
struct SlotLayoutTests {
    private static func layout(_ maxima: [BigInteger], capacity: Int = 32, bits: Int = 2048) throws -> SlotLayout {
        let entries = maxima.enumerated().map { (name: "c\($0.offset)", maximum: $0.element) }
        return try SlotLayout(entries: entries, weightCapacityBits: capacity, modulusBitCount: bits)
    }

    @Test("Widths are entry, capacity and guard bits, without gaps")
    func widths() throws {
        let layout = try Self.layout([0, 1, 255, 256])
        #expect(layout.slots.map(\.width) == [41, 41, 48, 49])
        #expect(layout.slots.map(\.offset) == [0, 41, 82, 130])
        #expect(layout.bitCount == 179)
    }

    @Test("Weighted sums of packed rows unpack to the weighted sums of each slot", arguments: [UInt64(401), 402, 403])
    func sums(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let maxima = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                BigInteger.random(bitCount: Int.random(in: 0...90, using: &generator), using: &generator)
            }
            let layout = try Self.layout(maxima)
            var (packed, expected) = (BigInteger.zero, maxima.map { _ in BigInteger.zero })
            for _ in 0..<20 {
                let row = maxima.map { BigInteger.random(below: $0 + 1, using: &generator) }
                let weight = BigInteger(Int.random(in: 0...1 << 27, using: &generator))
                packed += try layout.pack(row) * weight
                for index in row.indices { expected[index] += row[index] * weight }
            }
            #expect(try layout.unpack(packed) == expected, "seed \(seed)")
        }
    }

    @Test("The fullest sum that the capacity allows still fits")
    func fullest() throws {
        let maxima: [BigInteger] = [255, 1, 1023]
        let layout = try Self.layout(maxima, capacity: 10)
        let packed = try layout.pack(maxima) * 1024
        #expect(try layout.unpack(packed) == maxima.map { $0 * 1024 })
    }

    @Test("A sum beyond the capacity sets guard bits, and the slot is named")
    func guardBits() throws {
        let layout = try Self.layout([255, 255], capacity: 10)
        #expect(throws: PaillierError.guardBitsSet(slot: "c0")) { try layout.unpack(layout.pack([255, 0]) * 1029) }
        #expect(throws: PaillierError.guardBitsSet(slot: "c1")) { try layout.unpack(layout.pack([0, 255]) * 1029) }
        for bit in 0..<8 {
            let first = BigInteger.one << (layout.slots[0].offset + layout.slots[0].width - 1 - bit)
            #expect(throws: PaillierError.guardBitsSet(slot: "c0")) { try layout.unpack(first) }
        }
        let below = BigInteger.one << (layout.slots[0].width - 9)
        #expect(try layout.unpack(below) == [below, 0])
        #expect(throws: PaillierError.bitsAboveLastSlot) { try layout.unpack(BigInteger.one << layout.bitCount) }
        #expect(throws: PaillierError.packedValueNegative) { try layout.unpack(-1) }
    }

    @Test("Layouts that cannot be are refused, and the slot is named")
    func refusals() throws {
        #expect(throws: PaillierError.layoutEmpty) { try Self.layout([]) }
        #expect(throws: PaillierError.slotMaximumNegative(slot: "c1")) { try Self.layout([1, -1]) }
        #expect(throws: PaillierError.layoutTooWide(bitCount: 123, available: 122, slot: "c2")) {
            try Self.layout([1, 1, 1], bits: 123)
        }
        #expect(try Self.layout([1, 1, 1], bits: 124).bitCount == 123)
        #expect(throws: PaillierError.slotNameRepeated(slot: "a")) {
            try SlotLayout(entries: [("a", 1), ("a", 1)], modulusBitCount: 2048)
        }
    }

    @Test("Values outside their slot are refused, and the slot is named")
    func values() throws {
        let layout = try Self.layout([10, 20])
        #expect(throws: PaillierError.slotValueOutOfRange(slot: "c0", maximumBitCount: 4)) { try layout.pack([11, 0]) }
        #expect(throws: PaillierError.slotValueOutOfRange(slot: "c1", maximumBitCount: 5)) { try layout.pack([0, -1]) }
        #expect(throws: PaillierError.slotCountMismatch(found: 1, expected: 2)) { try layout.pack([1]) }
    }

    @Test("JSON holds names, maxima and capacity; places are laid out anew")
    func json() throws {
        let layout = try Self.layout([10, 1 << 40], capacity: 20)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(layout)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"slots":[{"maximum":"10","name":"c0"},{"maximum":"1099511627776","name":"c1"}],"#
                + #""weightCapacityBits":20}"#)
        #expect(try JSONDecoder().decode(SlotLayout.self, from: data) == layout)
        try layout.checkFits(TestKeys.of2048.publicKey)
        let small = try SmallKeys.key(bitCount: 64, seed: 1).publicKey
        #expect(throws: PaillierError.layoutTooWide(bitCount: 101, available: 63, slot: "c1")) {
            try layout.checkFits(small)
        }
        for text in [
            #"{"slots":[],"weightCapacityBits":20}"#,
            #"{"slots":[{"maximum":"1","name":"a"}],"weightCapacityBits":257}"#,
            #"{"slots":[{"maximum":"-1","name":"a"}],"weightCapacityBits":2}"#,
            #"{"slots":[{"maximum":"1","name":"a"}],"weightCapacityBits":-1}"#,
        ] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(SlotLayout.self, from: Data(text.utf8)) }
        }
    }
}
