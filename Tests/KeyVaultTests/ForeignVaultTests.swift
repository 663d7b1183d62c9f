import Foundation
import KeyVault
import SharingModel
import TestSupport
import Testing

/// A vault written by Python: hashlib's scrypt (OpenSSL), AES-GCM and HKDF of PyPI's cryptography, after the format
/// that `VaultHeader` and `SealedSecret` describe.
@Suite("A key vault that another program wrote")
struct ForeignVaultTests {
    let folder = TestFolder()

    @Test("opens, and gives its secret")
    func open() throws {
        let header = """
            {"derivation":{"cost":{"logN":10,"p":2,"r":4},"name":"scrypt",\
            "salt":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},\
            "masterKey":"AAECAwQFBgcICQoL78pmZbYpH5GxzdYsGMyIBSwu2j9npRxf81xR2iOjiyAxaMXz702zAKOAgAjJJGkS","version":1}
            """
        let sealed = try #require(
            [UInt8](
                lowercaseHex: """
                    6368616e63657279207365616c6564207365637265742076310a1415161718191a1b1c1d1e1fe966a01d745e2226c5b468828ee0\
                    3c6815e87d122cf2a8b0e70b9c742f7c
                    """))
        try Data(header.utf8).write(to: folder.url("vault.json"))
        try Data(sealed).write(to: folder.url("signing.sealed"))
        let vault = try KeyVault(directory: folder.url(""), passphrase: secret("correct horse battery staple"))
        #expect(text(try vault.load(.signing)) == "made elsewhere")
    }

    @Test("A vault at the standard cost says so in its header, and opens")
    func standardCost() throws {
        let vault = try KeyVault(creatingIn: folder.url("vault"), passphrase: secret("p"))
        try vault.store(.signing, secret("kept"))
        let header = String(decoding: try folder.content("vault/vault.json"), as: UTF8.self)
        #expect(header.contains(#""cost":{"logN":17,"p":1,"r":8}"#))
        let duration = try ContinuousClock().measure {
            let reopened = try KeyVault(directory: folder.url("vault"), passphrase: secret("p"))
            #expect(text(try reopened.load(.signing)) == "kept")
        }
        print("scrypt at the standard cost took \(duration)")
    }
}
