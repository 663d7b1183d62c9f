import BlobStore

extension BlobStoreError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .malformedCID, .blockTooLarge, .malformedDAGJSON, .roots: .misunderstood
        case .malformedCAR(_, .hashMismatch), .malformedCAR(_, .missingBlock): .refused
        case .malformedCAR: .misunderstood
        case .hashMismatch, .blockMissing, .blockDamaged, .tooManyBlocks: .refused
        }
    }
}
