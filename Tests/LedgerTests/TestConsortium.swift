import BlobStore
import CanonicalJSON
import Contracts
import Crypto
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Synchronization
import TransparencyLog

/// A consortium of departments `site1`… with a collaborator `statistics`, all keys in hand.
struct TestConsortium {
    struct Keys {
        let signing: SigningKey
        let cosigning: Data
    }

    let founding: FoundingRecord
    let keys: [PartyName: Keys]
    /// Other keys of the same parties, which nobody knows yet.
    let seconds: [PartyName: Keys]
    /// Departments that are not in the founding record.
    let joining: [PartyName: Party]
    let section: SectionName
    let clock = TestClock()

    init(departments: Int = 4, joining joiners: [String] = [], policy: SharingPolicy = SharingPolicy()) throws {
        let section = try name("health") as SectionName
        var keys: [PartyName: Keys] = [:]
        var seconds: [PartyName: Keys] = [:]
        var parties: [Party] = []
        let names = (1...departments).map { "site\($0)" } + ["statistics"] + joiners
        for text in names {
            let isDepartment = text != "statistics"
            let signing = SigningKey.generate()
            let cosigning = Curve25519.Signing.PrivateKey()
            let party: PartyName = try name(text)
            seconds[party] = Keys(
                signing: .generate(), cosigning: Curve25519.Signing.PrivateKey().rawRepresentation)
            keys[party] = Keys(signing: signing, cosigning: cosigning.rawRepresentation)
            parties.append(
                Party(
                    name: party, role: isDepartment ? .department : .collaborator,
                    section: isDepartment ? section : nil, area: nil, superior: nil,
                    signingKey: signing.verificationKey.rawRepresentation,
                    cosigningKey: isDepartment ? cosigning.publicKey.rawRepresentation : nil,
                    sealingKey: Curve25519.KeyAgreement.PrivateKey().publicKey.rawRepresentation))
        }
        self.keys = keys
        self.seconds = seconds
        joining = Dictionary(
            uniqueKeysWithValues: parties.filter { joiners.contains($0.name.text) }.map { ($0.name, $0) })
        parties.removeAll { joiners.contains($0.name.text) }
        self.section = section
        founding = FoundingRecord(
            name: "Test", founded: clock.now, sections: [section], parties: parties, policy: policy)
    }

    var identity: LedgerIdentity {
        get throws { LedgerIdentity(consortium: try founding.digest(), section: section) }
    }

    func cosigner(_ party: String) throws -> Cosigner? {
        let party: PartyName = try name(party)
        guard (founding.party(party) ?? joining[party])?.role == .department else { return nil }
        let name = Cosigner.keyName(of: party, try founding.digest())
        return Cosigner(
            party: party,
            keys: try [keys[party], seconds[party]].compactMap { $0 }.map {
                try CosigningKey(name: name, secret: $0.cosigning)
            })
    }

    /// What a party says that joins, or that takes its second keys.
    func statement(_ party: String, second: Bool = false) throws -> Envelope {
        let party: PartyName = try name(party)
        guard let record = founding.party(party) ?? joining[party], let keys = (second ? seconds : keys)[party] else {
            throw MissingKey()
        }
        let cosigning = try CosigningKey(
            name: Cosigner.keyName(of: party, founding.digest()), secret: keys.cosigning)
        let stated = Party(
            name: party, role: record.role, section: record.section, area: record.area, superior: record.superior,
            signingKey: keys.signing.verificationKey.rawRepresentation, cosigningKey: cosigning.noteKey.publicKey,
            sealingKey: record.sealingKey)
        return try PartyStatement.sign(
            stated, for: identity, signing: keys.signing, cosigning: cosigning, at: clock.now)
    }

    /// The section's ledger as `party` opens it.
    func open(
        _ storage: any LedgerStorage, as party: String = "site1", change: (inout LedgerSettings) -> Void = { _ in }
    ) throws -> Ledger {
        let clock = clock
        var settings = LedgerSettings(
            operator: try name(party), cosigner: try cosigner(party), clock: { clock.now },
            rules: ContractRules(insecureKeysForTesting: true))
        change(&settings)
        return try Ledger(storage: storage, founding: founding, section: section, settings: settings)
    }

    /// An envelope of `body` by `party`, signed by `signers`, or by `party` alone.
    func envelope(
        _ body: some TransactionBody, by party: String, signers: [String]? = nil, validFor seconds: Int64 = 600,
        ledger: LedgerIdentity? = nil, second: Bool = false
    ) throws -> Envelope {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: try name(party), ledger: try ledger ?? identity, nonce: .random(using: &generator),
            notAfter: clock.now.adding(seconds: seconds))
        let payload = TransactionPayload(header: header, body: body)
        return try Envelope.sign(
            payload: try payload.encoded(), payloadType: payload.payloadType,
            with: try (signers ?? [party]).map { try key($0, second: second) })
    }

    func key(_ party: String, second: Bool = false) throws -> SigningKey {
        guard let keys = (second ? seconds : keys)[try name(party)] else { throw MissingKey() }
        return keys.signing
    }

    var departments: [String] { founding.departments(of: section).map(\.name.text) }

    func opening() throws -> Envelope {
        try envelope(OpenSection(record: founding, registry: "registry\n"), by: "site1", signers: departments)
    }
}

struct MissingKey: Error {}
struct NotAName: Error {}

func name<Kind>(_ text: String) throws -> Name<Kind> {
    guard let name = Name<Kind>(text) else { throw NotAName() }
    return name
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_795_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(seconds: Int64) {
        time.withLock { $0 = $0.adding(seconds: seconds) }
    }
}

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String = "health.ledger") -> URL { url.appendingPathComponent(name) }

    func storage(_ name: String = "health.ledger") throws -> SQLiteLedgerStorage {
        try SQLiteLedgerStorage(url: file(name))
    }
}
