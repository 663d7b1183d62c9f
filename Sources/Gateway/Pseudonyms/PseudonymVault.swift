import Contracts
import Foundation
import KeyVault
import ObliviousPRF
import SealedTables
import SharingModel

import struct BlobStore.CID

/// What a department keeps of one request until it is answered: the values, and the blinds that hide them.
///
/// In the vault, so encrypted and part of a backup; named by the block of its elements, which says nothing.
struct AskedBatch {
    let key: SharingModel.Digest
    let inputs: [BlindedInput]

    /// Bytes of values in one batch, so that a secret stays within what a vault takes.
    static let byteLimit = 768 << 10

    /// Draws a blind for each value.
    init(drawing values: [Data], under key: SharingModel.Digest) throws {
        self.key = key
        inputs = try values.map { try BlindedInput($0) }
    }

    func blinded() throws -> BlindedBatch {
        BlindedBatch(key: key, elements: try inputs.map { try $0.element() })
    }

    /// The key's id, then of each value the blind, the length in 4 bytes, and the text: written once, into memory that is
    /// wiped.
    func secret() -> SecretBytes {
        let count = inputs.reduce(key.bytes.count) { $0 + BlindedInput.blindByteCount + 4 + $1.input.count }
        return SecretBytes(count: count) { buffer in
            var rest = buffer[...]
            func put(_ bytes: some ContiguousBytes) {
                bytes.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: rest.prefix(bytes.count)).copyMemory(from: bytes)
                    rest = rest.dropFirst(bytes.count)
                }
            }
            put(key.bytes)
            for input in inputs {
                input.withBlind { put($0) }
                withUnsafeBytes(of: UInt32(input.input.count).bigEndian) { put($0) }
                put(input.input)
            }
        }
    }

    /// - Returns: `nil` for what no batch writes.
    init?(_ secret: SecretBytes) {
        let batch = secret.withUnsafeBytes { bytes -> (SharingModel.Digest, [BlindedInput])? in
            var rest = bytes[...]
            func take(_ count: Int) -> UnsafeRawBufferPointer? {
                guard rest.count >= count else { return nil }
                defer { rest = rest.dropFirst(count) }
                return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
            }
            guard let key = take(32).flatMap({ SharingModel.Digest(bytes: $0) }) else { return nil }
            var inputs = [BlindedInput]()
            while !rest.isEmpty {
                guard let blind = take(BlindedInput.blindByteCount),
                    let length = take(4)?.reduce(0, { $0 << 8 | Int($1) }), let text = take(length),
                    let input = try? BlindedInput(Data(text), blind: blind)
                else { return nil }
                inputs.append(input)
            }
            return (key, inputs)
        }
        guard let batch else { return nil }
        (key, inputs) = batch
    }
}

/// Pseudonyms that were evaluated for this department, by one request.
struct KnownBatch {
    let key: SharingModel.Digest
    /// By ``EvaluatedPseudonyms/name(of:)``.
    let pseudonyms: [SharingModel.Digest: Pseudonym]

    private static let recordByteCount = 32 + Pseudonym.byteCount

    init(key: SharingModel.Digest, _ pseudonyms: [SharingModel.Digest: Pseudonym]) {
        self.key = key
        self.pseudonyms = pseudonyms
    }

    /// The key's id, then of each value the SHA-256 of its text and the pseudonym, in ascending order.
    var bytes: Data {
        pseudonyms.sorted { $0.key < $1.key }.reduce(into: Data(key.bytes)) {
            $0.append(contentsOf: $1.key.bytes)
            $0.append(contentsOf: $1.value.bytes)
        }
    }

    /// - Returns: `nil` for what no batch writes.
    init?(bytes: Data) {
        let bytes = Data(bytes)
        guard bytes.count >= 32, (bytes.count - 32).isMultiple(of: KnownBatch.recordByteCount),
            let key = SharingModel.Digest(bytes: bytes.prefix(32))
        else { return nil }
        var pseudonyms: [SharingModel.Digest: Pseudonym] = [:]
        for start in stride(from: 32, to: bytes.count, by: KnownBatch.recordByteCount) {
            guard let name = SharingModel.Digest(bytes: bytes[start..<start + 32]),
                let pseudonym = Pseudonym(evaluated: bytes[(start + 32)..<start + KnownBatch.recordByteCount])
            else { return nil }
            pseudonyms[name] = pseudonym
        }
        self.key = key
        self.pseudonyms = pseudonyms
    }
}

extension SecretName {
    /// The custodian's key for the pseudonyms of a section: its first, or the one of a later generation.
    /// - Returns: `nil` for a section whose name leaves no room.
    static func pseudonymFunction(_ section: SectionName, _ generation: Int64 = 1) -> SecretName? {
        // The section stands last: a name such as `health.2` could be a section's too.
        SecretName(generation == 1 ? "pseudonyms.\(section)" : "pseudonyms-\(generation).\(section)")
    }

    private static let asked = "asked."
    private static let known = "known."

    static func askedBatch(_ elements: CID) -> SecretName? { SecretName(asked + elements.digest.hex.prefix(48)) }
    static func knownBatch(_ elements: CID) -> SecretName? { SecretName(known + elements.digest.hex.prefix(48)) }

    var isAskedBatch: Bool { text.hasPrefix(SecretName.asked) }
    var isKnownBatch: Bool { text.hasPrefix(SecretName.known) }
}

extension KeyVault {
    func store(_ batch: AskedBatch, _ elements: CID) throws {
        guard let name = SecretName.askedBatch(elements) else { return }
        try store(name, batch.secret())
    }

    func store(_ batch: KnownBatch, _ elements: CID) throws {
        guard let name = SecretName.knownBatch(elements) else { return }
        try store(name, exporting: batch.bytes)
    }

    func removeAsked(_ elements: CID) throws {
        guard let name = SecretName.askedBatch(elements) else { return }
        try remove(name)
    }

    /// The requests that are not settled, under whatever key.
    func askedBatches() throws -> [AskedBatch] {
        try names().filter(\.isAskedBatch).compactMap { AskedBatch(try load($0)) }
    }

    /// The requests under `key` that are not settled.
    func askedBatches(under key: SharingModel.Digest) throws -> [AskedBatch] {
        try askedBatches().filter { $0.key == key }
    }

    /// All pseudonyms under `key` that were evaluated for this party.
    func evaluatedPseudonyms(under key: SharingModel.Digest) throws -> EvaluatedPseudonyms {
        var all: [SharingModel.Digest: Pseudonym] = [:]
        for name in try names() where name.isKnownBatch {
            let batch = try load(name).withUnsafeBytes { KnownBatch(bytes: Data($0)) }
            guard let batch, batch.key == key else { continue }
            all.merge(batch.pseudonyms) { first, _ in first }
        }
        return EvaluatedPseudonyms(id: key, all)
    }

    /// The private part of a section's key.
    /// - Throws: `KeyVaultError.secretMissing` where this party does not keep it; ``GatewayError/notAllowed(reason:wayOn:)``
    ///   where it keeps another in its place.
    func pseudonymFunction(_ record: PseudonymKeyRecord, of section: SectionName) throws -> PRFKey {
        guard let name = SecretName.pseudonymFunction(section, record.generation) else {
            throw GatewayError.unknownReference(what: "section", text: section.text)
        }
        let key = try load(name).withUnsafeBytes { try PRFKey(secret: $0) }
        guard key.publicKey.id == record.id else {
            throw GatewayError.notAllowed(
                reason: "the vault's key \(name) is not key \(record.id.hex.prefix(16)) of section \(section)",
                wayOn: "restore the backup that was made after that key was registered, or take another with"
                    + " `chancery pseudonym key --replaces \(record.id.hex.prefix(16))`")
        }
        return key
    }
}
