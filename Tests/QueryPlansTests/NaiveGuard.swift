import QueryPlans

/// A tiny table and everything released of it, written down so plainly that it can serve as the measure for the guard.
struct TinyTable {
    /// Domain and subject of each row.
    var subjects: [(domain: String, subject: UInt64)]
    /// One column.
    var present: [Bool]

    var rows: Int { subjects.count }

    var subjectRows: SubjectRows {
        var rows = SubjectRows(columns: ["x"])
        for row in 0..<self.rows {
            rows.append(rows: 1, domain: subjects[row].domain) { _ in
                SubjectRows.Subject(high: 0, low: subjects[row].subject)
            } present: { _ in
                { _ in present[row] }
            }
        }
        return rows
    }

    /// Distinct subjects under the domain that has the most.
    func subjectCount(of part: some Sequence<Int>) -> Int {
        var byDomain = [String: Set<UInt64>]()
        for row in part { byDomain[subjects[row].domain, default: []].insert(subjects[row].subject) }
        return byDomain.values.map(\.count).max() ?? 0
    }

    /// One text for each row and each way of being released; rows of one text make a part. "-" is no release.
    func signatures(_ releases: [Release]) -> [[String]] {
        (0..<rows).map { row in
            releases.flatMap { release in
                (release.measures["x"] ?? []).sorted().map { measure in
                    let group = release.grouping.groupOfRow[row]
                    guard present[row], group != RowGrouping.none, release.isReleased[Int(group)] else { return "-" }
                    switch measure {
                    case .plain: return "\(group)"
                    case .weighted(let index):
                        let weight = release.grouping.weights[index][row]
                        return weight == 0 ? "-" : "\(group)*\(weight)"
                    }
                }
            }
        }
    }

    /// Parts of the common refinement of `releases` that at least one of them covers.
    func parts(_ releases: [Release]) -> [[Int]] {
        let covered = signatures(releases).enumerated().filter { !$0.element.allSatisfy { $0 == "-" } }
        return Dictionary(grouping: covered, by: \.element).values.map { $0.map(\.offset) }
    }

    /// Coefficients of each number that is opened, row by row: what a linear algebra attack starts from.
    func vectors(_ releases: [Release]) -> [[Int]] {
        var vectors = [[Int]]()
        for release in releases {
            for measure in (release.measures["x"] ?? []).sorted() {
                for group in release.grouping.groups.indices where release.isReleased[group] {
                    vectors.append(
                        (0..<rows).map { row in
                            guard present[row], release.grouping.groupOfRow[row] == UInt32(group) else { return 0 }
                            guard case .weighted(let index) = measure else { return 1 }
                            return Int(release.grouping.weights[index][row])
                        })
                }
            }
        }
        return vectors
    }

    /// Whether some combination of the opened numbers concerns rows of `part` alone: whether leaving those columns out
    /// loses rank.
    func canIsolate(_ part: Set<Int>, from vectors: [[Int]]) -> Bool {
        let others = vectors.map { vector in vector.indices.map { part.contains($0) ? 0 : vector[$0] } }
        return rank(others) < rank(vectors)
    }
}

/// Rank modulo a prime that is large beside all minors of tiny matrices.
private func rank(_ matrix: [[Int]]) -> Int {
    let prime = 2_147_483_647
    var rows = matrix.map { $0.map { (($0 % prime) + prime) % prime } }
    var rank = 0
    for column in 0..<(rows.first?.count ?? 0) {
        guard let pivot = (rank..<rows.count).first(where: { rows[$0][column] != 0 }) else { continue }
        rows.swapAt(rank, pivot)
        let inverse = power(rows[rank][column], prime - 2, prime)
        for other in (rank + 1)..<max(rows.count, rank + 1) where rows[other][column] != 0 {
            let factor = rows[other][column] * inverse % prime
            for index in column..<rows[other].count {
                rows[other][index] = (rows[other][index] + (prime - factor) * rows[rank][index]) % prime
            }
        }
        rank += 1
    }
    return rank
}

private func power(_ base: Int, _ exponent: Int, _ prime: Int) -> Int {
    var (result, base, exponent) = (1, base % prime, exponent)
    while exponent > 0 {
        if exponent & 1 == 1 { result = result * base % prime }
        base = base * base % prime
        exponent >>= 1
    }
    return result
}
