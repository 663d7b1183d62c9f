/// Why a proof, a note or a checkpoint is not accepted. Lines count from 1.
package enum TransparencyLogError: Error, Hashable, Sendable {
    case sizeOutOfRange(Int)
    case indexOutOfRange(Int, size: Int)
    case wrongProofLength(Int)
    case sizeMismatch(proof: Int, head: Int)
    case rootMismatch
    case hashNotStored(index: Int)
    case wrongHashCount(asked: Int, given: Int)
    /// A tile of another length than its name says, or a bundle that ends within a leaf.
    case malformedTile

    case noteTooLarge(byteCount: Int, limit: Int)
    case noteNotUTF8
    case controlCharacterInNote
    case noteWithoutSignatures
    case tooManySignatures(Int, limit: Int)
    case malformedSignatureLine(Int)
    case malformedNoteText
    case malformedKeyName
    case malformedKey
    case malformedCheckpoint(line: Int)

    /// A signature of a key that is known and does not fit.
    case wrongSignature(name: String)
    case noKnownSignature
    /// Two cosigners have one public key: it would count twice.
    case sharedKey(String, String)
    case tooFewCosignatures(have: Int, need: Int)
    /// The two do not say the same of the log.
    case differentCheckpoints
    case timeOutOfRange
    case signingFailed
}

extension TransparencyLogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sizeOutOfRange(let size): "no tree has \(size) leaves; the limit is 2^62"
        case .indexOutOfRange(let index, let size): "\(index) lies outside a tree of \(size) leaves"
        case .wrongProofLength(let count): "a proof for this place cannot have \(count) hashes; ask for it again"
        case .sizeMismatch(let proof, let head):
            "the proof is for a tree of \(proof) leaves and the tree head has \(head); ask for one of this head"
        case .rootMismatch: "the proof leads to another root: the entry, the proof or the tree head was altered"
        case .hashNotStored(let index): "the stored hash \(index) is missing; run ledger fsck"
        case .wrongHashCount(let asked, let given):
            "the storage was asked for \(asked) hashes and gave \(given); run ledger fsck"
        case .malformedTile: "the tile is not as its name says; was it cut off?"
        case .noteTooLarge(let byteCount, let limit):
            "the note has \(byteCount) bytes, and at most \(limit) are accepted"
        case .noteNotUTF8: "the note is not UTF-8"
        case .controlCharacterInNote: "the note has a control character other than a newline"
        case .noteWithoutSignatures: "the note has no signature lines behind an empty line; is it cut off?"
        case .tooManySignatures(let count, let limit):
            "the note has \(count) signatures, and at most \(limit) are accepted"
        case .malformedSignatureLine(let line):
            "signature line \(line) of the note is not an em dash, a key name and base64"
        case .malformedNoteText: "a note's text must end with a newline"
        case .malformedKeyName: "a key name must not be empty, and has neither spaces nor '+'"
        case .malformedKey: "this is no Ed25519 key of 32 bytes"
        case .malformedCheckpoint(let line): "line \(line) of the checkpoint is not as tlog-checkpoint has it"
        case .wrongSignature(let name):
            "the signature of \(name) does not fit the note; the note or the signature was altered"
        case .noKnownSignature: "none of the note's signatures is of a key that is known here"
        case .sharedKey(let first, let second):
            "\(first) and \(second) have the same cosigning key; each department needs its own"
        case .tooFewCosignatures(let have, let need):
            "the checkpoint has \(have) valid cosignatures, and \(need) make it final; wait for more departments"
        case .differentCheckpoints:
            "the two checkpoints differ; if they have one size, keep both: they prove two histories"
        case .timeOutOfRange: "a cosignature's time must lie in 1970 or later"
        case .signingFailed: "signing failed; try again"
        }
    }
}
