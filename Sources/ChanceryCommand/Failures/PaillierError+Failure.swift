import Paillier

extension PaillierError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .cancelled, .keyMismatch, .decryptionInexact, .openingOutOfRange, .openingDoesNotMatch,
            .openingBatchDoesNotMatch, .keyProofHasWrongCount, .keyProofRootOutOfRange, .keyProofRootWrong,
            .guardBitsSet, .bitsAboveLastSlot:
            .refused
        default: .misunderstood
        }
    }
}
