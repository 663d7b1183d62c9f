import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import Paillier
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("Whose a pseudonym is, by escrow")
struct ReidentificationTests {
    @Test("It is a request like any other: two holders grant it, and the value opens to who asked")
    func wholeWay() async throws {
        let consortium = try await EscrowConsortium.published()
        let pseudonym = try pseudonym(ofRow: 3, consortium)
        let request = try await ask(pseudonym, consortium)
        let recorded = try #require(try consortium.session("site1").state { try $0.escrowRequest(request) })
        #expect(recorded.terms.what.cell?.row == 3 && recorded.terms.what.cell?.field == "person")
        let told = try consortium.session("site1").state { try $0.escrowNotices(to: name("site1")) }
        #expect(told.map(\.reason) == ["case 4/2026"])
        await #expect(throws: GatewayError.self) { try await consortium.open(request) }
        try await grant(request, consortium)
        let opened = try await consortium.open(request)
        // The statistics office has no key by which it could compute the pseudonym.
        #expect(opened.value == "3" && opened.isConfirmed == nil)
    }

    @Test("Who can compute the pseudonym is told whether the value is the one that it stands for")
    func confirmed() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await ask(pseudonym(ofRow: 5, consortium), consortium, by: "site1")
        try await grant(request, consortium)
        let opened = try await consortium.open(request, by: "site1")
        #expect(opened.value == "5" && opened.isConfirmed == true)
    }

    /// Names its key, and gives pseudonyms of other values.
    private struct Liar: PseudonymSource {
        let key: PseudonymKey
        var id: Digest { key.id }
        func pseudonym(of text: some Collection<UInt8>) -> Pseudonym { key.pseudonym(of: Array(text) + [0x39]) }
    }

    @Test("An owner whose pseudonyms are not of its values is found out")
    func lie() async throws {
        let consortium = try await EscrowConsortium.published()
        let session = try consortium.session("site1")
        let terms = try #require(try session.state { try $0.dataset(name("patients")) }).terms
        let schema = try SealedDataset(loading: terms.manifest, from: session.blobs).manifest.schema
        let key = try consortium.base.vault("site1").load("pseudonyms").withUnsafeBytes { try PseudonymKey(bytes: $0) }
        let sealer = try TableSealer(
            name: name("patients"), schema: schema,
            encryptor: Encryptor(key: TestPoolKey.key().publicKey, randomness: .half, expectedCount: 12),
            weightCapacityBits: 32, pseudonymKey: Liar(key: key),
            fieldEncryptor: Encryptor(owner: consortium.fieldKey(), expectedCount: 24), store: session.blobs,
            limits: .init(workers: 2))
        let report = try await sealer.seal(FileByteSource(path: consortium.base.folder.url("patients.csv").path))
        let receipt = try await consortium.base.submit(
            PublishDataset(
                name: terms.name, pool: terms.pool, manifest: report.dataset.cid, keyFingerprint: terms.keyFingerprint,
                rows: terms.rows, shards: Int64(report.shards), bytes: Int64(report.bytes), packs: terms.packs,
                publicColumns: terms.publicColumns, sealed: terms.sealed, pseudonymKey: key.id, owners: terms.owners,
                approvals: 1),
            as: "site1")
        #expect(receipt.isAccepted)
        let request = try await ask(Liar(key: key).pseudonym(of: "5".utf8), consortium, by: "site1")
        try await grant(request, consortium)
        let opened = try await consortium.open(request, by: "site1")
        #expect(opened.value == "5" && opened.isConfirmed == false)
    }

    @Test("A pseudonym that does not stand in the dataset is not asked for; nor one of an owner without escrow")
    func unknown() async throws {
        let consortium = try await EscrowConsortium.published()
        await #expect(throws: GatewayError.self) { try await ask(Pseudonym(high: 1, low: 2), consortium) }

        let without = try await PseudonymConsortium()
        let people = [(person: "ann", plan: 1)]
        let manifest = try await without.publishWithPseudonyms("site1", people)
        #expect(manifest.sealedKey == nil && manifest.schema.cellFields.isEmpty)
        let ann = try #require(try without.pseudonyms("site1").first)
        let error = await #expect(throws: GatewayError.self) {
            try await without.session("audit").requestIdentity(
                of: ann, in: name("care-site1"), reason: "case", until: without.base.clock.now.adding(seconds: 86_400))
        }
        #expect("\(try #require(error))".contains("its value is not sealed"))
    }

    private func pseudonym(ofRow row: Int, _ consortium: EscrowConsortium) throws -> Pseudonym {
        let session = try consortium.session("audit")
        let manifest = try #require(try session.state { try $0.dataset(name("patients")) }).manifest
        let dataset = try SealedDataset(loading: manifest, from: session.blobs)
        return try #require(try dataset.pseudonym(row: row, field: "person", in: session.blobs))
    }

    private func ask(
        _ pseudonym: Pseudonym, _ consortium: EscrowConsortium, by party: String = "statistics"
    ) async throws -> Digest {
        let receipt = try await consortium.session(party).requestIdentity(
            of: pseudonym, in: name("patients"), reason: "case 4/2026",
            until: consortium.base.clock.now.adding(seconds: 86_400))
        consortium.base.clock.advance(seconds: 3_600)
        return receipt.transaction
    }

    private func grant(_ request: Digest, _ consortium: EscrowConsortium) async throws {
        for holder in ["ministry", "audit", "ministry"] { _ = try await consortium.grant(request, by: holder) }
    }
}
