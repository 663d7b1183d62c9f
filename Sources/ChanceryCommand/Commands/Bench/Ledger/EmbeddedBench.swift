import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import Paillier
import SharingModel
import SignedEnvelopes

/// One department's ledger in one file, in this process: four departments, of whom the first cosigns.
struct EmbeddedBench: LoadedLedger {
    let ordering = "embedded"
    let nodes = 1
    private let file: URL
    private let storage: SQLiteLedgerStorage
    private let ledger: Ledger
    private let founding: FoundingRecord
    private let settings: LedgerSettings
    private let consortium: BenchConsortium
    private let tokens: BenchTokens

    /// - Parameter transactions: How many will be submitted at most.
    init(file: URL, transactions: Int) async throws {
        self.file = file
        let names = BenchNames(departments: 4)
        var (keys, parties): ([PartyName: SigningKey], [Party]) = ([:], [])
        let cosigning = SigningKey.generate()
        for name in names.departments + [names.user] {
            let isDepartment = name != names.user
            let key = SigningKey.generate()
            keys[name] = key
            let own = name == names.departments[0] ? cosigning : .generate()
            parties.append(
                Party(
                    name: name, role: isDepartment ? .department : .collaborator,
                    section: isDepartment ? names.section : nil, area: nil, superior: nil,
                    signingKey: key.verificationKey.rawRepresentation,
                    cosigningKey: isDepartment ? own.verificationKey.rawRepresentation : nil,
                    sealingKey: UnsealingKey.generate().sealingKey.rawRepresentation))
        }
        founding = FoundingRecord(
            name: "Bench", founded: .benchNow(), sections: [names.section], parties: parties, policy: SharingPolicy())
        settings = LedgerSettings(
            operator: names.departments[0],
            cosigner: try Cosigner(
                party: names.departments[0], secret: cosigning.exportSecretForVault(), consortium: founding.digest()),
            clock: Timestamp.benchNow, rules: ContractRules(insecureKeysForTesting: true))
        storage = try SQLiteLedgerStorage(url: file)
        let ledger = try Ledger(storage: storage, founding: founding, section: names.section, settings: settings)
        self.ledger = ledger
        consortium = BenchConsortium(ledger: ledger.identity, keys: keys, departments: names.departments)
        try await consortium.send(
            OpenSection(record: founding, registry: "registry\n"), by: names.departments, ledger.submit)
        var generator = SystemRandomNumberGenerator()
        tokens = try await consortium.prepareTokens(
            key: .generate(insecureBitCountForTesting: 128, using: &generator), redemptions: transactions,
            ledger.submit)
    }

    func submit(_ number: Int) async throws {
        try await consortium.redeem(tokens, ledger.submit)
    }

    func diskBytes() throws -> Int { try storage.byteCount() }

    func processorSeconds() -> [ProcessRole: Double] { [.client: ResourceUsage.now.processorSeconds] }

    func residentBytes() -> [ProcessRole: Int] { [.client: RunningProcess.own.residentBytes] }

    /// Reads of the ledger as it is at the end: opening it, a token's state, a transaction's whole proof.
    func reads() throws -> [BenchReport.Figure] {
        let clock = ContinuousClock()
        let opening = try clock.measure {
            _ = try Ledger(
                storage: SQLiteLedgerStorage(url: file), founding: founding, section: ledger.identity.section,
                settings: settings)
        }
        let size = try ledger.head()?.size ?? 0
        let parameters: BenchReport.Parameters = ["leaves": .integer(Int64(size))]
        let places = try (0..<500).compactMap { _ in
            try ledger.read { try $0.entry(at: Int.random(in: 0..<size)) }?.id
        }
        let state = try (0..<1_000).map { _ in
            try clock.measure { _ = try ledger.read { try LedgerState($0).token(tokens.first) } } / .seconds(1) * 1_000
        }
        let proofs = try places.map { id in
            try clock.measure { _ = try ledger.proof(of: id, at: .head) } / .seconds(1) * 1_000
        }
        return [
            BenchReport.Figure(name: "open", parameters: parameters, value: opening / .seconds(1), unit: "s"),
            BenchReport.Figure(
                name: "stateQuery", parameters: parameters, value: state.percentile(50), unit: "ms",
                details: ["p99_ms": state.percentile(99)]),
            BenchReport.Figure(
                name: "transactionProof", parameters: parameters, value: proofs.percentile(50), unit: "ms",
                details: ["p99_ms": proofs.percentile(99)]),
        ]
    }
}
