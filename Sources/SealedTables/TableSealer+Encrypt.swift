import Multiprecision
import Paillier
import Synchronization

extension TableSealer {
    /// Rows that a worker takes at a time: what a vector unit encrypts at once, and few enough that all workers end a
    /// shard together, and that a bar moves.
    private static let rowsPerPiece = 8

    /// Encrypts every pack of every row of `draft` into its place, on `limits.workers` tasks.
    func encrypt(_ draft: ShardDraft, into writer: ShardWriter, _ meter: ProgressMeter.Piece) async throws {
        let packs = layout.packs.map { PackedRows($0, draft: draft, schema: schema) }
        let rowGroups = (draft.rows + TableSealer.rowsPerPiece - 1) / TableSealer.rowsPerPiece
        let queue = WorkQueue(count: rowGroups)
        let encryptor = encryptor
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, min(limits.workers, rowGroups)) {
                group.addTask {
                    while let piece = queue.next() {
                        try Task.checkCancellation()
                        let start = piece * TableSealer.rowsPerPiece
                        let rows = start..<min(start + TableSealer.rowsPerPiece, draft.rows)
                        for (index, pack) in packs.enumerated() {
                            let ciphertexts = try encryptor.encrypt(rows.map { try pack.plaintext(row: $0) })
                            for (row, ciphertext) in zip(rows, ciphertexts) {
                                writer.withCiphertext(pack: index, row: row) {
                                    ciphertext.write(littleEndianLimbs: $0)
                                }
                            }
                        }
                        meter.add(rows: rows.count)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The plaintexts of one pack, row by row.
private struct PackedRows: Sendable {
    private let packing: SlotLayout
    /// For each slot, the entries of its column, and whether they are squared.
    private let slots: [(entries: [UInt128], squared: Bool)]

    init(_ pack: PackLayout, draft: ShardDraft, schema: TableSchema) {
        packing = pack.packing
        slots = pack.slots.map { slot in
            guard let index = schema.fields.firstIndex(where: { $0.name == slot.column }) else {
                preconditionFailure("a checked schema has every packed column")
            }
            return (draft.columns[index].entries, slot.content == .square)
        }
    }

    func plaintext(row: Int) throws(PaillierError) -> BigInteger {
        try packing.pack(
            slots.map { slot in
                let entry = BigInteger(slot.entries[row])
                return slot.squared ? entry * entry : entry
            })
    }
}

/// Hands out 0, 1, … `count` − 1, each once.
private final class WorkQueue: Sendable {
    private let count: Int
    private let taken = Mutex(0)

    init(count: Int) {
        self.count = count
    }

    func next() -> Int? {
        taken.withLock { taken in
            guard taken < count else { return nil }
            defer { taken += 1 }
            return taken
        }
    }
}

/// Turns finished rows of concurrent workers into one growing report.
final class ProgressMeter: Sendable {
    private struct State {
        var rows = 0
        var inputBytes = 0
    }

    private let state = Mutex(State())
    private let report: @Sendable (SealingProgress) -> Void

    init(_ report: @escaping @Sendable (SealingProgress) -> Void) {
        self.report = report
    }

    /// A share of the input that is being worked on.
    struct Piece: Sendable {
        fileprivate let meter: ProgressMeter
        fileprivate let firstRow: Int
        fileprivate let rowCount: Int
        fileprivate let bytes: Range<Int>

        func add(rows: Int) {
            meter.state.withLock { state in
                state.rows += rows
                let done = state.rows - firstRow
                state.inputBytes = bytes.lowerBound + bytes.count * done / max(rowCount, 1)
                // Under the lock, so that no later number overtakes an earlier one.
                meter.report(SealingProgress(rows: state.rows, inputBytes: state.inputBytes))
            }
        }
    }

    /// The next `rows` rows, read when the source stood at `inputBytes`. The piece before must be finished.
    func piece(rows: Int, inputBytes: Int) -> Piece {
        state.withLock { state in
            Piece(
                meter: self, firstRow: state.rows, rowCount: rows,
                bytes: state.inputBytes..<max(inputBytes, state.inputBytes))
        }
    }
}
