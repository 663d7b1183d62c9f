extension SignedNote {
    /// The signature lines that are valid and of one of `keys`, in the order of the note. Lines of unknown keys, and
    /// further lines of one key, are passed over.
    /// - Throws: ``TransparencyLogError/wrongSignature(name:)`` if a line of a known key does not fit: the whole note
    ///   is then refused. ``TransparencyLogError/noKnownSignature`` if no line is of a known key.
    package func verifiedSignatures(by keys: [NoteKey]) throws(TransparencyLogError) -> [NoteSignature] {
        var verified: [NoteSignature] = []
        var seen: Set<NoteKey> = []
        for line in signatures {
            guard let key = keys.first(where: { $0.isNamed(by: line) }), seen.insert(key).inserted else { continue }
            switch key.algorithm {
            case .ed25519:
                guard key.isValid(line.signature, for: Array(text.utf8)) else { throw .wrongSignature(name: key.name) }
            case .cosignature: _ = try Cosignature(verifying: line, of: text, by: key)
            }
            verified.append(line)
        }
        guard !verified.isEmpty else { throw .noKnownSignature }
        return verified
    }
}
