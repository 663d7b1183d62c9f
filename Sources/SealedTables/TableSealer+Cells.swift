import Foundation
import Multiprecision
import Paillier

extension TableSealer {
    /// `draft` with the texts of its sealed columns replaced by boxes, and their keys encrypted.
    /// - Parameter firstRow: The draft's first row among the dataset's.
    func sealingCells(of draft: ShardDraft, from firstRow: Int) throws -> ShardDraft {
        guard let fieldEncryptor else { return draft }
        var sealed = draft
        for (index, field) in schema.fields.enumerated() where field.hasCells {
            sealed.columns[index] = try sealing(draft.columns[index], field, from: firstRow, fieldEncryptor)
        }
        return sealed
    }

    private func sealing(
        _ column: DraftColumn, _ field: Field, from firstRow: Int, _ encryptor: Encryptor
    ) throws -> DraftColumn {
        var (sealed, keys, present) = (DraftColumn(), [BigInteger](), [Int]())
        for (row, end) in column.textEnds.enumerated() {
            guard column.presence[row] else {
                sealed.appendMissing(field)
                continue
            }
            let start = row == 0 ? 0 : Int(column.textEnds[row - 1])
            let place = SealedCell.Place(dataset: name, row: firstRow + row, field: field.name)
            let (box, key) = try SealedCell.seal(column.text[start..<Int(end)], at: place)
            sealed.append(text: Array(box)[...])
            keys.append(key)
            present.append(row)
        }
        // A missing one added its zero, which is among those of the whole column.
        sealed.pseudonyms = column.pseudonyms
        let width = encryptor.key.ciphertextByteCount
        sealed.wrappedKeys = [UInt8](repeating: 0, count: column.textEnds.count * width)
        let ciphertexts = try encrypt(keys, encryptor)
        for (row, ciphertext) in zip(present, ciphertexts) {
            sealed.wrappedKeys.replaceSubrange(row * width..<(row + 1) * width, with: ciphertext.littleEndianBytes)
        }
        return sealed
    }

    private func encrypt(_ keys: [BigInteger], _ encryptor: Encryptor) throws -> [Ciphertext] {
        try concurrentMap((keys.count + piece - 1) / piece, workers: max(1, limits.workers)) { index in
            try encryptor.encrypt(Array(keys[index * piece..<min(keys.count, (index + 1) * piece)]))
        }.flatMap(\.self)
    }

    /// Keys that a worker encrypts at a time: what a vector unit takes.
    private var piece: Int { 8 }
}
