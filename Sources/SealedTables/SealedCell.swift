package import BlobStore
import Crypto
import Foundation
package import Multiprecision
package import Paillier
package import SharingModel

/// One cell of a sealed column as it stands in a shard: nothing in it can be read without the owner's field key.
///
/// The value is AES-256-GCM under a key of its own, and that key is encrypted under the owner's Paillier key for fields.
/// Dataset, row and field are authenticated with it: a cell that was moved does not open.
package struct SealedCell: Sendable {
    package let place: Place
    /// The cell's key under the field key; in range and coprime to its modulus.
    package let wrappedKey: Ciphertext
    /// Nonce of 12 bytes, the encrypted text, tag of 16 bytes.
    let box: Data

    /// Where the cell stands.
    package struct Place: Hashable, Sendable {
        package let dataset: DatasetName
        /// From 0, over all shards of the dataset.
        package let row: Int
        package let field: String

        package init(dataset: DatasetName, row: Int, field: String) {
            self.dataset = dataset
            self.row = row
            self.field = field
        }

        /// `chancery sealed cell v1`, a zero byte, the dataset's name, a zero byte, the row as 8 bytes big-endian, the
        /// field's name. No name holds a zero byte.
        var associatedData: Data {
            var data = Data("chancery sealed cell v1\u{0}\(dataset)\u{0}".utf8)
            withUnsafeBytes(of: UInt64(row).bigEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: field.utf8)
            return data
        }
    }

    static let keyByteCount = 32
    static let overheadByteCount = 28
    /// Texts are filled up to a multiple of this, so that their lengths tell little.
    static let paddingByteCount = 32
    private static let lengthByteCount = 4

    /// Bytes of the box of a text.
    static func boxByteCount(textByteCount: Int) -> Int {
        overheadByteCount + roundedUp(lengthByteCount + textByteCount, to: paddingByteCount)
    }

    /// Whether a box can have this length.
    static func isBoxByteCount(_ count: Int) -> Bool {
        let padded = count - overheadByteCount
        return padded >= paddingByteCount && padded.isMultiple(of: paddingByteCount)
            && padded <= roundedUp(lengthByteCount + RowParser.textByteLimit, to: paddingByteCount)
    }

    /// Draws a key, and seals `text` under it.
    /// - Returns: The box, and the key as the number to encrypt.
    static func seal(_ text: some Collection<UInt8>, at place: Place) throws -> (box: Data, key: BigInteger) {
        var plain = Data()
        withUnsafeBytes(of: UInt32(text.count).bigEndian) { plain.append(contentsOf: $0) }
        plain.append(contentsOf: text)
        plain.append(Data(count: roundedUp(plain.count, to: paddingByteCount) - plain.count))
        let key = SymmetricKey(size: .bits256)
        let box = try AES.GCM.seal(plain, using: key, authenticating: place.associatedData)
        guard let combined = box.combined else { preconditionFailure("a nonce of 12 bytes has a combined form") }
        return (combined, key.withUnsafeBytes { BigInteger(bigEndianBytes: Array($0)) })
    }

    /// The cell's text.
    /// - Parameter key: What ``wrappedKey`` decrypts to.
    /// - Throws: ``SealedTableError/sealedCell(_:field:row:)`` for a key that is none, and for a box that was made for
    ///   another place, under another key, or altered.
    package func open(key: BigInteger) throws(SealedTableError) -> String {
        guard key.signum >= 0, key.bitWidth <= SealedCell.keyByteCount * 8 else { throw fault(.key) }
        let symmetric = SymmetricKey(data: key.bigEndianBytes(count: SealedCell.keyByteCount))
        guard let sealed = try? AES.GCM.SealedBox(combined: box),
            let plain = try? AES.GCM.open(sealed, using: symmetric, authenticating: place.associatedData)
        else { throw fault(.box) }
        let bytes = Array(plain)
        guard bytes.count >= SealedCell.lengthByteCount else { throw fault(.text) }
        let length = bytes.prefix(SealedCell.lengthByteCount).reduce(0) { $0 << 8 | Int($1) }
        let padded = bytes.dropFirst(SealedCell.lengthByteCount)
        guard length <= padded.count, padded.dropFirst(length).allSatisfy({ $0 == 0 }),
            let text = String(validating: padded.prefix(length), as: UTF8.self)
        else { throw fault(.text) }
        return text
    }

    private func fault(_ problem: SealedCellProblem) -> SealedTableError {
        .sealedCell(problem, field: place.field, row: place.row)
    }
}

extension SealedDataset {
    /// One cell of a sealed column, found by manifest, row and field.
    /// - Parameters:
    ///   - row: From 0, over all shards.
    ///   - key: The field key that the manifest names.
    /// - Returns: `nil` where the cell has no value.
    /// - Throws: ``SealedTableError/sealedCell(_:field:row:)`` for a field that is not sealed, or a row that is not there;
    ///   ``SealedTableError/shard(_:)``; the store's errors.
    package func sealedCell(
        row: Int, field: String, under key: PublicKey, in store: any BlobStore
    ) throws -> SealedCell? {
        guard manifest.schema.field(field)?.hasCells == true else {
            throw SealedTableError.sealedCell(.notSealed, field: field, row: row)
        }
        guard let sealedKey = manifest.sealedKey, sealedKey.fingerprint == key.fingerprint else {
            throw SealedTableError.sealedCell(.otherKey, field: field, row: row)
        }
        guard let (shard, local) = place(of: row) else {
            throw SealedTableError.sealedCell(.noSuchRow(rows: manifest.rows), field: field, row: row)
        }
        let table = try UnverifiedShard(shard, of: self, in: store).table
        guard let stored = table.sealedCell(of: field, row: local) else { return nil }
        do {
            let place = SealedCell.Place(dataset: manifest.name, row: row, field: field)
            return try stored.key.withUnsafeBytes {
                SealedCell(
                    place: place, wrappedKey: try Ciphertext(checkingLittleEndianLimbs: $0, under: key),
                    box: stored.box)
            }
        } catch is PaillierError {
            throw SealedTableError.sealedCell(.ciphertext, field: field, row: row)
        }
    }

    /// The shard in which a row stands; `nil` for a row that is not there.
    package func shard(ofRow row: Int) -> CID? { place(of: row).map { shards[$0.shard].cid } }

    /// The shard of a row, and the row's number in it.
    private func place(of row: Int) -> (shard: Int, row: Int)? {
        guard row >= 0 else { return nil }
        var first = 0
        for (index, shard) in shards.enumerated() {
            if row - first < shard.rows { return (index, row - first) }
            first += shard.rows
        }
        return nil
    }
}

extension ShardTable {
    /// What stands in a sealed cell: the ciphertext of its key, and its box. `nil` where there is no value.
    func sealedCell(of name: String, row: Int) -> (key: Data, box: Data)? {
        guard let index = schema.fields.firstIndex(where: { $0.name == name && $0.hasCells }),
            (0..<rows).contains(row)
        else { return nil }
        let box = withSection(.sealedCells, index) { section -> Data? in
            section.presence(rows: rows)[row] ? Data(section.text(row, rows: rows)) : nil
        }
        guard let box else { return nil }
        let width = geometry.sealedKeyByteCount
        let key = withSection(.sealedKeys, index) { Data($0.bytes[row * width..<(row + 1) * width]) }
        return (key, box)
    }
}
