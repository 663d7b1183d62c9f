import KeyVault
import SharingModel

extension SecretName {
    static let signing: SecretName = "signing"
    static let sealing: SecretName = "sealing"
    static let pool: SecretName = "pool.health"
}

func secret(_ text: String) -> SecretBytes {
    var bytes = Array(text.utf8)
    return SecretBytes(wiping: &bytes)
}

func text(_ secret: SecretBytes) -> String {
    secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}
