import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Multiprecision
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// A secret in the forms in which it could be left behind: bytes either way round, hexadecimal, base64, decimal.
struct SecretForms: Sendable {
    let name: String
    let needles: [Data]

    /// - Parameter limbs: A number's limbs, least significant first, or any other bytes.
    init(_ name: String, _ limbs: [UInt8]) {
        self.name = name
        // Not the ends, which a header or a sign would alter. Of a long one several places: what was freed is written
        // over in parts.
        let count = min(24, limbs.count) & ~7
        let windows = (limbs.count >= 128 ? [1, 2, 3, 4, 5, 6, 7] : [4]).map { eighth in
            let start = ((limbs.count - count) * eighth / 8) & ~7
            return Array(limbs[start..<start + count])
        }
        let middle = windows[windows.count / 2]
        var needles = windows.flatMap { [Data($0), Data($0.reversed())] }
        for bytes in [middle, middle.reversed()] {
            let hex = bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
            needles += [Data(hex.utf8), Data(hex.uppercased().utf8)]
            // Three places in a group of three bytes; what their neighbours share in is cut off.
            needles += (0..<3).map { skip in
                Data(Data(bytes.dropFirst(skip)).base64EncodedString().dropLast(6).utf8)
            }
        }
        if limbs.count >= 64 {
            let decimal = String(describing: BigInteger(bigEndianBytes: limbs.reversed()))
            needles.append(Data(decimal.dropFirst(decimal.count / 2).prefix(30).utf8))
        }
        self.needles = needles
    }

    /// An exponent as the windows of four bits, one a byte, through which it is read.
    init(_ name: String, windowsOf number: BigInteger) {
        self.name = "windows of \(name)"
        let windows = number.bigEndianBytes.reversed().flatMap { [$0 & 15, $0 >> 4] }
        needles = (1...5).map { sixth in Data(windows.dropFirst(windows.count * sixth / 6).prefix(24)) }
    }

}

/// Looks for many secrets at once.
struct SecretSearch {
    private let search: ByteSearch
    /// Of each needle, whose it is.
    private let names: [String]

    init(_ secrets: [SecretForms]) {
        let needles = secrets.flatMap { secret in secret.needles.map { (secret.name, $0) } }
            .filter { $0.1.count >= ByteSearch.shortest }
        (search, names) = (ByteSearch(needles.map(\.1)), needles.map(\.0))
    }

    /// The names of the secrets that are to be read in `data`, sorted.
    func names(in data: Data) -> [String] { Set(search.occurring(in: data).map { names[$0] }).sorted() }
}

/// All files of a folder, as they were at one moment.
struct FileSnapshot: Sendable {
    let files: [(name: String, data: Data)]

    init(of folder: TemporaryFolder) throws {
        let names = try #require(FileManager.default.subpaths(atPath: folder.path(".")))
        files = names.compactMap { name in
            (try? Data(contentsOf: folder / name)).map { (name, $0) }
        }
    }

    /// Every file in which a secret is to be read, with the secret's name.
    func places(of secrets: [SecretForms]) -> [String] {
        let search = SecretSearch(secrets)
        return files.flatMap { file in search.names(in: file.data).map { "\($0) in \(file.name)" } }
    }
}

extension TestConsortium {
    /// Every secret of every vault, the primes that tests give to commands, and every dealt share in the blob store that
    /// a holder could unseal, put there by a command that was killed or not.
    func secrets() throws -> [SecretForms] {
        var secrets = KnownPrimes.allCases.flatMap { key in
            key.primes.compactMap { BigInteger($0) }.map {
                SecretForms("a prime of \(key)", $0.bigEndianBytes.reversed())
            }
        }
        guard case .consortium(let local) = try HomeLocation(directory: URL(filePath: home)) else { return secrets }
        var blocks = try FileSnapshot(of: folder).files.filter { $0.name.contains("/blobs/") }.map(\.data)
        blocks.removeAll { !$0.starts(with: Data("{".utf8)) }
        for party in local.partyNames {
            let vault = try vault(of: party.text)
            for name in try vault.names() {
                let bytes = try vault.load(name).withUnsafeBytes { Array($0) }
                secrets.append(SecretForms("\(party)'s \(name)", limbs(of: bytes)))
                // A part is a power by 2Δ times the share; Δ is of four holders of the pool, or of three of an escrow.
                for (prefix, factor) in [("share.", 48), ("escrow.", 12)] where name.text.hasPrefix(prefix) {
                    let share = BigInteger(bigEndianBytes: limbs(of: bytes).reversed())
                    secrets.append(SecretForms("\(party)'s \(name)", windowsOf: share * BigInteger(factor)))
                }
                if name.text.hasPrefix("asked.") { secrets += blinds(of: party, in: bytes) }
            }
            guard let unsealing = try? vault.load("unsealing") else { continue }
            let key = try unsealing.withUnsafeBytes { try UnsealingKey(x25519Secret: $0) }
            secrets += blocks.compactMap { dealtShare(in: $0, for: party, key, in: local.consortium.digest) }
        }
        return secrets
    }

    func vault(of party: String) throws -> KeyVault {
        guard case .consortium(let local) = try HomeLocation(directory: URL(filePath: home)) else {
            throw GatewayError.notAHome(path: home)
        }
        var passphrase = Array(TestConsortium.passphrase.utf8)
        return try KeyVault(
            directory: local.home(of: #require(PartyName(party))).vaultDirectory,
            passphrase: SecretBytes(wiping: &passphrase))
    }

    /// The key that a party signs with since the founding.
    func signingKey(of party: String) throws -> SigningKey {
        try vault(of: party).load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
    }

    /// Of the section `health`, or the only one there is.
    func identity() throws -> LedgerIdentity {
        let pinned = try PinnedConsortium(file: URL(filePath: home + "/consortium.json"))
        return LedgerIdentity(consortium: pinned.digest, section: try #require(pinned.record.sections.first))
    }

    /// Names of the secrets in a party's vault.
    func secretNames(of party: String) throws -> [String] { try vault(of: party).names().map(\.text) }

    /// Shares and Paillier keys have a header before their limbs.
    private func limbs(of bytes: [UInt8]) -> [UInt8] { bytes.count > 64 ? Array(bytes.dropFirst(16)) : bytes }

    /// Of values that wait for the custodian of pseudonyms: after the key's id each has its blind, its length and its text.
    private func blinds(of party: PartyName, in bytes: [UInt8]) -> [SecretForms] {
        var (blinds, rest) = ([SecretForms](), bytes.dropFirst(32))
        while rest.count >= 52 {
            blinds.append(SecretForms("\(party)'s blind \(blinds.count)", Array(rest.prefix(48))))
            let length = rest.dropFirst(48).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(52 + length)
        }
        return blinds
    }

    private func dealtShare(
        in block: Data, for holder: PartyName, _ key: UnsealingKey, in consortium: Digest
    ) -> SecretForms? {
        guard let message = try? CanonicalJSON.decode(SealedMessage.self, from: block) else { return nil }
        let keys: [(subject: (String, JSONValue), fingerprint: String)] = [
            (("pool", "health"), TestConsortium.fingerprint(of: .pool)),
            (("pool", "other"), TestConsortium.fingerprint(of: .site2)),
            (("owner", "site1"), TestConsortium.fingerprint(of: .site1)),
        ]
        for dealer in ["ministry"] + TestConsortium.poolHolders {
            for (subject, fingerprint) in keys {
                for epoch in 1...3 {
                    let address = JSONValue.object([
                        subject.0: subject.1, "dealer": .string(dealer), "holder": .string(holder.text),
                        "epoch": .integer(Int64(epoch)), "key": .string(fingerprint),
                        "ledger": ["consortium": .string(consortium.hex), "section": "health"],
                    ])
                    guard let binding = try? CanonicalJSON.serialize(address),
                        let plain = try? message.open(
                            with: key, info: Data("chancery pool share v1".utf8), authenticating: binding)
                    else { continue }
                    return SecretForms("a share that \(dealer) dealt to \(holder)", limbs(of: Array(plain)))
                }
            }
        }
        return nil
    }

    private static func fingerprint(of key: KnownPrimes) -> String { fingerprints[key] ?? "" }

    private static let fingerprints: [KnownPrimes: String] = Dictionary(
        uniqueKeysWithValues: KnownPrimes.allCases.map { key in
            let factors = key.primes.compactMap { BigInteger($0) }
            return (key, Digest.sha256(factors.reduce(BigInteger(1), *).bigEndianBytes).hex)
        })
}
