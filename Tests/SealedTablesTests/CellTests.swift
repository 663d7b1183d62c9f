import Foundation
import SealedTables
import Testing

@Suite("Cells against the schema")
struct CellTests {
    private func check(_ csv: String) throws -> CSVSummary {
        try SmallTable.schema().check(MemoryByteSource(csv.utf8, name: "t.csv"))
    }

    @Test("A table that fits is counted, and columns that the schema does not name are told")
    func countsRows() throws {
        #expect(try check(SmallTable.csv) == CSVSummary(rows: 3, droppedColumns: ["note"]))
    }

    @Test("The demo's table fits the demo's schema")
    func checksDemoTable() throws {
        let summary = try PackageFile.healthSchema().check(FileByteSource(path: PackageFile.table))
        #expect(summary.rows == 20_190)
        #expect(summary.droppedColumns.count == 45 - 19)
    }

    @Test(
        "A cell that does not fit is refused at its row, line and column, without its content",
        arguments: [
            (",n,1,1,,1,1,1,", ValueProblem.missingSubject, "id"),
            ("NA,n,1,1,,1,1,1,", .missingSubject, "id"),
            ("a,n,1.5,1,,1,1,1,", .notAnInteger, "year"),
            ("a,n,x,1,,1,1,1,", .notANumber, "year"),
            ("a,n,9223372036854775808,1,,1,1,1,", .integerTooLarge, "year"),
            ("a,n,1,yes,,1,1,1,", .notABoolean, "insured"),
            ("a,n,1,1,2021-02-29,1,1,1,", .notADate, "day"),
            ("a,n,1,1,21-02-28,1,1,1,", .notADate, "day"),
            ("a,n,1,1,,NaN,1,1,", .notFinite, "cost"),
            ("a,n,1,1,,Infinity,1,1,", .notFinite, "cost"),
            ("a,n,1,1,,1e400,1,1,", .tooManyDigits, "cost"),
            ("a,n,1,1,,$5,1,1,", .notANumber, "cost"),
            ("a,n,1,1,,1.234,1,1,", .tooManyDecimals(declared: 2, needed: 3), "cost"),
            (
                "a,n,1,1,,1000.01,1,1,", .outOfRange(minimum: ExactDecimal("-10.5"), maximum: ExactDecimal("1000")),
                "cost"
            ),
            (
                "a,n,1,1,,-10.51,1,1,", .outOfRange(minimum: ExactDecimal("-10.5"), maximum: ExactDecimal("1000")),
                "cost"
            ),
            ("a,n,1,1,,1e35,1,1,", .outOfRange(minimum: ExactDecimal("-10.5"), maximum: ExactDecimal("1000")), "cost"),
            ("a,n,1,1,,1,2.5,1,", .notAnInteger, "visits"),
            ("a,n,1,1,,1,401,1,", .outOfRange(minimum: ExactDecimal("0"), maximum: ExactDecimal("400")), "visits"),
        ])
    func refusesCells(row: String, problem: ValueProblem, column: String) throws {
        let position = CSVPosition(file: "t.csv", row: 2, line: 4, column: column)
        let text = SmallTable.header + "a,\"n\nm\",1,1,,1,1,1,\n" + row + "\n"
        let error = #expect(throws: SealedTableError.value(problem, at: position)) { try check(text) }
        #expect("\(try #require(error))".hasPrefix("t.csv: row 2 (line 4), column '\(column)': "))
    }

    @Test("A public text over the limit is refused")
    func limitsTexts() {
        let text = String(repeating: "n", count: 65_536)
        #expect(
            throws: SealedTableError.value(
                .textTooLong(bytes: 65_536, limit: 65_535),
                at: CSVPosition(file: "t.csv", row: 1, line: 2, column: "region"))
        ) { try check(SmallTable.header + "a,\(text),1,1,,1,1,1,\n") }
    }

    @Test("A column that the CSV lacks is named")
    func namesMissingColumn() {
        let csv = SmallTable.csv.replacing(",cost,", with: ",price,")
        #expect(
            throws: SealedTableError.csv(
                .missingColumn, at: CSVPosition(file: "t.csv", row: 0, line: 1, column: "cost"))
        ) { try check(csv) }
    }

    @Test("A header without rows is refused")
    func refusesNoRows() {
        #expect(throws: SealedTableError.csv(.noRows, at: CSVPosition(file: "t.csv", row: 0, line: 2))) {
            try check(SmallTable.header)
        }
    }
}
