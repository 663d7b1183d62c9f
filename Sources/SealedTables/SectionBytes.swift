/// The bytes of one section and the ways to read them. Offsets are of the checked geometry; the buffer's own bounds
/// hold in release builds only as far as that check goes, so every count below follows from it.
struct SectionBytes {
    let bytes: UnsafeRawBufferPointer

    func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func halfWord(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func presence(rows: Int) -> PresenceBitmap {
        PresenceBitmap(words: (0..<bitmapByteCount(rows) / 8).map { word($0 * 8) }, rows: rows)
    }

    func integer(_ row: Int, rows: Int) -> Int64 {
        Int64(bitPattern: word(bitmapByteCount(rows) + row * 8))
    }

    func pseudonym(_ row: Int, rows: Int) -> Pseudonym {
        let offset = bitmapByteCount(rows) + row * Pseudonym.byteCount
        return Pseudonym(high: word(offset).byteSwapped, low: word(offset + 8).byteSwapped)
    }

    /// Where the text of `row` begins among the texts; `row == rows` gives the end of the last.
    func textOffset(_ row: Int, rows: Int) -> Int {
        Int(halfWord(bitmapByteCount(rows) + row * 4))
    }

    /// All texts, one after the other.
    func texts(rows: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(bitmapByteCount(rows) + (rows + 1) * 4)...])
    }

    func text(_ row: Int, rows: Int) -> UnsafeRawBufferPointer {
        let range = textOffset(row, rows: rows)..<textOffset(row + 1, rows: rows)
        return UnsafeRawBufferPointer(rebasing: texts(rows: rows)[range])
    }
}
