package import CanonicalJSON
import Foundation
package import SharingModel

extension FoundingRecord {
    /// SHA-256 of the record's canonical JSON: the name of the consortium.
    package func digest() throws(CanonicalJSONError) -> Digest {
        Digest.sha256(try CanonicalJSON.encode(self))
    }

    /// All departments of `section`: who opens a ledger signs for being part of it.
    func signers(of section: SectionName, _ header: TransactionHeader) throws -> [RequiredSigner] {
        guard try digest() == header.ledger.consortium else { throw ContractsError.foundingDigestMismatch }
        let departments = departments(of: section)
        guard let first = departments.first else {
            throw ContractsError.foundingRecordInvalid(.noDepartments(section))
        }
        guard header.by == first.name else {
            throw ContractsError.notTheSubmitter(header.by, expected: first.name)
        }
        return departments.map { RequiredSigner(party: $0.name, signingKey: $0.signingKey) }
    }
}
