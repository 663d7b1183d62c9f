/// Whose row each row is, and which columns have a value in it: all that the guard knows of the data. All of it is
/// public to members.
package struct SubjectRows: Sendable {
    /// Sixteen bytes that stand for a person under one pseudonym key.
    package struct Subject: Hashable, Sendable {
        let high: UInt64
        let low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// Stands for a row that is nobody's: its subject is missing. It counts as no subject.
    static let nobody = UInt32.max

    package private(set) var rowCount = 0
    /// For each row the number of its subject.
    private(set) var subjectOfRow = [UInt32]()
    /// For each subject the number of the pseudonym key that it is known under.
    private(set) var domainOfSubject = [UInt32]()
    private(set) var domainCount = 0
    private var domains = [String: UInt32]()
    private var subjects = [DomainSubject: UInt32]()
    /// Rows in which the column is present.
    package private(set) var presence: [String: RowSet]

    private struct DomainSubject: Hashable {
        let domain: UInt32
        let subject: Subject
    }

    /// No rows yet, of tables with `columns` computable ones.
    package init(columns: [String]) {
        presence = Dictionary(uniqueKeysWithValues: columns.map { ($0, RowSet()) })
    }

    /// Adds the next rows.
    ///
    /// - Parameters:
    ///   - domain: Names the pseudonym key. Subjects of one domain are matched across datasets, subjects of two are
    ///     never taken for the same, nor for different: see ``DisclosureGuard``.
    ///   - subject: The subject of a row, or `nil` where it is missing.
    ///   - present: Whether a row has a value in a column. Asked for each column of ``presence``.
    package mutating func append(
        rows count: Int, domain: String, subject: (_ row: Int) throws -> Subject?,
        present: (_ column: String) throws -> (_ row: Int) -> Bool
    ) rethrows {
        let domain = number(ofDomain: domain)
        subjectOfRow.reserveCapacity(rowCount + count)
        for row in 0..<count {
            subjectOfRow.append(try subject(row).map { number(of: $0, in: domain) } ?? Self.nobody)
        }
        for column in presence.keys.sorted() {
            let isPresent = try present(column)
            for row in 0..<count { presence[column]?.append(isPresent(row)) }
        }
        rowCount += count
    }

    private mutating func number(ofDomain domain: String) -> UInt32 {
        if let known = domains[domain] { return known }
        let number = UInt32(domainCount)
        domains[domain] = number
        domainCount += 1
        return number
    }

    private mutating func number(of subject: Subject, in domain: UInt32) -> UInt32 {
        let key = DomainSubject(domain: domain, subject: subject)
        if let known = subjects[key] { return known }
        let number = UInt32(domainOfSubject.count)
        subjects[key] = number
        domainOfSubject.append(domain)
        return number
    }
}

extension SubjectRows {
    /// Rows and distinct subjects of a part.
    struct Size: Hashable {
        var rows = 0
        /// The largest count under one pseudonym key.
        var subjects = 0
    }

    /// The sizes of parts `0..<partCount`; rows of part `ignored` are not looked at, so its size stays zero.
    /// - Complexity: Sorting the rows that are looked at.
    func sizes(ofParts partOfRow: [UInt32], count partCount: Int, ignoring ignored: UInt32) -> [Size] {
        var sizes = Array(repeating: Size(), count: partCount)
        var pairs = [UInt64]()
        for row in 0..<rowCount {
            let part = partOfRow[row]
            guard part != ignored else { continue }
            sizes[Int(part)].rows += 1
            let subject = subjectOfRow[row]
            if subject != Self.nobody { pairs.append(UInt64(part) << 32 | UInt64(subject)) }
        }
        pairs.sort()
        var tally = Array(repeating: 0, count: domainCount)
        var index = 0
        while index < pairs.count {
            let part = pairs[index] >> 32
            var touched = [Int]()
            while index < pairs.count, pairs[index] >> 32 == part {
                let pair = pairs[index]
                let domain = Int(domainOfSubject[Int(UInt32(truncatingIfNeeded: pair))])
                if tally[domain] == 0 { touched.append(domain) }
                tally[domain] += 1
                repeat { index += 1 } while index < pairs.count && pairs[index] == pair
            }
            for domain in touched {
                sizes[Int(part)].subjects = max(sizes[Int(part)].subjects, tally[domain])
                tally[domain] = 0
            }
        }
        return sizes
    }
}
