package import Foundation
package import SharingModel

/// The blinded elements of one request, as they stand in one raw block: `CHBLIND1`, the key's id, the elements.
package struct BlindedBatch: Hashable, Sendable {
    /// Keeps the block of evaluations, three times as long, well under 1 MiB.
    package static let mostElements = 4_096

    /// Names the key that is to evaluate them.
    package let key: SharingModel.Digest
    package let elements: [BlindedElement]

    private static let magic = Data("CHBLIND1".utf8)

    /// - Precondition: 1 to ``mostElements`` elements.
    package init(key: SharingModel.Digest, elements: [BlindedElement]) {
        precondition((1...BlindedBatch.mostElements).contains(elements.count))
        self.key = key
        self.elements = elements
    }

    package var bytes: Data {
        elements.reduce(into: BlindedBatch.magic + key.bytes) { $0.append($1.bytes) }
    }

    /// Reads a batch that may come from anywhere.
    /// - Throws: ``BatchError``.
    package init(bytes: Data) throws(BatchError) {
        let (subject, records) = try Records.read(
            bytes, magic: BlindedBatch.magic, width: BlindedElement.byteCount)
        key = subject
        var elements = [BlindedElement]()
        for (index, record) in records.enumerated() {
            do throws(ObliviousPRFError) {
                elements.append(try BlindedElement(bytes: record))
            } catch {
                throw .element(index: index, error)
            }
        }
        self.elements = elements
    }
}

/// The evaluations of one request in the order of its elements, in one raw block: `CHEVALU1`, the request's id, the
/// evaluations with their proofs.
package struct EvaluatedBatch: Hashable, Sendable {
    /// Id of the transaction that asked.
    package let request: SharingModel.Digest
    package let evaluations: [Evaluation]

    private static let magic = Data("CHEVALU1".utf8)

    /// - Precondition: 1 to ``BlindedBatch/mostElements`` evaluations.
    package init(request: SharingModel.Digest, evaluations: [Evaluation]) {
        precondition((1...BlindedBatch.mostElements).contains(evaluations.count))
        self.request = request
        self.evaluations = evaluations
    }

    package var bytes: Data {
        evaluations.reduce(into: EvaluatedBatch.magic + request.bytes) { $0.append($1.bytes) }
    }

    /// Reads a batch that may come from anywhere.
    /// - Throws: ``BatchError``.
    package init(bytes: Data) throws(BatchError) {
        let (subject, records) = try Records.read(bytes, magic: EvaluatedBatch.magic, width: Evaluation.byteCount)
        request = subject
        var evaluations = [Evaluation]()
        for (index, record) in records.enumerated() {
            do throws(ObliviousPRFError) {
                evaluations.append(try Evaluation(bytes: record))
            } catch {
                throw .element(index: index, error)
            }
        }
        self.evaluations = evaluations
    }
}

/// What is wrong with a block of elements or evaluations.
package enum BatchError: Error, Hashable, Sendable {
    case notABatch
    /// No whole number of elements, none, or too many.
    case length(bytes: Int)
    case element(index: Int, ObliviousPRFError)
}

private enum Records {
    static func read(
        _ bytes: Data, magic: Data, width: Int
    ) throws(BatchError) -> (subject: SharingModel.Digest, records: [Data]) {
        let bytes = Data(bytes)
        let start = magic.count + 32
        guard bytes.count >= start, bytes.prefix(magic.count) == magic,
            let subject = SharingModel.Digest(bytes: bytes[magic.count..<start])
        else { throw .notABatch }
        let count = (bytes.count - start) / width
        guard (1...BlindedBatch.mostElements).contains(count), start + count * width == bytes.count else {
            throw .length(bytes: bytes.count)
        }
        return (subject, (0..<count).map { Data(bytes[start + $0 * width..<start + ($0 + 1) * width]) })
    }
}
