import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import Testing

@Suite("Slots of a table")
struct TableLayoutTests {
    @Test("Slots are as wide as largest entry, weight capacity and guard together, in the pack's order")
    func computesWidths() throws {
        let layout = try TableLayout(schema: SmallTable.schema(), weightCapacityBits: 32, modulusBitCount: 1024)
        #expect(layout.packs.map(\.name.text) == ["person", "use"])
        let use = try #require(layout.packs.last)
        #expect(use.slots.map { "\($0.column) \($0.content)" } == ["cost value", "cost square", "visits value"])
        // (1000 + 10.5) · 100 = 101 050, of 17 bits; its square of 34; 400 of 9.
        #expect(use.packing.slots.map(\.maximum) == [101_050, BigInteger(101_050 * 101_050), 400])
        #expect(use.packing.slots.map(\.width) == [17 + 40, 34 + 40, 9 + 40])
        #expect(use.packing.slots.map(\.offset) == [0, 57, 57 + 74])
        #expect(use.index(of: "cost", .square) == 1 && use.index(of: "visits", .square) == nil)
    }

    @Test("A pack that is too wide for the key is refused by name")
    func refusesTooWide() throws {
        let name = try #require(PackName("use"))
        #expect(throws: SealedTableError.packTooWide(pack: name, bits: 180, available: 127)) {
            try TableLayout(schema: SmallTable.schema(), weightCapacityBits: 32, modulusBitCount: 128)
        }
    }

    @Test("The demo's packs fit keys of 2048 and 3072 bits", arguments: [2048, 3072])
    func fitsDemo(bits: Int) throws {
        let layout = try TableLayout(
            schema: PackageFile.healthSchema(), weightCapacityBits: 32, modulusBitCount: bits)
        #expect(layout.packs.map(\.name.text) == ["care", "profile"])
        #expect(layout.packs.map(\.slots.count) == [11, 4])
        print("bits of care and profile: \(layout.packs.map(\.packing.bitCount))")
    }
}
