package import SharingModel
package import SignedEnvelopes

/// A department's cosigning key in this process.
package struct Cosigner: Sendable {
    package let party: PartyName
    let key: CosigningKey
}
