/// Rows in aligned columns: text to the left, numbers to the right.
///
/// At a terminal the header is bold; everywhere else the text is plain, and the same.
struct TextTable {
    struct Column {
        let title: String
        let isNumeric: Bool

        static func text(_ title: String) -> Column { Column(title: title, isNumeric: false) }
        static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: Column...) {
        self.columns = columns
    }

    init(columns: [Column]) {
        self.columns = columns
    }

    /// - Precondition: one cell a column. Control characters in cells are escaped.
    mutating func append(_ cells: String...) {
        append(cells: cells)
    }

    mutating func append(cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map { Printable.line($0) })
    }

    /// The lines without a newline at the end.
    func text(for terminal: Terminal = .standardOutput) -> String {
        let titles = columns.map(\.title)
        let widths = columns.indices.map { index in
            ([titles] + rows).map { $0[index].count }.max() ?? 0
        }
        let header = terminal.painted(line(titles, widths), .bold)
        return ([header] + rows.map { line($0, widths) }).joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += "  " }
            let padding = String(repeating: " ", count: widths[index] - cell.count)
            line += columns[index].isNumeric ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
