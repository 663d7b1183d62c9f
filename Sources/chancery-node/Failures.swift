package import ChanceryCommand
package import LedgerEtcd
package import LedgerHTTP

extension RemoteLedgerError: Failure {
    package var exitStatus: ExitStatus {
        switch self {
        case .malformedAddress: .misunderstood
        case .unavailable: .unavailable
        case .refused, .malformedAnswer: .refused
        }
    }
}

extension EtcdError: Failure {
    package var exitStatus: ExitStatus {
        switch self {
        case .malformedAddress, .unusableFile: .misunderstood
        default: .unavailable
        }
    }
}

extension TransportError: Failure {
    package var exitStatus: ExitStatus { .refused }
}

extension NodeFailure: Failure {
    package var exitStatus: ExitStatus { .refused }
}
