import Foundation

/// What can go wrong between a node and etcd. Nothing of it loses a transaction; trying again is safe.
package enum EtcdError: Error, Hashable, Sendable {
    case malformedAddress(String)
    /// A certificate or key that cannot be used.
    case unusableFile(path: String, problem: String)
    /// The account is not let in.
    case wrongAccount(user: String, detail: String)
    /// No member answered; the last one's words.
    case unavailable(detail: String)
    /// A member answered with an HTTP status other than 200.
    case refused(status: Int, detail: String)
    /// An answer that is not what the v3 JSON gateway gives.
    case malformedAnswer(detail: String)
    /// The watch was not allowed, or was ended by the member.
    case watchEnded(detail: String)
    /// The history asked for is no longer kept; it begins at this revision.
    case compacted(oldest: Int64)
}

extension EtcdError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedAddress(let text):
            "\(text) is no address of etcd. Write etcd://host:port, with commas between several members, "
                + "or etcds://… for TLS."
        case .unusableFile(let path, let problem): "\(path) is no PEM file that can be used: \(problem)"
        case .wrongAccount(let user, let detail):
            "etcd does not let the account \(user) in: \(detail). Check etcd-user and the password."
        case .unavailable(let detail):
            "No member of etcd answers (\(detail)). Nothing is lost; it is tried again until one does."
        case .refused(let status, let detail): "etcd refused with status \(status): \(detail)"
        case .malformedAnswer(let detail): "etcd gave an answer that does not read: \(detail)"
        case .watchEnded(let detail): "etcd ended the watch: \(detail)"
        case .compacted(let oldest): "etcd keeps its history from revision \(oldest) only."
        }
    }
}

extension EtcdError: LocalizedError {
    package var errorDescription: String? { description }
}
