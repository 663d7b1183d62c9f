package import SharingModel

extension LedgerState {
    package func result(_ id: Digest) throws -> RecordedResult? {
        guard let record = try read(ResultRecord.self, at: .result(id)) else { return nil }
        return try result(record)
    }

    /// Sorted by id.
    package func results() throws -> [RecordedResult] {
        try readAll(ResultRecord.self, under: .results).map(result)
    }

    private func result(_ record: ResultRecord) throws -> RecordedResult {
        RecordedResult(
            record: record, statements: try readAll(ResultStatement.self, under: .statements(record.id)),
            opening: try opening(of: record.id),
            openingRefusal: try read(OpeningRefusalRecord.self, at: .openingRefusal(record.id)),
            begun: try read(OpeningBegun.self, at: .openingBegun(record.id)),
            parts: try readAll(OpeningPartRecord.self, under: .openingParts(record.id)),
            reports: try readAll(OpeningPartRecord.self, under: .partReports(record.id)),
            partRefusals: try readAll(OpeningRefusalRecord.self, under: .partRefusals(record.id)))
    }

    package func opening(of result: Digest) throws -> OpeningRecord? {
        try read(OpeningRecord.self, at: .opening(result))
    }

    /// The pool's openings in the order in which they were recorded: the disclosure guard's history.
    package func openings(in pool: PoolName) throws -> [OpeningRecord] {
        try readAll(OpeningPointer.self, under: .poolOpenings(pool)).compactMap { try opening(of: $0.result) }
    }

    /// The same, with openings of a shared key from the first holder's part on; with their times.
    package func begunOpenings(in pool: PoolName) throws -> [(result: Digest, at: Timestamp)] {
        try readAll(OpeningPointer.self, under: .poolOpenings(pool)).compactMap { pointer in
            let begun = try read(OpeningBegun.self, at: .openingBegun(pointer.result))?.at
            return try (begun ?? opening(of: pointer.result)?.at).map { (pointer.result, $0) }
        }
    }

    /// How many openings the pool has: what `openingsSeen` must be.
    package func openingCount(in pool: PoolName) throws -> Int64 {
        try read(OpeningCount.self, at: .openingCount(pool))?.count ?? 0
    }
}

extension Execution {
    func result(_ id: Digest) throws -> RecordedResult {
        guard let result = try state.result(id) else { throw Refusal(.resultUnknown, ["result": id.hex]) }
        return result
    }

    /// A result that the acting party, as its pool's custodian, may open or refuse to open.
    func openableResult(_ id: Digest) throws -> RecordedResult {
        let result = try result(id)
        let pool = try pool(result.record.pool)
        guard pool.sharing == nil else { throw Refusal(.keyIsShared, ["pool": pool.name.text]) }
        guard pool.custodian == by else {
            throw Refusal(
                .notCustodian, ["party": by.text, "pool": pool.name.text, "custodian": pool.custodian.text])
        }
        guard result.opening == nil else { throw Refusal(.alreadyOpened, ["result": id.hex]) }
        return result
    }
}
