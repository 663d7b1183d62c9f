import BlobStore
import CanonicalJSON
import Contracts
import DurableFiles
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import SharingModel
import TestSupport
import Testing

@Suite("Evidence of a cell's opening")
struct CellEvidenceTests {
    @Test("Who opened a cell shows what it says and that every rule was kept, to both verifiers, with the file alone")
    func withValue() async throws {
        let (consortium, request) = try await opened()
        let file = try consortium.evidence(of: request, withValue: true)
        let report = try verifyCell(file, pinned: consortium.base.local.consortium.record)
        #expect(report.cell?.value == EscrowConsortium.names[3] && report.cell?.row == 3)
        for words in [
            "because: 'case 4/2026'; the same transaction told audit, site1", "ministry, site2 granted it, none before",
            "the parts of ministry, site2 are those that they signed for",
            "it was number 1 of at most 3 requests to site1 that were granted in full within 2592000 seconds",
        ] { #expect(report.proven.contains { $0.contains(words) }, "\(words): \(report.proven)") }
        #expect(!report.notProven.contains { $0.contains("what the cell says") })
        if try Peers.areThere() {
            let founding = consortium.base.folder.url("consortium.json")
            let (status, second) = try SecondVerifier.run(on: file, consortium: founding)
            #expect(status == 0 && second["cell"]?["value"] == .string(EscrowConsortium.names[3]), "\(second)")
        }
    }

    @Test("Anybody shows that the rules were kept, without the value, the parts or the shard")
    func withoutValue() async throws {
        let (consortium, request) = try await opened()
        let file = try consortium.evidence(of: request, by: "audit")
        let report = try verifyCell(file)
        #expect(report.cell == nil && report.notProven.contains { $0.contains("what the cell says") })
        #expect(report.proven.contains { $0.contains("statistics recorded the use") })
        let blocks = MemoryBlobStore()
        try blocks.importCAR(from: file, completeness: .rootsOnly)
        let manifest = try #require(try consortium.session("audit").state { try $0.dataset(name("patients")) }).manifest
        for shard in try DAGJSON.links(in: blocks.get(manifest)) { #expect(try !blocks.contains(shard)) }
        #expect(throws: GatewayError.self) { try consortium.evidence(of: request, by: "audit", withValue: true) }
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["cell"] == .null, "\(second)")
        }
    }

    @Test("Both verifiers see that the joint owners of a dataset were told by the request")
    func jointOwners() async throws {
        let consortium = try await EscrowConsortium.published()
        try await consortium.publish("joint", owners: ["site1", "site2"])
        _ = try await consortium.session("site2").approveDataset(name("joint"))
        let request = try await consortium.request(of: "joint")
        #expect(try consortium.session("site2").state { try $0.escrowNotices(to: name("site2")) }.count == 1)
        try consortium.cosign()
        let file = try consortium.evidence(of: request)
        let report = try verifyCell(file)
        #expect(report.proven.contains { $0.contains("the same transaction told audit, site1, site2") })
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0, "\(second)")
        }
    }

    @Test("A request that nobody has granted or used proves no more than that it was made, and cannot show a value")
    func unused() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        try await consortium.deny(request, by: "audit")
        try consortium.cosign()
        let report = try verifyCell(try consortium.evidence(of: request))
        #expect(report.notProven.contains { $0.contains("that enough holders granted it") })
        #expect(report.proven.contains { $0.contains("audit denied it, because: 'no legal basis'") })
        #expect(throws: GatewayError.self) { try consortium.evidence(of: request, withValue: true) }
    }

    @Test("The owner shows what a cell of its own says; nobody else can, and it opens no other cell")
    func owner() async throws {
        let consortium = try await EscrowConsortium.published()
        try consortium.cosign()
        let export = ExportOwnCellEvidence(dataset: try name("patients"), row: 11, field: "name")
        let file = consortium.base.folder.url("own.evidence")
        #expect(try export.run(as: consortium.session("site1"), to: file).hasValue)
        #expect(try verifyCell(file).cell?.value == EscrowConsortium.names[11])
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["cell"]?["value"] == .string(EscrowConsortium.names[11]), "\(second)")
        }
        #expect(throws: KeyVaultError.self) { try export.run(as: consortium.session("site2"), to: file) }
        let workshop = try CellWorkshop(file)
        var other = workshop
        other.cell = SealedCellReference(manifest: workshop.cell.manifest, row: 4, field: "name")
        try expectRefused(other, in: consortium.base.folder)
        other = workshop
        other.opening = workshop.opening.map {
            CellOpening(
                opening: $0.opening.map { Opening(plaintext: $0.plaintext + 1, randomness: $0.randomness) })
        }
        try expectRefused(other, in: consortium.base.folder)
    }

    @Test("A missing transaction, a part of another, an altered one, another cell or a refused grant is found")
    func attacks() async throws {
        let (consortium, request) = try await opened()
        let workshop = try CellWorkshop(consortium.evidence(of: request, withValue: true))
        for index in workshop.proofs.indices {
            var altered = workshop
            altered.proofs.remove(at: index)
            try expectRefused(altered, in: consortium.base.folder)
        }
        let parts = try #require(workshop.opening?.parts)
        let wrong = PartialDecryption(
            holder: parts[0].holder, epoch: 1, values: parts[0].values, challenge: parts[0].challenge + 1,
            response: parts[0].response)
        for parts in [[parts[0]], [parts[1], parts[0]], [parts[1], parts[1]], [wrong, parts[1]], []] {
            var altered = workshop
            altered.opening = CellOpening(parts: parts)
            try expectRefused(altered, in: consortium.base.folder)
        }
        var altered = workshop
        altered.cell = SealedCellReference(manifest: workshop.cell.manifest, row: 4, field: "name")
        try expectRefused(altered, in: consortium.base.folder)
        altered = workshop
        altered.request = nil
        try expectRefused(altered, in: consortium.base.folder)
    }

    @Test("The last grant shows how many the period had; another count, or another's, is found, and none is no proof")
    func limit() async throws {
        let (consortium, first) = try await opened()
        let request = try await consortium.request(row: 5)
        for holder in ["ministry", "site2"] { _ = try await consortium.grant(request, by: holder) }
        try consortium.cosign()
        let file = try consortium.evidence(of: request, by: "audit")
        #expect(try verifyCell(file).proven.contains { $0.contains("it was number 2 of at most 3") })
        let workshop = try CellWorkshop(file)
        let writes = try #require(workshop.granted)
        let key = EscrowCount.stateKey(of: try name("site1"))
        let count = try #require(writes.firstIndex { $0.key == key })
        let times = try CanonicalJSON.decode(EscrowCount.self, from: #require(writes[count].value)).times
        #expect(times.count == 2)
        var altered = workshop
        let fewer = try CanonicalJSON.encode(EscrowCount(times: Array(times.suffix(1))))
        altered.granted?[count] = StateWrite(key: writes[count].key, value: fewer)
        try expectRefused(altered, in: consortium.base.folder)
        altered.granted = try CellWorkshop(consortium.evidence(of: first, by: "audit")).granted
        try expectRefused(altered, in: consortium.base.folder)
        // As files were before they showed it.
        altered.granted = nil
        let older = consortium.base.folder.url("older.evidence")
        try altered.write(to: older)
        #expect(try verifyCell(older).notProven.contains { $0.contains("does not show the count") })
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: older)
            #expect(status == 0 && second["valid"] == true, "\(second)")
        }
    }

    @Test("A grant that the ledger refused does not count, whatever else is in the file")
    func refusedGrant() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        _ = try await consortium.grant(request, by: "ministry")
        let refused = try await consortium.base.submit(
            GrantOpening(request: request, grant: .init(part: request, sealed: anyBlock())), as: "statistics")
        #expect(refused.refusal?.code == .ownRequest)
        try consortium.cosign()
        var workshop = try CellWorkshop(consortium.evidence(of: request))
        #expect(
            try verifyCell(try consortium.evidence(of: request)).notProven.contains { $0.contains("enough holders") })
        workshop.proofs.append(try consortium.base.proof(of: refused.transaction))
        try expectRefused(workshop, in: consortium.base.folder)
    }

    private func anyBlock() throws -> CID { try Block(Data("none".utf8), codec: .raw).cid }

    /// A consortium with one opening by the ministry and site2, cosigned by all.
    private func opened() async throws -> (EscrowConsortium, Digest) {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        for holder in ["ministry", "site2", "ministry"] { _ = try await consortium.grant(request, by: holder) }
        _ = try await consortium.open(request)
        try consortium.cosign()
        return (consortium, request)
    }
}
