import CMemcheck
import Multiprecision
import Paillier

/// One thing that is done with secrets marked, a process each, since memcheck reports a place once.
enum TaintedSection: String, CaseIterable {
    /// Controls: the method must see these.
    case controlPower = "control: a power in variable time"
    case controlTable = "control: encryption from a table"
    case power = "a power with a secret exponent, GMP"
    case lanePower = "a power with a secret exponent, eight lanes"
    case decrypt = "decryption"
    case decryptBatch = "decryption of a batch"
    case open = "openings of a batch"
    case textbook = "textbook encryption"
    case part = "a part of a decryption, with its proof"
    case partOfBatch = "a part of a batch, with its proof"
    case deal = "dealing a key in shares"

    func run() throws {
        guard chancery_memcheck_runs() != 0 else { fatalError("run this under valgrind, with its headers installed") }
        print("kernel: \(LaneKernel.best?.rawValue ?? "none")")
        let key = try PublishedKey.of2048()
        let encryptor = try Encryptor(key: key.publicKey, randomness: .textbook, expectedCount: 1)
        let ciphertexts = try (0..<8).map { try encryptor.encrypt(BigInteger($0)) }
        var marks = SecretMarks()
        switch self {
        case .controlPower, .power, .lanePower:
            try power(modulus: key.publicKey.modulus, &marks)
        case .decrypt, .decryptBatch, .open:
            for child in Mirror(reflecting: key).children where child.label == "factors" {
                marks.markAll(in: child.value)
            }
            begin(marks)
            switch self {
            case .decrypt: _ = try key.decrypt(ciphertexts[0])
            case .decryptBatch: _ = try key.decrypt(ciphertexts)
            default: _ = try key.open(ciphertexts)
            }
        case .part, .partOfBatch, .deal:
            try share(key, ciphertexts, &marks)
        case .controlTable:
            let table = try Encryptor(key: key.publicKey, randomness: .short(bits: 256), expectedCount: 1_000)
            try encrypt(with: table, marks)
        case .textbook:
            try encrypt(with: encryptor, marks)
        }
        chancery_memcheck_section("end")
    }

    private func power(modulus: BigInteger, _ marks: inout SecretMarks) throws {
        var generator = SystemRandomNumberGenerator()
        let base = BigInteger.random(below: modulus, using: &generator)
        let exponent = (BigInteger.one << 1_024) + BigInteger.random(bitCount: 1_024, using: &generator)
        let ring = LaneRing(modulus: modulus, isSquare: false)
        marks.mark(exponent)
        begin(marks)
        switch self {
        case .controlPower: _ = base.power(exponent, modulo: modulus, variableTime: true)
        case .power: _ = try base.secretPower(exponent, modulo: modulus)
        default:
            guard let ring else { fatalError("no kernel runs here") }
            let (workspace, number) = (ring.makeWorkspace(), ring.makeNumber())
            ring.enter([base], into: number, workspace: workspace)
            ring.secretPower(number, exponent, bitCount: 1_025, into: number, workspace: workspace)
            // Outside the power, and reported: it shows that the secret got there.
            _ = ring.values(number, count: 1, workspace: workspace)
        }
    }

    private func share(_ key: PrivateKey, _ ciphertexts: [Ciphertext], _ marks: inout SecretMarks) throws {
        let structure = try AccessStructure(threshold: 2, of: 3)
        guard self != .deal else {
            for child in Mirror(reflecting: key).children where child.label == "factors" {
                marks.markAll(in: child.value)
            }
            begin(marks)
            _ = try ThresholdKey.deal(key, over: structure)
            return
        }
        let (shared, shares) = try ThresholdKey.deal(key, over: structure)
        let share = try KeyShare(holder: 1, value: shares[0].value, under: shared)
        for child in Mirror(reflecting: share).children where child.label == "value" {
            marks.markAll(in: child.value)
        }
        begin(marks)
        _ = try share.decrypt(self == .part ? [ciphertexts[0]] : ciphertexts, under: shared, context: [1])
    }

    private func encrypt(with encryptor: Encryptor, _ marks: SecretMarks) throws {
        var generator = SecretGenerator()
        begin(marks)
        _ = try encryptor.encrypt(12_345, using: &generator)
    }

    /// What memcheck reports from here on counts.
    private func begin(_ marks: SecretMarks) {
        print("secret bytes: \(marks.byteCount)")
        chancery_memcheck_section("begin")
    }
}
