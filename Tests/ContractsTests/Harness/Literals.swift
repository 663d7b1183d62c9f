import BlobStore
import Contracts
import Foundation
import SharingModel

// Names, times and references as literals, so that tests read like the sentences they check.

extension Name: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
{
    /// Takes a literal of a test; one that is malformed ends the test run.
    public init(stringLiteral text: String) {
        guard let name = Name(text) else { preconditionFailure("not a name: \(text)") }
        self = name
    }
}

extension Timestamp: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
{
    /// Takes a literal of a test; one that is malformed ends the test run.
    public init(stringLiteral text: String) {
        guard let time = Timestamp(text) else { preconditionFailure("not a time: \(text)") }
        self = time
    }
}

extension ContractReference: ExpressibleByUnicodeScalarLiteral, ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
{
    /// Takes a literal of a test; one that is malformed ends the test run.
    public init(stringLiteral text: String) {
        guard let reference = ContractReference(text) else { preconditionFailure("not name@version: \(text)") }
        self = reference
    }
}

/// A CID that nothing else has.
func cid(_ text: String, _ codec: CID.Codec = .dagJSON) -> CID {
    CID(of: Data(text.utf8), codec: codec)
}

func digest(_ text: String) -> Digest {
    Digest.sha256(Data(text.utf8))
}
