package import BlobStore
package import Foundation
package import Ledger

/// Another department's node, from which this one repairs itself. Trusted with nothing.
package struct RepairSource: Sendable {
    package let blocks: any LedgerBlockSource
    /// The content of a block of the store; `nil` where it has none, or does not give it to who asks.
    package let blob: @Sendable (CID) throws -> Data?

    package init(blocks: any LedgerBlockSource, blob: @escaping @Sendable (CID) throws -> Data?) {
        (self.blocks, self.blob) = (blocks, blob)
    }
}
