import BlobStore
import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel

extension TestConsortium {
    /// Opens the section, makes a pool of site1 and a dataset of site1 in it.
    func begin(_ ledger: Ledger) async throws {
        _ = try await ledger.submit(try opening())
        var generator = SystemRandomNumberGenerator()
        let key = try PrivateKey.generate(insecureBitCountForTesting: 128, using: &generator)
        let modulus = Data(key.publicKey.modulusBytes)
        try await accept(ledger, createPool(modulus, key.proveModulus()), by: "site1")
        try await accept(ledger, publish(modulus), by: "site1")
    }

    /// A token of `statistics` for the dataset, approved, with so many uses.
    func token(_ ledger: Ledger, uses: Int64) async throws -> Digest {
        let token = try await accept(ledger, request(uses: uses), by: "statistics").transaction
        try await accept(ledger, ApproveToken(token: token), by: "site1")
        return token
    }

    func request(uses: Int64 = 1, purpose: String = "test") throws -> RequestToken {
        try RequestToken(
            datasets: [name("visits")], packs: [name("care")], purpose: purpose, uses: uses,
            until: clock.now.adding(seconds: 1_000_000))
    }

    func redemption(of token: Digest) throws -> RedeemToken {
        try RedeemToken(
            token: token, plan: CID(of: Data("{}".utf8), codec: .dagJSON), datasets: [name("visits")],
            packs: [name("care")])
    }

    @discardableResult
    func accept(_ ledger: Ledger, _ body: some TransactionBody, by party: String) async throws -> Receipt {
        let receipt = try await ledger.submit(try envelope(body, by: party))
        if let refusal = receipt.refusal { throw refusal }
        return receipt
    }

    private func createPool(_ modulus: Data, _ proof: NthRootProof) throws -> CreatePool {
        CreatePool(name: try name("care"), members: [try name("site1")], modulus: modulus, keyProof: proof)
    }

    private func publish(_ modulus: Data) throws -> PublishDataset {
        PublishDataset(
            name: try name("visits"), pool: try name("care"), manifest: CID(of: Data("{}".utf8), codec: .dagJSON),
            keyFingerprint: .sha256(modulus), rows: 10, shards: 1, bytes: 1_000, packs: [try name("care"): ["cost"]],
            publicColumns: ["year"], owners: [try name("site1")], approvals: 1)
    }
}
