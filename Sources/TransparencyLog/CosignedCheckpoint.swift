package import Foundation

/// A checkpoint with the signature lines that have come in for it; none of them verified.
package struct CosignedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// In the order they came, one for each name and key ID; lines of unknown keys among them.
    package private(set) var signatures: [NoteSignature]

    package init(_ checkpoint: Checkpoint, cosignatures: [Cosignature] = []) {
        self.checkpoint = checkpoint
        signatures = []
        add(cosignatures.map(\.noteSignature))
    }

    /// Reads a checkpoint note. Of several lines with one name and key ID the first is kept, as
    /// golang.org/x/mod/sumdb/note does.
    package init(parsing bytes: Data) throws(TransparencyLogError) {
        let note = try SignedNote(parsing: bytes)
        checkpoint = try Checkpoint(text: note.text)
        signatures = []
        add(note.signatures)
    }

    /// The note's bytes.
    /// - Throws: ``TransparencyLogError/noteWithoutSignatures``: such a note could not be read back.
    package func bytes() throws(TransparencyLogError) -> Data {
        guard !signatures.isEmpty else { throw .noteWithoutSignatures }
        return try SignedNote(text: checkpoint.text, signatures: signatures).bytes
    }

    /// This checkpoint with one more cosignature, unless its key has signed already.
    package func adding(_ cosignature: Cosignature) -> CosignedCheckpoint {
        var copy = self
        copy.add([cosignature.noteSignature])
        return copy
    }

    /// This checkpoint with the lines of `other` whose keys are not here yet.
    /// - Throws: ``TransparencyLogError/differentCheckpoints`` unless both have the same text.
    package func merging(_ other: CosignedCheckpoint) throws(TransparencyLogError) -> CosignedCheckpoint {
        guard checkpoint.text.utf8.elementsEqual(other.checkpoint.text.utf8) else { throw .differentCheckpoints }
        var copy = self
        copy.add(other.signatures)
        return copy
    }

    private mutating func add(_ more: [NoteSignature]) {
        for signature in more {
            let isNew = !signatures.contains {
                $0.keyID == signature.keyID && $0.name.utf8.elementsEqual(signature.name.utf8)
            }
            if isNew { signatures.append(signature) }
        }
    }
}

/// A checkpoint that enough known cosigners stand behind; made by ``CosignedCheckpoint/verify(cosigners:quorum:)``
/// alone.
package struct VerifiedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    /// The valid ones of known cosigners, in the order of the list of cosigners.
    package let cosignatures: [Cosignature]

    fileprivate init(checkpoint: Checkpoint, cosignatures: [Cosignature]) {
        self.checkpoint = checkpoint
        self.cosignatures = cosignatures
    }
}

extension CosignedCheckpoint {
    /// The cosignatures of known cosigners, in the order of `cosigners`. Unknown lines are ignored.
    /// - Throws: ``TransparencyLogError/wrongSignature(name:)`` if a known cosigner's line does not fit: the whole
    ///   note is then refused. ``TransparencyLogError/sharedKey(_:_:)`` if two cosigners have one public key, for
    ///   the signature does not bind the name.
    package func verifiedCosignatures(by cosigners: [NoteKey]) throws(TransparencyLogError) -> [Cosignature] {
        try checkDistinct(cosigners)
        let text = checkpoint.text
        var verified: [Cosignature] = []
        for key in cosigners {
            guard let line = signatures.first(where: key.isNamed) else { continue }
            verified.append(try Cosignature(verifying: line, of: text, by: key))
        }
        return verified
    }

    /// Checks that at least `quorum` of `cosigners` have cosigned.
    /// - Precondition: `quorum` is at least 1.
    /// - Throws: ``TransparencyLogError``.
    package func verify(cosigners: [NoteKey], quorum: Int) throws(TransparencyLogError) -> VerifiedCheckpoint {
        precondition(quorum >= 1, "a quorum of nobody proves nothing")
        let verified = try verifiedCosignatures(by: cosigners)
        guard verified.count >= quorum else { throw .tooFewCosignatures(have: verified.count, need: quorum) }
        return VerifiedCheckpoint(checkpoint: checkpoint, cosignatures: verified)
    }

    private func checkDistinct(_ cosigners: [NoteKey]) throws(TransparencyLogError) {
        var names: [Data: String] = [:]
        for cosigner in cosigners {
            if let other = names.updateValue(cosigner.name, forKey: cosigner.publicKey) {
                throw .sharedKey(other, cosigner.name)
            }
        }
    }
}
