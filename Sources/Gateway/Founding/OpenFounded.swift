import CanonicalJSON
import Contracts
package import Foundation
package import KeyVault
import Ledger
import LedgerSQLite
package import SharingModel
import SignedEnvelopes

/// `found open` and `found finish`: the first blocks of a department's ledgers from all departments' signatures, and the
/// cosignatures that make them final.
package struct OpenFounded {
    let home: PartyHome
    private let first: FirstTransactions

    /// - Throws: ``FoundingFault/nothingToDo(party:)`` for who is no department.
    package init(home: PartyHome) throws {
        guard home.party.role == .department else { throw FoundingFault.nothingToDo(party: home.party.name) }
        self.home = home
        first = FirstTransactions(home.consortium)
    }

    /// Makes and cosigns the first blocks, which are the same at each department: their time is that of the founding.
    /// Can be run again; the same cosignatures come out.
    /// - Returns: What this department gives to the others.
    package func open(_ signed: [GivenFile], passphrase: SecretBytes, at now: Timestamp = .now()) async throws -> Data {
        let vault = try KeyVault(directory: home.vaultDirectory, passphrase: passphrase)
        let key = try vault.signingKeys().current(as: home.party)
        var signatures = try read(signed)
        signatures[home.party.name] = try sections.map { try first.envelope(of: $0).adding(signatureBy: key) }
        let cosigner = try vault.cosigner(of: home.party, in: home.consortium.digest)
        var notes: [String: String] = [:]
        for section in sections {
            let envelope = try merged(section, signatures)
            notes[section.text] = try await open(section, with: envelope, cosigner, at: now)
        }
        return try CanonicalJSON.encode(
            FoundingCosignatures(
                consortium: home.consortium.digest, notes: notes, party: home.party.name))
    }

    /// Takes the other departments' cosignatures.
    /// - Returns: Of each ledger who has cosigned its first block; each has a quorum.
    package func finish(_ cosigned: [GivenFile]) throws -> [(section: SectionName, cosigners: [PartyName])] {
        let documents = try cosigned.map { file in
            (file.name, try decode(FoundingCosignatures.self, file, "cosigned file of a department"))
        }
        // All of it is kept before anything is missed.
        for section in sections {
            let ledger = try ledger(of: section, operator: home.party.name)
            for (file, document) in documents {
                guard document.consortium == home.consortium.digest else {
                    throw FoundingFault.otherRecord(
                        file: file, shown: document.consortium, own: home.consortium.digest)
                }
                // A department of another section opens the registry only.
                guard let note = document.notes[section.text] else { continue }
                do {
                    try ledger.takeCosignatures(note, height: 0)
                } catch LedgerError.proof {
                    throw FoundingFault.otherBlock(file: file, party: document.party, section: section)
                }
            }
        }
        return try sections.map { section in
            let ledger = try ledger(of: section, operator: home.party.name)
            guard let block = try ledger.cosignedBlock(.height(0)) else { throw LedgerError.empty }
            guard block.isFinal else {
                throw FoundingFault.cosignaturesMissing(
                    section: section, have: block.cosigners, needed: ledger.policy.needed)
            }
            return (section, block.cosigners)
        }
    }

    private var sections: [SectionName] { first.sections(of: home.party) }

    /// The departments' signatures, each checked.
    private func read(_ files: [GivenFile]) throws -> [PartyName: [Envelope]] {
        var found: [PartyName: [Envelope]] = [:]
        for file in files {
            let document = try decode(FoundingSignatures.self, file, "signed file of a department")
            guard document.consortium == home.consortium.digest else {
                throw FoundingFault.otherRecord(
                    file: file.name, shown: document.consortium, own: home.consortium.digest)
            }
            guard let party = home.consortium.record.party(document.party), party.role == .department else {
                throw FoundingFault.notADepartment(file: file.name, party: document.party)
            }
            let key = try VerificationKey(ed25519: party.signingKey)
            let expected = try first.sections(of: party).map { try first.envelope(of: $0).id }
            guard document.envelopes.map(\.id) == expected,
                document.envelopes.allSatisfy({ (try? $0.verify(signers: [key])) != nil })
            else { throw FoundingFault.wrongSignature(file: file.name, party: party.name) }
            found[party.name] = document.envelopes
        }
        return found
    }

    /// The first transaction of a ledger with the signatures of all its departments.
    private func merged(_ section: SectionName, _ signatures: [PartyName: [Envelope]]) throws -> Envelope {
        var envelope = try first.envelope(of: section)
        var missing: [PartyName] = []
        for department in home.consortium.record.departments(of: section) {
            let theirs = signatures[department.name]?.first { $0.id == envelope.id }
            guard let signature = theirs?.signatures.first else {
                missing.append(department.name)
                continue
            }
            envelope = try envelope.adding(signature)
        }
        guard missing.isEmpty else { throw FoundingFault.signaturesMissing(of: missing, section: section) }
        return envelope
    }

    /// - Returns: The first checkpoint's note, with this department's cosignature.
    private func open(
        _ section: SectionName, with envelope: Envelope, _ cosigner: Cosigner?, at now: Timestamp
    ) async throws -> String {
        let founded = home.consortium.record.founded
        // Whoever opens it: the block is the one that the first department would make at the time of the founding.
        guard let first = home.consortium.record.departments(of: section).first else { throw LedgerError.empty }
        let opening = try ledger(of: section, operator: first.name) { founded }
        if try opening.head() == nil {
            let receipt = try await opening.submit(envelope)
            if let refusal = receipt.refusal {
                throw GatewayError.refusedOnLedger(refusal, transaction: receipt.transaction, height: receipt.height)
            }
        }
        let ledger = try ledger(of: section, operator: home.party.name, cosigner: cosigner) { now }
        let copy = try SQLiteLedgerStorage(url: home.seenDirectory.appending(path: "\(section).sqlite"))
        _ = try ledger.cosign(replica: copy, lastSeen: nil)
        guard let block = try ledger.cosignedBlock(.height(0)) else { throw LedgerError.empty }
        return block.note
    }

    private func ledger(
        of section: SectionName, operator party: PartyName, cosigner: Cosigner? = nil,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws -> Ledger {
        try Ledger(
            storage: SQLiteLedgerStorage(url: home.ledgers.appending(path: "\(section).sqlite")),
            founding: home.consortium.record, section: section,
            settings: LedgerSettings(operator: party, cosigner: cosigner, clock: clock))
    }

    private func decode<Document: Codable>(_ type: Document.Type, _ file: GivenFile, _ what: String) throws -> Document
    {
        do {
            return try CanonicalJSON.decode(type, from: Data(file.bytes))
        } catch {
            throw FoundingFault.unreadable(file: file.name, what: what, problem: "\(error)")
        }
    }
}

/// What a department gives when it has opened its ledgers.
package struct FoundingCosignatures: Codable, Hashable, Sendable {
    package let consortium: Digest
    /// By ledger, the first checkpoint: a C2SP signed note with this department's cosignature.
    package let notes: [String: String]
    package let party: PartyName

    package init(consortium: Digest, notes: [String: String], party: PartyName) {
        (self.consortium, self.notes, self.party) = (consortium, notes, party)
    }
}
