import SharingModel

extension SealedTableError: CustomStringConvertible {
    /// What is wrong, where, and what to do about it: for a person, without the content of any cell.
    package var description: String {
        switch self {
        case .schema(let problem, let field?): "field '\(field)': \(problem.message)"
        case .schema(let problem, nil): "table schema: \(problem.message)"
        case .csv(let problem, let position): "\(position): \(problem.message)"
        case .value(let problem, let position): "\(position): \(problem.message)"
        case .packTooWide(let pack, let bits, let available):
            "pack '\(pack)' needs \(bits) bits, and a plaintext of this key holds \(available): move columns to "
                + "another pack, or narrow their 'minimum' and 'maximum'"
        case .fieldKeyNeeded(let field):
            "field '\(field)': a sealed column needs the department's key for fields; make it with "
                + "`chancery escrow key`"
        case .sealedCell(let problem, let field, let row): "field '\(field)', row \(row): \(problem.message)"
        case .pseudonymKeyLength(let bytes):
            "a pseudonym key has \(PseudonymKey.byteCount) bytes, this one \(bytes)"
        case .pseudonymKeyNeeded(let field):
            "field '\(field)': a pseudonym column needs the department's pseudonym key"
        case .shard(let problem): "shard: \(problem.message)"
        case .manifest(let problem): "manifest: \(problem.message)"
        }
    }
}

extension CSVPosition: CustomStringConvertible {
    package var description: String {
        let place = row == 0 ? "header" : "row \(row)"
        let column = self.column.map { ", column '\($0)'" } ?? ""
        return "\(file): \(place) (line \(line))\(column)"
    }
}

extension SchemaProblem {
    var message: String {
        switch self {
        case .notJSON(let detail): "is not JSON: \(detail)"
        case .missingMember(let member): "has no '\(member)'; add it"
        case .unknownMember(let member):
            "'\(member)' is nothing that Chancery keeps; remove it (is it misspelt?)"
        case .wrongKind(let member, let expected): "'\(member)' must be \(expected)"
        case .noFields: "'fields' is empty; declare at least one"
        case .tooManyFields(let count, let limit): "has \(count) fields, and at most \(limit) are accepted"
        case .fieldName: "a name has 1 to 128 bytes and no control characters"
        case .duplicateField(let other):
            "the schema has '\(other)' already; names must differ in more than the case of their letters"
        case .unknownType(let type):
            "type '\(type)' is not known; use \(FieldType.allCases.map(\.rawValue).joined(separator: ", "))"
        case .unknownProtection(let protection):
            "protection '\(protection)' is not known; use "
                + Protection.allCases.map(\.rawValue).joined(separator: ", ")
        case .publicNumber:
            "a public column cannot be of type 'number', since binary fractions would lose digits; declare it "
                + "'integer' or 'string'"
        case .pseudonymType(let type):
            "a pseudonym column cannot be of type '\(type)'; declare it 'integer', 'string' or 'date'"
        case .computableType(let type):
            "a computable column cannot be of type '\(type)'; declare it 'integer' or 'number'"
        case .needsBound(let member): "a computable column needs 'constraints.\(member)'; add it"
        case .needsDecimals: "a computable column of type 'number' needs 'decimals'; add it"
        case .integerDecimals(let decimals):
            "has type 'integer' and 'decimals' \(decimals); set 0, or declare it 'number'"
        case .decimalsOutOfRange(let decimals, let limit): "'decimals' is \(decimals); use 0 to \(limit)"
        case .boundNotANumber(let member): "'constraints.\(member)' is not a decimal number"
        case .boundDecimals(let member, let needed, let declared):
            "'constraints.\(member)' has \(needed) decimals, and the field \(declared); give both the same"
        case .boundTooLarge(let member):
            "'constraints.\(member)' has more than \(ExactDecimal.mostDigits) digits with its decimals"
        case .minimumAboveMaximum: "'constraints.minimum' is above 'constraints.maximum'; exchange them"
        case .onlyForComputable(let member): "'\(member)' is for computable columns only; remove it"
        case .onlyForPseudonyms(let member): "'\(member)' is for pseudonym columns only; remove it"
        case .boundOnlyForNumbers(let member):
            "'constraints.\(member)' is for types 'integer' and 'number' only; remove it"
        case .inNoPack: "the column is computable and in no pack; add it to one in 'packs'"
        case .inTwoPacks(let first, let second):
            "the column is listed twice in 'packs', in '\(first)' and '\(second)'; keep one"
        case .packName(let name):
            "pack name '\(name)' is not 1 to 64 of a-z, 0-9, '-', '_', '.', beginning with a letter or digit"
        case .packEmpty(let pack): "pack '\(pack)' has no columns; remove it"
        case .packUnknownColumn(let pack): "pack '\(pack)' lists it, and 'fields' does not; declare it"
        case .packColumnProtection(let pack):
            "pack '\(pack)' lists it, and it is not computable; take it out, or set 'protection' to 'computable'"
        case .subjectUnknown: "'subject' names it, and 'fields' does not; declare it"
        case .subjectProtection: "'subject' names it; a subject column must be 'pseudonym' or 'public'"
        }
    }
}

extension CSVProblem {
    var message: String {
        switch self {
        case .unreadable(let code): "cannot be read (errno \(code)); check that the file is there and readable"
        case .emptyFile: "the file is empty; a header line is needed"
        case .noRows: "the file has a header and no rows; there is nothing to publish"
        case .nulByte: "holds a NUL byte; is this a text file?"
        case .invalidUTF8: "is not UTF-8; convert the file to UTF-8"
        case .bareCarriageReturn: "a carriage return stands without line feed; end lines with LF or CRLF"
        case .quoteInField: "a quote stands inside a field that does not begin with one; quote the whole field"
        case .textAfterQuote: "text follows a closing quote; double quotes that belong to the text"
        case .unterminatedQuote: "a quoted field is never closed; add the closing quote"
        case .raggedRow(let expected, let found):
            "has \(found) field\(found == 1 ? "" : "s"), and the header \(expected); is a separator missing, or too many?"
        case .fieldTooLong(let limit): "the field is longer than \(limit) bytes; is a closing quote missing?"
        case .tooManyColumns(let limit): "has more than \(limit) columns"
        case .rowTooLarge(let limit): "the row does not fit a shard of \(limit) bytes; publish fewer or shorter columns"
        case .duplicateHeader: "the header has this name twice; rename one of the columns"
        case .missingColumn: "the schema has this column, and the header does not; add it, or correct the schema"
        }
    }
}

extension ValueProblem {
    var message: String {
        switch self {
        case .missing: "the value is missing, and the schema requires it"
        case .missingSubject: "the subject is missing; every row must say who it is about"
        case .notAnInteger: "the value is not a whole number"
        case .integerTooLarge: "the value does not fit 64 bits; declare the column 'string'"
        case .notANumber: "the value is not a decimal number (digits, one '.', no spaces or separators)"
        case .notFinite: "the value is not finite; leave the cell empty if it is not known"
        case .tooManyDigits: "the value has more than \(ExactDecimal.mostDigits) digits, and no schema allows that"
        case .tooManyDecimals(let declared, let needed):
            "the value needs \(needed) decimals, and the schema declares \(declared); declare 'decimals' \(needed), "
                + "or round the data yourself"
        case .outOfRange(let minimum?, let maximum?):
            "the value is outside the schema's range of \(minimum) to \(maximum)"
        case .outOfRange(let minimum?, nil): "the value is below the schema's minimum of \(minimum)"
        case .outOfRange(nil, let maximum?): "the value is above the schema's maximum of \(maximum)"
        case .outOfRange(nil, nil): "the value is out of range"
        case .notABoolean: "the value is not true, false, 1 or 0"
        case .notADate: "the value is not a date of the form YYYY-MM-DD"
        case .textTooLong(let bytes, let limit): "the text has \(bytes) bytes, and a public column takes \(limit)"
        case .pseudonymUnknown:
            "the value has no pseudonym of the section's key yet; get it with `chancery pseudonym request`"
        }
    }
}

extension ShardProblem {
    var message: String {
        switch self {
        case .truncated(let bytes): "has only \(bytes) bytes; \(fetchAgain)"
        case .notAShard: "the block is not a shard; \(fetchAgain)"
        case .unsupportedVersion(let version):
            "has format version \(version), and this program reads \(ShardGeometry.version); update it"
        case .rowCount(let found, let expected): "says \(found) rows, and its manifest \(expected); \(blame)"
        case .byteCount(let found, let expected): "has \(found) bytes where \(expected) belong; \(blame)"
        case .ciphertextByteCount(let found, let expected):
            "has ciphertexts of \(found) bytes, and its manifest's key gives \(expected); \(blame)"
        case .section(let index): "section \(index) is not where the format puts it; \(blame)"
        case .notZero(let offset): "byte \(offset) must be zero and is not; \(blame)"
        case .text(let column, let row): "column '\(column)', row \(row): the text's place is wrong; \(blame)"
        case .value(let column, let row): "column '\(column)', row \(row): not what the schema allows; \(blame)"
        case .ciphertext(let pack, let row):
            "pack '\(pack)'\(row.map { ", row \($0)" } ?? ""): not a ciphertext under the pool's key; \(blame)"
        case .keyMismatch: "is encrypted under another key than the pool's; name the pool it was published to"
        }
    }

    private var fetchAgain: String { "fetch it again from its publisher" }
    private var blame: String { "the publisher must publish the dataset again" }
}

extension SealedCellProblem {
    var message: String {
        switch self {
        case .notSealed: "the dataset has no sealed column of this name"
        case .noSuchRow(let rows): "the dataset has \(rows) rows, counted from 0"
        case .otherKey: "the dataset names another key for fields than its owner's"
        case .ciphertext: "the cell's key is no ciphertext; the publisher must publish the dataset again"
        case .key: "the ciphertext does not hold a key; the publisher must publish the dataset again"
        case .box: "does not open: it was sealed for another place or key, or altered; do not use this dataset"
        case .text: "holds no text; the publisher must publish the dataset again"
        }
    }
}

extension ManifestProblem {
    var message: String {
        switch self {
        case .malformed(let detail): "cannot be read: \(detail)"
        case .unsupportedVersion(let version):
            "has version \(version), and this program reads \(Manifest.version); update it"
        case .layoutMismatch: "its slots are not those that follow from its schema; do not use this dataset"
        case .rowSum(let shards, let manifest): "says \(manifest) rows, and its shards hold \(shards)"
        case .byteSum(let shards, let manifest): "says \(manifest) bytes, and its shards have \(shards)"
        case .shardCount(let found, let expected): "lists \(found) shards where 1 to \(expected) belong"
        case .shardSize(let index): "entry \(index) has an impossible count of rows or bytes"
        case .linkCodec(let index): "the link of entry \(index) has the wrong codec"
        case .modulusBits(let bits): "names a key of \(bits) bits, which nobody uses"
        case .subjectCount: "its count of subjects is impossible"
        case .pseudonymKey: "names a pseudonym key without need, or none where its schema needs one"
        case .sealedKey: "names a key for fields without need, none where its schema needs one, or an unusable one"
        case .keyMismatch: "was sealed under another key than the pool's; name the pool it was published to"
        case .keyFingerprint: "its key fingerprint is not 64 hexadecimal digits"
        case .weightCapacityBits(let bits):
            "has a weight capacity of \(bits) bits; 1 to \(TableLayout.mostWeightCapacityBits) are possible"
        case .codec: "is not a dag-json block; give the CID of a manifest"
        }
    }
}
