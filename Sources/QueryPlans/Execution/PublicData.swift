import BlobStore
import Multiprecision
import Paillier
import SealedTables
import SharingModel

/// The public part of some datasets, loaded to be queried: one numbering of rows for the table, the subjects, and the
/// ciphertexts.
struct PublicData {
    /// Where a dataset's rows are.
    struct Extent {
        let dataset: SealedDataset
        let rows: Range<Int>
        /// The first of the dataset's shards, open until they are added up.
        let kept: [SummableShard]
    }

    /// What of the shards will be added up.
    struct Purpose {
        let datasets: Set<CID>
        let packs: Set<PackName>
        let key: PublicKey
    }

    /// Most shards that are kept open: the operating system allows a process some 65,000 mappings.
    private static let mostKept = 30_000

    /// Sorted by CID.
    let extents: [Extent]
    let table: PublicTable
    let subjects: SubjectRows

    /// Reads every shard of `datasets`, whose structure is checked and whose ciphertexts are not looked at.
    ///
    /// - Parameters:
    ///   - columns: Public columns that expressions read; null in datasets that do not have one.
    ///   - computable: Columns whose presence counts; absent in datasets that do not have one.
    ///   - purpose: Ciphertexts that will be added up. They are checked to be in range, and their shards stay open, so
    ///     that they need not be read and hashed again. `nil`: no ciphertext is looked at.
    init(
        _ datasets: [SealedDataset], columns: [String], computable: [String], purpose: Purpose?,
        store: any BlobStore, workers: Int, progress: (Int) -> Void
    ) throws {
        table = try PublicTable(columns: columns)
        var subjects = SubjectRows(columns: computable)
        var extents = [Extent]()
        var open = 0
        for dataset in datasets.sorted(by: { $0.cid < $1.cid }) {
            let start = table.rowCount
            var kept = [SummableShard]()
            let purpose = purpose.flatMap { $0.datasets.contains(dataset.cid) ? $0 : nil }
            // A few shards at a time are read by all cores, then added in order.
            for batch in stride(from: 0, to: dataset.shards.count, by: 4 * workers) {
                let size = min(4 * workers, dataset.shards.count - batch)
                let shards = try concurrentMap(size, workers: workers) { index in
                    try dataset.naming {
                        let shard = try UnverifiedShard(batch + index, of: dataset, in: store)
                        defer { shard.releasePages() }
                        let summable = try purpose.map { try shard.inRange(under: $0.key, packs: $0.packs) }
                        return PublicShard(
                            shard.table, summable.flatMap { $0.isMapped ? $0 : nil }, columns: columns,
                            computable: computable)
                    }
                }
                for shard in shards {
                    try shard.append(to: table)
                    shard.append(to: &subjects, domain: dataset.manifest.subjectDomain)
                    progress(shard.rows)
                }
                let summable = shards.compactMap(\.summable)
                if summable.count == size, open + size <= Self.mostKept {
                    kept += summable
                    open += size
                }
            }
            extents.append(Extent(dataset: dataset, rows: start..<table.rowCount, kept: kept))
        }
        self.extents = extents
        self.subjects = subjects
    }

    /// The rows of a plan's datasets.
    func ranges(of plan: BoundPlan) -> [Range<Int>] {
        let named = Set(plan.datasets.map(\.cid))
        return extents.filter { named.contains($0.dataset.cid) }.map(\.rows)
    }
}

extension Manifest {
    /// Names what subjects of this dataset can be compared with. A public subject column hides nobody, so its values
    /// are comparable everywhere.
    fileprivate var subjectDomain: String {
        schema.subjectIsPseudonym ? pseudonymKey?.hex ?? "" : "public"
    }
}

/// What is taken out of one shard.
private struct PublicShard: Sendable {
    /// Where it costs nothing to keep it open.
    let summable: SummableShard?
    let rows: Int
    private let cells: [[SealedTables.PublicValue]?]
    private let subjects: [Pseudonym]
    private let presence: [String: PresenceBitmap]

    init(_ shard: ShardTable, _ summable: SummableShard?, columns: [String], computable: [String]) {
        self.summable = summable
        rows = shard.rows
        cells = columns.map(shard.publicValues)
        subjects = shard.subjects
        var presence = [String: PresenceBitmap]()
        for column in computable { presence[column] = shard.presence(of: column) }
        self.presence = presence
    }

    func append(to table: PublicTable) throws {
        try table.append(rows: rows) { row, column in
            switch cells[column]?[row] {
            case nil, .null: .null
            case .integer(let value): .integer(value)
            case .text(let text): .text(text)
            }
        }
    }

    func append(to rows: inout SubjectRows, domain: String) {
        rows.append(rows: self.rows, domain: domain) { row in
            SubjectRows.Subject(high: subjects[row].high, low: subjects[row].low)
        } present: { column in
            let bitmap = presence[column]
            return { bitmap?[$0] ?? false }
        }
    }
}
