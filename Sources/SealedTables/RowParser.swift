import SharingModel

/// Turns CSV rows into the plaintext columns of a shard, by the schema.
struct RowParser {
    /// Longest text of a column, in bytes: a shard has to hold some rows, and the function for pseudonyms takes no more.
    static let textByteLimit = 65_535

    private let schema: TableSchema
    private let pseudonymKey: (any PseudonymSource)?
    private let missing: [[UInt8]]
    /// For each field of the schema, its column in the CSV.
    private let columns: [Int]
    /// Fields of the schema whose text is published.
    private let textFields: [Int]
    private let cellFields: [Int]
    /// CSV columns that the schema does not name, in the file's order.
    let dropped: [String]

    /// - Throws: ``SealedTableError/csv(_:at:)`` naming a column that the CSV lacks.
    /// - Parameter pseudonymKey: `nil` to check values only: pseudonyms are then all zero.
    init(
        schema: TableSchema, _ reader: borrowing CSVReader, pseudonymKey: (any PseudonymSource)?
    ) throws(SealedTableError) {
        let header = reader.header
        self.schema = schema
        self.pseudonymKey = pseudonymKey
        missing = schema.missingValues.map { Array($0.utf8) }
        let places = Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, $0) })
        var columns = [Int]()
        for field in schema.fields {
            guard let place = places[field.name] else {
                throw .csv(.missingColumn, at: reader.position(column: field.name))
            }
            columns.append(place)
        }
        self.columns = columns
        textFields = schema.fields.indices.filter {
            schema.fields[$0].protection == .public && schema.fields[$0].isStoredAsText
        }
        cellFields = schema.fields.indices.filter { schema.fields[$0].hasCells }
        let named = Set(schema.fields.map(\.name))
        dropped = header.filter { !named.contains($0) }
    }

    /// Bytes that the reader's current row adds to the texts of a shard, or more (missing values count as written).
    func textByteCount(_ reader: borrowing CSVReader) -> Int {
        var count = 0
        for index in textFields { count += reader.field(columns[index]).count }
        for index in cellFields {
            count += SealedCell.boxByteCount(textByteCount: reader.field(columns[index]).count)
        }
        return count
    }

    /// Appends the reader's current row to `draft`.
    /// - Throws: ``SealedTableError/value(_:at:)``; `draft` is of no more use then.
    func append(_ reader: borrowing CSVReader, to draft: inout ShardDraft) throws(SealedTableError) {
        for (index, field) in schema.fields.enumerated() {
            do throws(ValueProblem) {
                try append(reader.field(columns[index]), field, to: &draft.columns[index])
            } catch {
                throw .value(error, at: reader.position(column: field.name))
            }
        }
        draft.rows += 1
    }

    private func append(
        _ cell: ArraySlice<UInt8>, _ field: Field, to column: inout DraftColumn
    ) throws(ValueProblem) {
        guard !missing.contains(where: { $0.elementsEqual(cell) }) else {
            if field.name == schema.subject { throw .missingSubject }
            if field.required { throw .missing }
            return column.appendMissing(field)
        }
        switch field.protection {
        case .computable: column.append(entry: try field.entry(cell))
        case .pseudonym:
            let text = try field.normalText(cell)
            column.append(try pseudonymKey?.pseudonym(of: text) ?? Pseudonym(high: 0, low: 0))
            if field.isEscrowed { column.append(cell: text) }
        case .public where field.isStoredAsText: column.append(text: try field.normalText(cell))
        case .public: column.append(integer: try field.wholeNumber(cell))
        case .sealed: column.append(text: try field.sealedText(cell))
        }
    }
}

extension Field {
    /// The slot entry of a computable cell: (v − minimum) · 10^decimals.
    fileprivate func entry(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> UInt128 {
        guard let computable else { preconditionFailure("only computable fields have entries") }
        let value = try number(cell)
        guard value.scale <= computable.decimals else {
            throw type == .integer
                ? .notAnInteger : .tooManyDecimals(declared: computable.decimals, needed: value.scale)
        }
        guard let scaled = value.scaled(to: computable.decimals),
            (computable.scaledMinimum...computable.scaledMaximum).contains(scaled)
        else { throw .outOfRange(minimum: minimum, maximum: maximum) }
        return UInt128(scaled - computable.scaledMinimum)
    }

    /// The text of a cell that is sealed: as that of a pseudonym, and numbers and booleans as written, once they are ones.
    fileprivate func sealedText(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> ArraySlice<UInt8> {
        switch type {
        case .number:
            let value = try number(cell)
            if let minimum, value < minimum { throw .outOfRange(minimum: minimum, maximum: maximum) }
            if let maximum, maximum < value { throw .outOfRange(minimum: minimum, maximum: maximum) }
        case .boolean: _ = try wholeNumber(cell)
        case .integer, .string, .date: break
        }
        return try normalText(cell)
    }

    private func number(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> ExactDecimal {
        do throws(ExactDecimal.Problem) {
            return try ExactDecimal(parsing: cell)
        } catch {
            switch error {
            case .notANumber: throw .notANumber
            case .notFinite: throw .notFinite
            case .tooManyDigits: throw .tooManyDigits
            }
        }
    }

    /// A public whole number, or a boolean as 1 or 0.
    fileprivate func wholeNumber(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> Int64 {
        if type == .boolean { return try boolean(cell) }
        let value = try number(cell)
        guard value.scale == 0 else { throw .notAnInteger }
        guard let whole = Int64(exactly: value.coefficient) else { throw .integerTooLarge }
        guard accepts(whole) else { throw .outOfRange(minimum: minimum, maximum: maximum) }
        return whole
    }

    /// The values that Frictionless Table Schema takes for true and false.
    private func boolean(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> Int64 {
        switch String(decoding: cell, as: UTF8.self) {
        case "true", "True", "TRUE", "1": return 1
        case "false", "False", "FALSE", "0": return 0
        default: throw .notABoolean
        }
    }

    /// The one text of a cell that is kept, or made a pseudonym: `007`, `+7` and `7` are one whole number.
    fileprivate func normalText(_ cell: ArraySlice<UInt8>) throws(ValueProblem) -> ArraySlice<UInt8> {
        switch type {
        case .integer: return Array(String(try wholeNumber(cell)).utf8)[...]
        case .date:
            guard CalendarDate.isValid(cell) else { throw .notADate }
            return cell
        case .string, .number, .boolean:
            guard cell.count <= RowParser.textByteLimit else {
                throw .textTooLong(bytes: cell.count, limit: RowParser.textByteLimit)
            }
            return cell
        }
    }
}
