package import Contracts
package import Multiprecision
package import Paillier
package import SharingModel

/// Why an opening is not that of its ciphertexts.
package struct OpeningFault: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

extension OpeningDocument {
    /// The plaintexts, each checked to be what its ciphertext holds.
    ///
    /// - Parameter shared: The published values of the epoch that the opening was recorded with; `nil` for a key that
    ///   is not in shares.
    /// - Parameter request: By escrow: what the parts' proofs are bound to in the result's place.
    /// - Throws: ``OpeningFault``.
    package func plaintexts(
        of ciphertexts: [Ciphertext], under key: PublicKey, shared: PublishedValues?, request: Digest? = nil
    ) throws(OpeningFault) -> [BigInteger] {
        guard let shared else {
            guard parts == nil, openings.count == ciphertexts.count else {
                throw OpeningFault(description: "it opens another number of ciphertexts than the result has")
            }
            do {
                try key.verifyBatch(zip(ciphertexts, openings).map { (ciphertext: $0, opening: $1) })
            } catch {
                throw OpeningFault(description: "a plaintext is not what its ciphertext holds (\(error))")
            }
            return openings.map(\.plaintext)
        }
        guard let parts, openings.isEmpty else { throw OpeningFault(description: "it has no holders' parts") }
        if ciphertexts.isEmpty { return [] }
        do {
            let opened = try ThresholdKey(shared.key, of: key).open(
                ciphertexts, with: parts, context: request?.bytes ?? PartDocument.context(of: result))
            guard opened.faults.isEmpty else {
                throw OpeningFault(description: "the parts of \(opened.faults.keys.sorted()) do not hold")
            }
            return opened.plaintexts
        } catch let fault as OpeningFault {
            throw fault
        } catch {
            throw OpeningFault(description: "the holders' parts do not open it (\(error))")
        }
    }
}
