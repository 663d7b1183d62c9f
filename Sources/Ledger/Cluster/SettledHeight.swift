package import Foundation
package import SharingModel
package import SignedEnvelopes

/// All that a node needs to settle a height by hand: the batch, and the statements of all departments.
///
/// Where etcd has shown different histories, departments may have cosigned different blocks at one height, and none of
/// them gets a quorum. Nobody takes a cosignature back by himself; but when all departments say which batch they settle
/// on and which cosignature they give up for it, each may give the settled batch's block another.
package struct SettledHeight: Codable, Hashable, Sendable {
    /// The batch's bytes.
    package let batch: Data
    /// Whose batch it is.
    package let department: PartyName
    package let height: Int
    /// ``Contracts/Settlement``s of all departments, sorted by name.
    package let statements: [Envelope]

    package init(batch: Data, department: PartyName, height: Int, statements: [Envelope]) {
        self.batch = batch
        self.department = department
        self.height = height
        self.statements = statements
    }
}
