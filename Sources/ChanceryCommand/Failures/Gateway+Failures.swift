import Contracts
import Evidence
import Gateway
import Ledger
import QueryPlans
import SealedTables
import SignedEnvelopes

// How the errors of the layers below end the command: 2 for what cannot be understood, 1 for a no, 3 for a part that
// does not answer.

extension GatewayError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .notAHome, .damagedHome, .partyMissing, .unknownParty, .notThisParty, .policy, .unreadable,
            .alreadyFounded, .sectionMissing, .unknownPool, .unknownDataset, .unknownSource, .unknownReference,
            .ambiguousReference:
            .misunderstood
        case .refusedOnLedger, .notAllowed, .queryRefused, .keyMissing, .resultRefused,
            .datasetsUnreadable, .openingDamaged, .notFinal, .ledgerWentBack:
            .refused
        case .unavailable: .unavailable
        }
    }
}

extension FoundingFault: Failure {
    var exitStatus: ExitStatus {
        if case .unreadable = self { .misunderstood } else { .refused }
    }
}

extension LedgerError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .busy, .overloaded, .notFinalWithin: .unavailable
        default: .refused
        }
    }
}

extension LightClientError: Failure {
    var exitStatus: ExitStatus { .refused }
}

extension BackupError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .damaged, .rootDiffers: .refused
        case .exists, .unusableName, .homeNotEmpty, .missing: .misunderstood
        case .changedMeanwhile: .unavailable
        }
    }
}

extension AdmissionError: Failure {
    var exitStatus: ExitStatus { .refused }
}

extension Refusal: Failure {
    var exitStatus: ExitStatus { .refused }
}

extension ContractsError: Failure {
    var exitStatus: ExitStatus { .misunderstood }
}

extension SealedTableError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .shard, .manifest: .refused
        default: .misunderstood
        }
    }
}

extension QueryPlanError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .statement, .plan: .misunderstood
        default: .refused
        }
    }
}

extension EvidenceError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .tooLarge, .malformed: .misunderstood
        case .anotherConsortium, .doesNotHold: .refused
        }
    }
}

extension EnvelopeError: Failure {
    var exitStatus: ExitStatus { .refused }
}
