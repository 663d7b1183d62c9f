import KeyVault

extension KeyVaultError: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .wrongPassphrase, .secretDamaged, .secretMissing, .vaultExists: .refused
        default: .misunderstood
        }
    }
}
