import CanonicalJSON
import Contracts
package import Foundation
package import KeyVault
package import Ledger
package import SharingModel
import SignedEnvelopes

/// `ledger resolve`: what departments do by hand when etcd has shown different histories and no quorum forms.
///
/// Every department states on which batch it settles, and which cosignature it gives up; with the statements of all, each
/// keeps them, and its node follows when it is started again.
package struct ResolveHeight: Sendable {
    let home: PartyHome
    let section: SectionName?
    let passphrase: SecretBytes

    package init(home: PartyHome, section: SectionName?, passphrase: SecretBytes) {
        (self.home, self.section, self.passphrase) = (home, section, passphrase)
    }

    /// Largest document: a batch and a statement of each department.
    package static let byteLimit = 2 << 20

    package static func read(_ bytes: Data) throws -> SettledHeight {
        try CanonicalJSON.decode(SettledHeight.self, from: bytes, maximumByteCount: byteLimit)
    }

    /// This department's statement on the height after its newest final block.
    /// - Parameter other: Another department's, to settle on the same batch; `nil` to settle on the batch that this
    ///   department has cosigned.
    package func state(on other: SettledHeight?) async throws -> SettledHeight {
        let opened = try await open()
        let open = try await opened.node.openBatch()
        guard
            let (department, batch) = other.map({ ($0.department, $0.batch) })
                ?? open.map({ ($0.department, $0.batch) })
        else {
            throw GatewayError.notAllowed(
                reason: "\(home.party.name) has cosigned nothing at the height after its newest final block",
                wayOn: "give the statement of a department that has, with --on")
        }
        let said = try await opened.node.settlement(on: batch, of: department)
        let known = try opened.ledger.partyInNextBlock(home.party.name)?.signingKey
        let vault = try KeyVault(directory: home.vaultDirectory, passphrase: passphrase)
        let key = try vault.signingKeys().first { $0.verificationKey.rawRepresentation == known }
        guard let key else { throw GatewayError.keyMissing(name: "signing", party: home.party.name) }
        return SettledHeight(
            batch: batch, department: department, height: Int(said.height), statements: [try said.signed(with: key)])
    }

    /// Puts the statements together, checks that they are those of all departments and that they agree, and keeps them for
    /// the node. Durable on return.
    package func keep(_ documents: [SettledHeight]) async throws -> SettledHeight {
        guard let first = documents.first,
            documents.allSatisfy({
                ($0.height, $0.department, $0.batch) == (first.height, first.department, first.batch)
            })
        else {
            throw GatewayError.notAllowed(
                reason: "the statements are not on one batch of one height",
                wayOn: "have all departments settle on the same: `chancery ledger resolve state --on FILE`")
        }
        var statements: [PartyName: Envelope] = [:]
        for envelope in documents.flatMap(\.statements) { statements[try Settlement(reading: envelope).by] = envelope }
        let whole = SettledHeight(
            batch: first.batch, department: first.department, height: first.height,
            statements: statements.sorted { $0.key < $1.key }.map(\.value))
        let opened = try await open()
        guard try opened.ledger.head()?.height == whole.height - 1 else {
            throw GatewayError.notAllowed(
                reason: "height \(whole.height) is not the one after this department's newest final block",
                wayOn: "nothing has to be settled there")
        }
        try await opened.node.settle(whole)
        return whole
    }

    /// The node's parts, with nothing that runs: it is not confirmed by the others and cosigns nothing.
    private func open() async throws -> DepartmentNodeHome {
        try await DepartmentNodeHome(
            home: home, section: section, passphrase: passphrase,
            fetch: { _, _, _ in
                throw GatewayError.notAllowed(
                    reason: "this department's node has no ledger yet", wayOn: "run it first: `chancery serve`")
            }, report: { _ in })
    }
}
