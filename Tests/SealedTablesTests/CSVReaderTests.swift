import Foundation
import SealedTables
import TestSupport
import Testing

@Suite("CSV reader")
struct CSVReaderTests {
    private func records(_ bytes: some Sequence<UInt8>, piece: Int = 1 << 16) throws -> [[String]] {
        var reader = try CSVReader(MemoryByteSource(bytes, name: "t.csv", pieceByteCount: piece))
        var records = [reader.header]
        while try reader.next() {
            records.append(reader.header.indices.map { String(decoding: reader.field($0), as: UTF8.self) })
        }
        return records
    }

    private func failure(_ bytes: some Sequence<UInt8>) -> (CSVProblem, CSVPosition)? {
        do {
            _ = try records(bytes)
            return nil
        } catch SealedTableError.csv(let problem, let position) {
            return (problem, position)
        } catch {
            return nil
        }
    }

    @Test(
        "Quotes, separators and line breaks within fields, CRLF and a missing last line break are read, in any pieces",
        arguments: [1, 2, 3, 7, 65_536])
    func readsWhatTheRFCAllows(piece: Int) throws {
        let text = "a,\"b \"\"x\"\"\",c\r\n1,\"two\r\nlines, and a comma\",ü\n\"\",,\"\"\"\"\n4,5,6"
        #expect(
            try records(text.utf8, piece: piece) == [
                ["a", "b \"x\"", "c"], ["1", "two\r\nlines, and a comma", "ü"], ["", "", "\""], ["4", "5", "6"],
            ])
    }

    @Test("A UTF-8 byte order mark is passed over, in any pieces", arguments: [1, 2, 3, 100])
    func passesOverByteOrderMark(piece: Int) throws {
        #expect(
            try records([0xEF, 0xBB, 0xBF] + Array("a,b\n1,2\n".utf8), piece: piece) == [["a", "b"], ["1", "2"]])
    }

    @Test("An empty line is a row with one empty field")
    func readsEmptyLineOfOneColumn() throws {
        #expect(try records("a\n\nx\n".utf8) == [["a"], [""], ["x"]])
        #expect(failure("a,b\n1,2\n\n".utf8)?.0 == .raggedRow(expected: 2, found: 1))
    }

    @Test(
        "Damage is refused at its row, line and column",
        arguments: [
            ("", CSVProblem.emptyFile, 0, 1, nil),
            ("a,b,a\n", .duplicateHeader, 0, 1, "a"),
            ("a,b\n1,2\n3\n", .raggedRow(expected: 2, found: 1), 2, 3, nil),
            ("a,b\n1,2,3\n", .raggedRow(expected: 2, found: 3), 1, 2, nil),
            ("a,b\n1,x\"y\n", .quoteInField, 1, 2, "b"),
            ("a,b\n\"1\"x,2\n", .textAfterQuote, 1, 2, "a"),
            ("a,b\n\"1\n\n\",2\n3,\"4\n", .unterminatedQuote, 2, 5, "b"),
            ("a,b\n1\r2,3\n", .bareCarriageReturn, 1, 2, "a"),
            ("a,b\n1,2\r", .bareCarriageReturn, 1, 2, "b"),
            ("a,b\n1,\u{0}\n", .nulByte, 1, 2, "b"),
            ("a,\u{0}\n", .nulByte, 0, 1, "2"),
        ] as [(String, CSVProblem, Int, Int, String?)])
    func refusesDamage(text: String, problem: CSVProblem, row: Int, line: Int, column: String?) throws {
        let (found, position) = try #require(failure(text.utf8))
        #expect(found == problem)
        #expect(position == CSVPosition(file: "t.csv", row: row, line: line, column: column))
    }

    @Test(
        "Invalid UTF-8 is refused in the field that holds it, also where fields together would be valid",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3, 0x2C, 0xA9], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) throws {
        let (problem, position) = try #require(failure(Array("a,b,c\n1,2,3\n1,".utf8) + bytes + Array(",z\n".utf8)))
        // One of the inputs holds a comma of its own, and is a field too wide if its bytes are not looked at first.
        #expect(problem == .invalidUTF8 || problem == .raggedRow(expected: 3, found: 4))
        #expect(position.row == 2 && position.line == 3)
        let header = try #require(failure(bytes + Array(",x\n".utf8)))
        #expect(header.0 == .invalidUTF8 && header.1.row == 0)
    }

    @Test("A field over the limit is refused where it is, and one at the limit is read")
    func limitsFields() throws {
        let whole = String(repeating: "x", count: CSVReader.fieldByteLimit)
        #expect(try records("a,b\n1,\(whole)\n".utf8)[1][1].utf8.count == CSVReader.fieldByteLimit)
        let (problem, position) = try #require(failure("a,b\n1,\"\(whole)y\"\n".utf8))
        #expect(problem == .fieldTooLong(limit: CSVReader.fieldByteLimit))
        #expect(position == CSVPosition(file: "t.csv", row: 1, line: 2, column: "b"))
    }

    @Test("A file that is not there is refused with its name")
    func refusesMissingFile() {
        #expect(
            throws: SealedTableError.csv(
                .unreadable(code: ENOENT), at: CSVPosition(file: "/nowhere/x.csv", row: 0, line: 1))
        ) { try FileByteSource(path: "/nowhere/x.csv") }
    }

    @Test("A directory is refused with its name")
    func refusesDirectory() throws {
        let source = try FileByteSource(path: "/tmp")
        #expect(throws: SealedTableError.self) { _ = try CSVReader(source).header }
    }

    @Test("The demo's table is read as it is")
    func readsDemoTable() throws {
        var reader = try CSVReader(FileByteSource(path: PackageFile.table))
        #expect(reader.header.count == 45 && reader.header.first == "plan")
        while try reader.next() {}
        #expect(reader.row == 20_190)
        #expect(reader.bytesRead == 3_700_926)
    }

    @Test("Random bytes are read or refused, never more")
    func survivesRandomBytes() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("a1,\"\r\n\u{0}".utf8) + [0xC3, 0xA9, 0xEF, 0xBB, 0xBF]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            if let read = try? records(bytes, piece: Int.random(in: 1...5, using: &generator)) {
                #expect(read.allSatisfy { $0.count == read[0].count })
            }
        }
    }
}
