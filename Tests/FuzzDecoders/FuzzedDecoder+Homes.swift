import CanonicalJSON
import DurableFiles
import Foundation
import Gateway
import KeyVault

extension FuzzedDecoder {
    private static let vaultErrors: [any Error.Type] = [KeyVaultError.self, FileFailure.self]

    static let homes: [FuzzedDecoder] = [
        FuzzedDecoder("vault-header", .json, share: 0.2, throws: vaultErrors) { input in
            guard !isSlow(input, ["derivation", "cost"]) else { return }
            try FuzzFolder.with("vault.json", input) { folder in
                _ = try KeyVault(directory: folder, passphrase: passphrase())
            }
        },
        FuzzedDecoder("sealed-secret", .binary, share: 0.2, throws: vaultErrors) { input in
            try FuzzFolder.with("signing.sealed", input) { folder in
                let header = FuzzFixture.corpora.appending(path: "vault-header/vault.json")
                try FileManager.default.copyItem(at: header, to: folder.appending(path: "vault.json"))
                _ = try KeyVault(directory: folder, passphrase: passphrase()).load("signing")
            }
        },
        FuzzedDecoder("passphrase-box", .json, throws: vaultErrors + [CanonicalJSONError.self]) { input in
            let box = try CanonicalJSON.decode(PassphraseBox.self, from: input)
            guard !isSlow(input, ["cost"]) else { return }
            _ = try box.open(passphrase: passphrase(), associated: Data("fuzz".utf8), path: "box.json")
        },
        FuzzedDecoder("backup", .binary, throws: [BackupError.self]) { input in
            _ = try BackupArchive.check(input, path: "backup.tar")
        },
        FuzzedDecoder("policy", .text, share: 0.2, throws: [GatewayError.self]) { input in
            try FuzzFolder.with("consortium.yaml", input) { folder in
                _ = try ConsortiumPolicy(directory: folder)
            }
        },
        FuzzedDecoder("escrow-policy", .text, share: 0.2, throws: [GatewayError.self]) { input in
            try FuzzFolder.with("escrow.yaml", input) { folder in
                let consortium = FuzzFixture.corpora.appending(path: "policy/consortium.yaml")
                try FileManager.default.copyItem(at: consortium, to: folder.appending(path: "consortium.yaml"))
                _ = try ConsortiumPolicy(directory: folder)
            }
        },
    ]

    static func passphrase() -> SecretBytes {
        var bytes = Array("fuzz".utf8)
        return SecretBytes(wiping: &bytes)
    }

    /// Whether a cost is one that is accepted, and means to take its time and memory: up to 1 GiB and some seconds.
    private static func isSlow(_ input: Data, _ path: [String]) -> Bool {
        guard let document = try? CanonicalJSON.parse(input) else { return false }
        let cost = path.reduce(Optional(document)) { $0?[$1] }
        return (11...20).contains(cost?["logN"]?.integerValue ?? 0)
    }
}
