import CanonicalJSON
package import Foundation
package import SharingModel
import TransparencyLog

/// A department's cosignature as it goes from node to node: byte-identical however often it is sent.
package struct CosignatureMessage: Codable, Hashable, Sendable {
    package let cosignature: PartyCosignature
    package let height: Int
    package let root: Digest
    /// Leaves of the tree that it is for.
    package let size: Int

    package init(cosignature: PartyCosignature, height: Int, root: Digest, size: Int) {
        self.cosignature = cosignature
        self.height = height
        self.root = root
        self.size = size
    }

    /// - Throws: What ``CanonicalJSON`` throws for anything but the canonical text.
    package init(canonicalBytes bytes: Data) throws {
        self = try CanonicalJSON.decode(CosignatureMessage.self, from: bytes)
    }

    package func canonicalBytes() throws -> Data { try CanonicalJSON.encode(self) }

    func checkpoint(origin: String) throws -> Checkpoint {
        try Checkpoint(origin: origin, size: size, root: root)
    }
}

/// Two valid cosignatures of one department for different trees of one size: it has said two things.
package struct Equivocation: Codable, Hashable, Sendable {
    package let first: CosignatureMessage
    package let second: CosignatureMessage

    package init(first: CosignatureMessage, second: CosignatureMessage) {
        (self.first, self.second) = (first, second)
    }

    package var party: PartyName { first.cosignature.party }
}
