/// Why a transaction was refused, as it is recorded on the ledger.
///
/// The code is for programs and never changes its meaning; the details name what it is about. The sentence for a
/// person is made from both by `description`.
package struct Refusal: Error, Hashable, Codable, Sendable {
    package let code: RefusalCode
    /// What the code is about: for each code the same members, values as text.
    package let details: [String: String]

    package init(_ code: RefusalCode, _ details: [String: String] = [:]) {
        self.code = code
        self.details = details
    }
}
