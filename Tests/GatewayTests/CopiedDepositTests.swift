import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// A department takes what another has put on the ledger for its own: modulus, proof, published values and sealed shares
/// are all there to be copied. Were the holders to keep the shares, they would open the other's cells on its requests.
@Suite("A deposit copied from another owner")
struct CopiedDepositTests {
    @Test("Nobody registers a modulus that another has registered, for fields or for a pool")
    func modulus() async throws {
        let consortium = try await TwoOwners.withDeposit()
        let key = try #require(try consortium.session("audit").state { try $0.fieldKey(of: name("site1")) })
        let copy = RegisterFieldKey(modulus: key.modulus, keyProof: key.keyProof)
        #expect(try await consortium.submit(copy, as: "site2").refusal?.code == .keyInvalid)
        let pool = CreatePool(
            name: try name("other"), members: [try name("site2")], modulus: key.modulus, keyProof: key.keyProof)
        #expect(try await consortium.submit(pool, as: "site2").refusal?.code == .keyInvalid)
    }

    @Test("On another ledger, which cannot know of it, the holders find the copied shares not to be for them there")
    func otherLedger() async throws {
        let consortium = try await TwoOwners.withDeposit()
        let (key, deposit) = try consortium.session("audit").state { state in
            (try #require(try state.fieldKey(of: name("site1"))), try #require(try state.deposit(of: name("site1"))))
        }
        let modulus = RegisterFieldKey(modulus: key.modulus, keyProof: key.keyProof)
        #expect(try await consortium.submit(modulus, as: "revenue", section: "tax").isAccepted)
        let shares = DepositKey(record: deposit.record, shares: deposit.shares)
        #expect(try await consortium.submit(shares, as: "revenue", section: "tax").isAccepted)
        for holder in ["ministry", "audit"] {
            let answers = try await AcknowledgeDeposits().run(as: consortium.session(holder, section: "tax"))
            #expect(answers.map(\.complaint) == ["the share cannot be opened with the holder's sealing key"])
        }
        let copied = try #require(
            try consortium.session("audit", section: "tax").state { try $0.deposit(of: name("revenue")) })
        #expect(!copied.isComplete)
        // Where they were made for them, the same shares open.
        for holder in ["ministry", "audit"] {
            let answers = try await AcknowledgeDeposits().run(as: consortium.session(holder))
            #expect(answers.map(\.complaint) == [nil])
        }
    }
}

/// Departments of two sections whose keys the same two parties hold.
private struct TwoOwners {
    let base: TestConsortium

    /// site1's key for fields is registered and deposited, and waits for its holders.
    static func withDeposit() async throws -> TwoOwners {
        let folder = TestFolder()
        let policies = folder.url("policies")
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        try Data(policy.utf8).write(to: policies.appending(path: "consortium.yaml"))
        try Data(escrow.utf8).write(to: policies.appending(path: "escrow.yaml"))
        let place = folder.directory.appending(path: "consortium", directoryHint: .isDirectory)
        _ = try await FoundLocally(
            policy: ConsortiumPolicy(directory: policies), cost: .insecureForTesting,
            clock: { TestConsortium.founded }, passphrase: TestConsortium.passphrase
        ).run(in: place)
        let consortium = TwoOwners(
            base: try TestConsortium(
                copying: TestFolder(copying: place), at: TestConsortium.founded.adding(seconds: 60)))
        try consortium.base.vault("site1").store("fields", TestPoolKey.serialized())
        _ = try await CreateFieldKey(bitCount: 2_048).run(as: consortium.session("site1"))
        _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        return consortium
    }

    func session(_ party: String, section: String = "health") throws -> PartySession {
        let (home, clock) = (try base.home(party), base.clock)
        return try PartySession(
            home: home, section: home.party.section ?? name(section),
            passphrase: TestConsortium.passphrase(name(party)), clock: { clock.now })
    }

    /// Signs and submits, as no use case would.
    func submit(_ body: some TransactionBody, as party: String, section: String = "health") async throws -> Receipt {
        var generator = SystemRandomNumberGenerator()
        let ledger = try session("audit", section: section).ledger
        let header = TransactionHeader(
            by: try name(party), ledger: ledger.identity, nonce: .random(using: &generator),
            notAfter: base.clock.now.adding(seconds: 600))
        let key = try base.vault(party).load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        let payload = TransactionPayload(header: header, body: body)
        return try await ledger.submit(
            Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key]))
    }

    private static let policy = """
        name: Two owners
        sections: [health, tax]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: revenue, role: department, section: tax, superior: ministry}
          - {name: ministry, role: superior}
          - {name: audit, role: auditor}
        """

    private static let escrow = """
        rules:
          - for: [site1, site2, revenue]
            holders: {threshold: 2, of: [superior, audit]}
            waitingHours: 1
            grants: 3
            days: 30
        """
}
