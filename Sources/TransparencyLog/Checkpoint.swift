import Foundation
package import SharingModel

/// What a log says of itself at one size (https://c2sp.org/tlog-checkpoint, v1.0.0).
package struct Checkpoint: Hashable, Sendable {
    /// Names the log. Not empty, one line.
    package let origin: String
    package let head: TreeHead
    /// Lines that the specification allows and advises against; we write none, and cosign them as they stand.
    package let extensionLines: [String]

    package var size: Int { head.size }
    package var root: Digest { head.root }

    /// - Throws: ``TransparencyLogError/malformedCheckpoint(line:)`` if the origin is empty or has a control
    ///   character, ``TransparencyLogError/sizeOutOfRange(_:)``.
    package init(origin: String, size: Int, root: Digest) throws(TransparencyLogError) {
        try self.init(origin: origin, head: TreeHead(size: size, root: root), extensionLines: [])
    }

    private init(origin: String, head: TreeHead, extensionLines: [String]) throws(TransparencyLogError) {
        for (line, text) in zip([1] + Array(4...(4 + extensionLines.count)), [origin] + extensionLines) {
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 }) else { throw .malformedCheckpoint(line: line) }
        }
        self.origin = origin
        self.head = head
        self.extensionLines = extensionLines
    }

    /// Reads the text of a note: origin, size, root in base64, each on its line, and perhaps extension lines.
    package init(text: String) throws(TransparencyLogError) {
        let lines = text.utf8.split(separator: newline, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count >= 4, lines.last == "" else { throw .malformedCheckpoint(line: min(lines.count, 3)) }
        guard let size = Int(lines[1]), String(size) == lines[1] else { throw .malformedCheckpoint(line: 2) }
        guard let bytes = Data(canonicalBase64: lines[2]), let root = Digest(bytes: bytes) else {
            throw .malformedCheckpoint(line: 3)
        }
        try self.init(
            origin: lines[0], head: TreeHead(size: size, root: root), extensionLines: Array(lines[3...].dropLast()))
    }

    /// The text that is signed; ends with a newline.
    package var text: String {
        ([origin, String(size), Data(root.bytes).base64EncodedString()] + extensionLines)
            .map { $0 + "\n" }.joined()
    }
}
