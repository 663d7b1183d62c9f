package import SharingModel

/// Marks the names of a vault's secrets; never instantiated.
package enum SecretKind {}

/// The name of a secret in a vault, such as `signing` or `pool.health`. It becomes the file's name.
package typealias SecretName = Name<SecretKind>

extension Name: ExpressibleByStringLiteral, ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral
where Kind == SecretKind {
    /// For names written in the source; one that breaks the rule of ``Name`` is a programmer error.
    package init(stringLiteral text: String) {
        guard let name = Name(text) else { preconditionFailure("'\(text)' is not a name") }
        self = name
    }
}
