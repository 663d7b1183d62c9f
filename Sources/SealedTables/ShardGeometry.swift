/// Where everything lies in a shard: a function of schema, packs, row count and the byte counts of its texts.
///
/// Writer and reader both compute it; a shard whose section table says anything else is refused. So equal content
/// has equal bytes, and nothing can be hidden between sections.
struct ShardGeometry {
    static let magic: [UInt8] = Array("CHSHARD\n".utf8)
    static let version: UInt32 = 1
    static let headerByteCount = 32
    static let sectionEntryByteCount = 16
    static let byteLimit = 1 << 20
    static let ciphertextAlignment = 64

    enum Kind: UInt16 {
        case integers = 1
        case texts = 2
        case pseudonyms = 3
        case presence = 4
        case ciphertexts = 5
        /// Of a sealed column, or of the values of a pseudonym column: laid out as texts are, each a box.
        case sealedCells = 6
        /// The keys of these boxes, each a ciphertext under the field key; zero where there is no value.
        case sealedKeys = 7

        var holdsTexts: Bool { self == .texts || self == .sealedCells }
    }

    struct Section: Equatable {
        let kind: Kind
        /// Position of the column among the schema's fields; for ciphertexts, of the pack among the packs.
        let index: Int
        let offset: Int
        let byteCount: Int
        var end: Int { offset + byteCount }
    }

    let rows: Int
    let ciphertextByteCount: Int
    /// Of a ciphertext under the field key; 0 where no column is sealed.
    let sealedKeyByteCount: Int
    /// In the order of their offsets.
    let sections: [Section]
    let byteCount: Int

    /// - Parameter textByteCounts: For each section of texts or sealed cells in turn, the bytes of all its texts together.
    init(
        schema: TableSchema, ciphertextByteCount: Int, sealedKeyByteCount: Int, rows: Int, textByteCounts: [Int]
    ) {
        let plan = ShardGeometry.kinds(of: schema)
        var texts = textByteCounts.makeIterator()
        var end = ShardGeometry.headerByteCount + plan.count * ShardGeometry.sectionEntryByteCount
        var sections = [Section]()
        for (kind, index) in plan {
            let (alignment, byteCount) =
                switch kind {
                case .integers: (8, bitmapByteCount(rows) + rows * 8)
                case .texts, .sealedCells: (8, bitmapByteCount(rows) + (rows + 1) * 4 + (texts.next() ?? 0))
                case .pseudonyms: (8, bitmapByteCount(rows) + rows * Pseudonym.byteCount)
                case .presence: (8, bitmapByteCount(rows))
                case .ciphertexts: (ShardGeometry.ciphertextAlignment, rows * ciphertextByteCount)
                case .sealedKeys: (ShardGeometry.ciphertextAlignment, rows * sealedKeyByteCount)
                }
            let offset = roundedUp(end, to: alignment)
            sections.append(Section(kind: kind, index: index, offset: offset, byteCount: byteCount))
            end = offset + byteCount
        }
        self.rows = rows
        self.ciphertextByteCount = ciphertextByteCount
        self.sealedKeyByteCount = sealedKeyByteCount
        self.sections = sections
        self.byteCount = end
    }

    /// The sections of every shard of a table: public columns, pseudonyms, presence of computable columns, sealed
    /// cells, each in the schema's order, then the packs.
    static func kinds(of schema: TableSchema) -> [(Kind, Int)] {
        var kinds = [(Kind, Int)]()
        for protection in [Protection.public, .pseudonym, .computable] {
            for (index, field) in schema.fields.enumerated() where field.protection == protection {
                switch protection {
                case .public: kinds.append((field.isStoredAsText ? .texts : .integers, index))
                case .pseudonym: kinds.append((.pseudonyms, index))
                case .computable: kinds.append((.presence, index))
                case .sealed: break
                }
            }
        }
        for (index, field) in schema.fields.enumerated() where field.hasCells {
            kinds += [(.sealedCells, index), (.sealedKeys, index)]
        }
        return kinds + schema.packs.indices.map { (.ciphertexts, $0) }
    }

    func section(_ kind: Kind, _ index: Int) -> Section? {
        sections.first { $0.kind == kind && $0.index == index }
    }
}

extension Field {
    /// Texts and dates are kept as UTF-8, whole numbers and booleans as 64-bit integers.
    var isStoredAsText: Bool { type == .string || type == .date }
}

/// Bytes of a bitmap of `rows` bits, filled up to whole 64-bit words so that what follows is aligned.
func bitmapByteCount(_ rows: Int) -> Int { (rows + 63) / 64 * 8 }

func roundedUp(_ number: Int, to alignment: Int) -> Int { (number + alignment - 1) / alignment * alignment }
