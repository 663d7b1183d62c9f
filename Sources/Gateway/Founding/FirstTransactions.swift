import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

/// The first transaction of each of a consortium's ledgers, as everybody derives it from the founding record alone: so
/// departments can sign it without having spoken to each other.
struct FirstTransactions {
    let consortium: PinnedConsortium

    init(_ consortium: PinnedConsortium) {
        self.consortium = consortium
    }

    /// The ledgers that a department opens.
    func sections(of department: Party) -> [SectionName] { [.registry] + (department.section.map { [$0] } ?? []) }

    /// Not signed yet. A section's names the registry's; its checkpoint is cosigned together with the section's.
    func envelope(of section: SectionName) throws -> Envelope {
        guard section != .registry else {
            return try envelope(FoundConsortium(record: consortium.record), of: .registry)
        }
        let registry = try envelope(of: .registry).id
        return try envelope(OpenSection(record: consortium.record, registry: registry.hex), of: section)
    }

    private func envelope(_ body: some TransactionBody, of section: SectionName) throws -> Envelope {
        guard let first = consortium.record.departments(of: section).first else {
            throw GatewayError.sectionMissing(sections: consortium.record.sections)
        }
        let seed = Digest.sha256(Data("chancery first transaction v1 \(section) \(consortium.digest)".utf8))
        guard let nonce = Nonce(bytes: seed.bytes.prefix(16)) else { throw GatewayError.notAHome(path: "") }
        let payload = TransactionPayload(
            header: TransactionHeader(
                by: first.name, ledger: LedgerIdentity(consortium: consortium.digest, section: section),
                nonce: nonce, notAfter: consortium.record.founded.adding(seconds: 60)),
            body: body)
        return try Envelope(payload: payload.encoded(), payloadType: payload.payloadType)
    }
}
