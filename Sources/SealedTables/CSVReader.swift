/// Reads CSV (RFC 4180) record by record in constant memory.
///
/// Separator `,`, quote `"`, lines ended by LF or CRLF, line breaks and doubled quotes within quoted fields, a UTF-8
/// byte order mark at the front passed over. Stricter than the RFC where leniency would hide damage: every row has
/// as many fields as the header, header names differ, texts are UTF-8 without NUL, quotes stand where the RFC puts
/// them.
///
/// Written by hand because the CSV packages at hand (SwiftCSV among them) load whole files and report no positions,
/// and a department has to be told which row and column to mend.
package struct CSVReader: ~Copyable {
    /// Longest field in bytes, quotes not counted: 1 MiB.
    package static let fieldByteLimit = 1 << 20
    package static let columnLimit = 16_384

    /// Column names in the file's order.
    package private(set) var header: [String] = []
    /// Bytes taken from the source so far.
    package private(set) var bytesRead = 0
    /// 1 for the first row below the header; 0 before it is read.
    package private(set) var row = 0

    private let source: any ByteSource
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var end = 0
    private var atEnd = false

    /// The fields of the record one after the other, unquoted.
    private var record = [UInt8]()
    /// Where each field ends in `record`.
    private var ends = [Int]()
    private var hasNonASCII = false
    /// Line at which the current record begins, and the one that is being read.
    private var recordLine = 1
    private var line = 1

    /// Reads the header.
    /// - Throws: ``SealedTableError/csv(_:at:)`` with row 0.
    package init(_ source: any ByteSource) throws(SealedTableError) {
        self.source = source
        try fill()
        if buffer[0..<end].starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        guard position < end else { throw problem(.emptyFile) }
        _ = try readRecord()
        header = (0..<ends.count).map { String(decoding: field($0), as: UTF8.self) }
        var seen = Set<String>()
        for name in header where !seen.insert(name).inserted { throw problem(.duplicateHeader, column: name) }
    }

    /// Reads the next row.
    /// - Returns: `false` at the end of the file.
    /// - Throws: ``SealedTableError/csv(_:at:)``; the reader is of no more use then.
    package mutating func next() throws(SealedTableError) -> Bool {
        row += 1
        guard try readRecord() else {
            row -= 1
            return false
        }
        guard ends.count == header.count else {
            throw problem(.raggedRow(expected: header.count, found: ends.count))
        }
        return true
    }

    /// The bytes of the current row's field in column `index` of ``header``, valid UTF-8.
    package func field(_ index: Int) -> ArraySlice<UInt8> {
        record[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Where the current row is, for errors about its cells.
    package func position(column: String?) -> CSVPosition {
        CSVPosition(file: source.name, row: row, line: recordLine, column: column)
    }
}

extension CSVReader {
    private enum State {
        case fieldStart, bare, quoted, afterQuote, afterReturn
    }

    private func problem(_ problem: CSVProblem, column: String? = nil) -> SealedTableError {
        .csv(problem, at: position(column: column))
    }

    /// An error about the field that is being read.
    private func problemInField(_ problem: CSVProblem) -> SealedTableError {
        self.problem(problem, column: columnName(ends.count))
    }

    private func columnName(_ index: Int) -> String {
        index < header.count && !header[index].isEmpty ? header[index] : String(index + 1)
    }

    private mutating func readRecord() throws(SealedTableError) -> Bool {
        record.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        hasNonASCII = false
        recordLine = line
        var state = State.fieldStart
        while true {
            if position == end {
                try fill()
                if atEnd { return try finish(state) }
            }
            let byte = buffer[position]
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if try accept(byte, &state) { return true }
        }
    }

    /// - Returns: Whether the record ends with this byte.
    private mutating func accept(_ byte: UInt8, _ state: inout State) throws(SealedTableError) -> Bool {
        switch (state, byte) {
        case (_, 0): throw problemInField(.nulByte)
        case (.quoted, UInt8(ascii: "\"")): state = .afterQuote
        case (.quoted, _): try append(byte)
        case (.afterReturn, UInt8(ascii: "\n")): return try endRecord()
        case (.afterReturn, _): throw problemInField(.bareCarriageReturn)
        case (_, UInt8(ascii: ",")):
            try endField()
            state = .fieldStart
        case (_, UInt8(ascii: "\n")): return try endRecord()
        case (_, UInt8(ascii: "\r")): state = .afterReturn
        case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
        case (.afterQuote, UInt8(ascii: "\"")):
            try append(byte)
            state = .quoted
        case (.afterQuote, _): throw problemInField(.textAfterQuote)
        case (.bare, UInt8(ascii: "\"")): throw problemInField(.quoteInField)
        case (.fieldStart, _), (.bare, _):
            try append(byte)
            state = .bare
        }
        return false
    }

    private mutating func append(_ byte: UInt8) throws(SealedTableError) {
        guard record.count - (ends.last ?? 0) < CSVReader.fieldByteLimit else {
            throw problemInField(.fieldTooLong(limit: CSVReader.fieldByteLimit))
        }
        if byte >= 0x80 { hasNonASCII = true }
        record.append(byte)
    }

    private mutating func endField() throws(SealedTableError) {
        guard ends.count < CSVReader.columnLimit else { throw problem(.tooManyColumns(limit: CSVReader.columnLimit)) }
        // A row that is too wide is refused before it can fill memory.
        if row > 0, ends.count > header.count {
            throw problem(.raggedRow(expected: header.count, found: ends.count + 1))
        }
        ends.append(record.count)
    }

    private mutating func endRecord() throws(SealedTableError) -> Bool {
        try endField()
        guard hasNonASCII else { return true }
        for index in ends.indices where String(validating: field(index), as: UTF8.self) == nil {
            throw problem(.invalidUTF8, column: columnName(index))
        }
        return true
    }

    /// The file has ended: a last line need not have a line break.
    private mutating func finish(_ state: State) throws(SealedTableError) -> Bool {
        switch state {
        case .quoted: throw problemInField(.unterminatedQuote)
        case .afterReturn: throw problemInField(.bareCarriageReturn)
        case .fieldStart where ends.isEmpty: return false
        case .fieldStart, .bare, .afterQuote: return try endRecord()
        }
    }

    /// Reads the next piece. At the front as many pieces as it takes to see a byte order mark and what
    /// follows it.
    private mutating func fill() throws(SealedTableError) {
        position = 0
        end = 0
        let least = bytesRead == 0 ? 4 : 1
        while end < least {
            let (source, start) = (source, end)
            let outcome = buffer.withUnsafeMutableBytes { bytes in
                Result { () throws(ByteSourceFailure) in
                    try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
                }
            }
            let count: Int
            switch outcome {
            case .success(let read): count = read
            case .failure(let failure): throw problem(.unreadable(code: failure.code))
            }
            if count == 0 { break }
            end += count
            bytesRead += count
        }
        atEnd = end == 0
    }
}
