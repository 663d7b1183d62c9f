import CanonicalJSON
import Foundation
import Gateway
import Multiprecision
import Paillier
import SharingModel
import Testing

/// A command's whole memory, read when it has done its work and wiped what it knew: no share and no private key is in it.
///
/// Each is run again without wiping: the same search must then find what it did not find before.
@Suite("Memory of commands that end", .enabled(if: CrashLibrary.isUsable), .serialized)
struct MemoryTests {
    @Test("The dealer keeps neither the key nor a share", arguments: [true, false])
    func dealer(wipes: Bool) async throws {
        let consortium = try await TestConsortium.shared(.founded).copy().consortium
        // With primes of its own: those of a file would be in memory as the file's text.
        let create = [
            "pool", "create", "health", "--members", "site1,site2", "--threshold", "2", "--holders",
            TestConsortium.poolHolders.joined(separator: ","), "--custodian", "ministry", "--as", "ministry", "--bits",
            "2048",
        ]
        let (during, end) = try await consortium.memory(of: create, stopAt: "/blobs/", wipes: wipes)
        try await consortium.acknowledgePool(by: TestConsortium.poolHolders)
        let modulus = try consortium.poolModulus()
        let shares = try consortium.secrets(named: ["share."])
        // Each as it is, and as the windows of the power that a part is.
        #expect(shares.count == 2 * TestConsortium.poolHolders.count)
        // While it dealt, a factor of n was there.
        let prime = try #require(during?.factor(of: modulus), "the search for primes finds none")
        let secrets = shares + SecretForms.key(modulus, prime)
        if wipes {
            #expect(end.places(of: secrets).isEmpty)
            #expect(end.factor(of: modulus) == nil)
        } else {
            // Not all: what was freed is soon something else.
            #expect(!end.places(of: secrets).isEmpty)
        }
        print("dealer, \(wipes ? "" : "not ")wiping: \(end.byteCount) bytes of memory searched")
    }

    @Test("Nobody who used a share, a private key or a blind keeps it", arguments: MemoryScenario.all, [true, false])
    func holders(scenario: MemoryScenario, wipes: Bool) async throws {
        let state = try await scenario.start().copy()
        let before = try state.consortium.secrets(named: scenario.secrets)
        let (during, end) = try await state.consortium.memory(
            of: scenario.arguments(state), stopAt: wipes ? nil : scenario.during, wipes: wipes)
        try await scenario.finish(state)
        let secrets = try before + state.consortium.secrets(named: scenario.secrets) + scenario.keys
        #expect(!secrets.isEmpty)
        let found = end.places(of: secrets) + (during?.places(of: secrets) ?? [])
        #expect(found.isEmpty == wipes, "\(found)")
        print("\(scenario.name), \(wipes ? "" : "not ")wiping: \(end.byteCount) bytes searched, \(found.count) found")
    }
}

/// A command that has secrets in its memory while it runs.
struct MemoryScenario: Sendable, CustomTestStringConvertible {
    let name: String
    let start: @Sendable () async throws -> TestConsortium.Prepared
    let arguments: @Sendable (TestConsortium.Prepared) -> [String]
    /// How the names begin of the secrets that are looked for.
    var secrets = ["share.", "escrow."]
    /// Private keys that it has at hand beside shares.
    var keys: [SecretForms] = []
    /// Part of the path of a file that it moves into place while it has a share, where what it had is soon written over.
    var during: String?
    /// What puts the shares that it made into vaults, where the test learns them.
    var finish: @Sendable (TestConsortium.Prepared) async throws -> Void = { _ in }

    var testDescription: String { name }

    private static func of(
        _ name: String, stage: TestConsortium.SharedStage,
        arguments: @escaping @Sendable (TestConsortium.Prepared) -> [String], keys: [SecretForms] = [],
        during: String? = nil, finish: @escaping @Sendable (TestConsortium.Prepared) async throws -> Void = { _ in }
    ) -> MemoryScenario {
        MemoryScenario(
            name: name, start: { try await TestConsortium.shared(stage) }, arguments: arguments, keys: keys,
            during: during, finish: finish)
    }

    /// A command for pseudonyms, by which a key or blinds are made or used.
    private static func of(
        _ name: String, stage: TestConsortium.PseudonymStage, arguments: [String], secret: String, during: String
    ) -> MemoryScenario {
        MemoryScenario(
            name: name, start: { try await TestConsortium.pseudonymous(stage) }, arguments: { _ in arguments },
            secrets: [secret], during: during)
    }

    static let all = ofShares + ofPseudonyms

    private static let ofPseudonyms = [
        of(
            "pseudonym key", stage: .founded, arguments: ["pseudonym", "key", "--as", "ministry"],
            secret: "pseudonyms", during: "/vault/pseudonyms."),
        of(
            "pseudonym request", stage: .keyed, arguments: TestConsortium.requestPseudonyms, secret: "blind",
            during: "/vault/asked."),
        of(
            "pseudonym evaluate", stage: .asked, arguments: ["pseudonym", "evaluate", "--as", "ministry"],
            secret: "pseudonyms", during: "/blobs/"),
        of(
            "pseudonym request, taking the answer in", stage: .evaluated, arguments: TestConsortium.requestPseudonyms,
            secret: "blind", during: "/vault/known."),
    ]

    private static let ofShares = [
        of(
            "pool acknowledge", stage: .dealt, arguments: { _ in ["pool", "acknowledge", "health", "--as", "site1"] },
            during: "/vault/share."),
        of(
            "open", stage: .computed, arguments: { ["open", $0.result, "--as", "site1"] }, during: "/pending/"),
        of(
            "pool deal", stage: .proposed, arguments: { ["pool", "deal", "health", $0.ceremony, "--as", "site1"] },
            finish: { state in
                try await state.consortium.deal(by: Array(TestConsortium.poolHolders.dropFirst()))
                try await state.consortium.acknowledgePool(by: TestConsortium.poolHolders)
            }),
        of(
            "pool acknowledge of refreshed shares", stage: .renewed,
            arguments: { _ in ["pool", "acknowledge", "health", "--as", "province"] }, during: "/vault/share."),
        of(
            "escrow deposit", stage: .keyed, arguments: { _ in ["escrow", "deposit", "--as", "site1"] },
            keys: KnownPrimes.site1.secrets, during: "/pending/",
            finish: { state in
                for holder in TestConsortium.escrowHolders {
                    try await state.consortium.run("escrow", "acknowledge", "--as", holder).expectStatus(0)
                }
            }),
        of(
            "escrow acknowledge", stage: .deposited,
            arguments: { _ in ["escrow", "acknowledge", "--as", "ministry"] }, during: "/vault/escrow."),
        of(
            "escrow grant", stage: .requested,
            arguments: { ["escrow", "grant", $0.request, "--as", "ministry"] }, during: "/escrow-"),
        of(
            "record open", stage: .published,
            arguments: { _ in ["record", "open", "d1", "--row", "3", "--field", "name", "--as", "site1"] },
            keys: KnownPrimes.site1.secrets),
    ]
}

extension TestConsortium {
    /// Runs a command, and gives its memory when it has ended by itself, and where it first moved a file to a path with
    /// `text` in it.
    fileprivate func memory(
        of arguments: [String], stopAt text: String? = nil, wipes: Bool
    ) async throws -> (during: ProcessMemory?, end: ProcessMemory) {
        let library = try await CrashLibrary.shared()
        let own = ["CHANCERY_HOME": home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        let command = RunningCommand(
            try Binary.chancery(), arguments,
            environment: own.merging(library.environment(stopAt: text, wipes: wipes)) { _, new in new },
            in: folder.url)
        try command.start()
        var during: ProcessMemory?
        if text != nil {
            during = try await ProcessMemory(of: command.stopped(within: .seconds(120)))
            // It is not stopped any more when this returns.
            command.send(signal: SIGCONT)
        }
        let end = try await ProcessMemory(of: command.stopped(within: .seconds(120)))
        command.send(signal: SIGCONT)
        try await command.end(within: .seconds(120)).expectStatus(0)
        return (during, end)
    }

    /// Of all vaults, the secrets whose names begin so.
    fileprivate func secrets(named prefixes: [String]) throws -> [SecretForms] {
        try secrets().filter { secret in
            prefixes.contains { secret.name.contains("'s \($0)") } || secret.name.contains("dealt")
        }
    }

    fileprivate func poolModulus() throws -> BigInteger {
        let session = try DishonestParty("site1", in: self).session
        let name = try #require(PoolName.init("health"))
        return BigInteger(bigEndianBytes: try session.state { try $0.knownPool(name) }.publicKey().modulusBytes)
    }
}

extension SecretForms {
    /// All that opens ciphertexts of a modulus, given one of its primes.
    static func key(_ modulus: BigInteger, _ prime: BigInteger) -> [SecretForms] {
        let other = modulus.flooredQuotientAndRemainder(dividingBy: prime).quotient
        let half = { (prime: BigInteger) in
            (prime - BigInteger(1)).flooredQuotientAndRemainder(dividingBy: BigInteger(2)).quotient
        }
        // What it raises to: p − 1 when it decrypts, n⁻¹ mod (p − 1) when it proves its modulus or opens.
        let exponents = [prime, other].flatMap { prime in
            let order = prime - BigInteger(1)
            return [order, modulus.inverse(modulo: order) ?? order]
        }
        return [
            SecretForms("p", number: prime), SecretForms("q", number: other),
            SecretForms("p′q′", number: half(prime) * half(other)),
        ] + exponents.map { SecretForms("an exponent of the key", windowsOf: $0) }
    }

    init(_ name: String, number: BigInteger) {
        self.init(name, number.bigEndianBytes.reversed())
    }
}

extension KnownPrimes {
    fileprivate var secrets: [SecretForms] {
        let numbers = primes.compactMap { BigInteger($0) }
        return SecretForms.key(numbers.reduce(BigInteger(1), *), numbers[0])
    }
}
