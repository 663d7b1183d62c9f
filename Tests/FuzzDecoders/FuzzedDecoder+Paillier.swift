import CanonicalJSON
import Foundation
import Multiprecision
import Paillier

extension FuzzedDecoder {
    static let paillier: [FuzzedDecoder] = [
        FuzzedDecoder("paillier-public-key", .binary, share: 0.2, throws: [PaillierError.self]) { input in
            let modulus = BigInteger(bigEndianBytes: input.prefix(2_049))
            let key =
                modulus.bitWidth < PublicKey.leastBitCount
                ? try PublicKey(insecureModulusForTesting: modulus) : try PublicKey(modulus: modulus)
            try require(BigInteger(bigEndianBytes: key.modulusBytes) == modulus, "the modulus")
        },
        FuzzedDecoder("paillier-private-key", .binary, share: 0.2, throws: [PaillierError.self]) { input in
            let bytes = Array(input)
            let key = try bytes.withUnsafeBytes { try PrivateKey(insecureSerializedForTesting: $0) }
            try require(key.withSerialized { $0.elementsEqual(bytes) }, "the private key")
        },
        FuzzedDecoder("ciphertexts", .binary, throws: [PaillierError.self]) { input in
            let key = try FuzzFixture.shared.get().small.publicKey
            let (width, bytes) = (key.ciphertextByteCount, Array(input))
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(8, bytes.count), alignment: 64)
            defer { memory.deallocate() }
            memory.copyBytes(from: bytes)
            let limbs = UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
            try Ciphertext.checkBatch(littleEndianLimbs: limbs, count: bytes.count / width, under: key)
            for start in stride(from: 0, to: bytes.count, by: width) {
                let one = UnsafeRawBufferPointer(rebasing: limbs[start..<(start + width)])
                let ciphertext = try Ciphertext(checkingLittleEndianLimbs: one, under: key)
                try require(ciphertext.littleEndianBytes.elementsEqual(one), "a ciphertext")
            }
        },
        FuzzedDecoder("nth-root-proof", .json, throws: jsonErrors + [PaillierError.self]) { input in
            let proof = try both(NthRootProof.self, input)
            try FuzzFixture.shared.get().small.publicKey.verify(proof)
        },
        FuzzedDecoder("opening", .json, throws: jsonErrors + [PaillierError.self]) { input in
            let opening = try both(Opening.self, input)
            let key = try FuzzFixture.shared.get().small.publicKey
            let ciphertext = try Ciphertext(checking: 7, under: key)
            try key.verify(opening, of: ciphertext)
        },
        FuzzedDecoder("slot-layout", .json, throws: jsonErrors + [PaillierError.self]) { input in
            let layout = try both(SlotLayout.self, input)
            try layout.checkFits(FuzzFixture.shared.get().key.publicKey)
            let packed = try layout.pack(layout.slots.map(\.maximum))
            try require(try layout.unpack(packed) == layout.slots.map(\.maximum), "packed values")
        },
        FuzzedDecoder("fixed-point", .text, throws: [PaillierError.self]) { input in
            let encoding = FixedPointEncoding(decimals: 6, key: try FuzzFixture.shared.get().small.publicKey)
            let residue = try encoding.encode(String(decoding: input, as: UTF8.self))
            let text = try encoding.decode(residue)
            try require(try encoding.encode(text) == residue, "the decimal number")
        },
    ]

    /// Reads it as `Foundation` does, which accepts more, and as canonical JSON, which has one form.
    private static func both<Value: Codable & Equatable>(_ type: Value.Type, _ input: Data) throws -> Value {
        let value = try JSONDecoder().decode(type, from: input)
        let canonical = try CanonicalJSON.encode(value)
        try require(try CanonicalJSON.decode(type, from: canonical) == value, "\(type)")
        return value
    }

    static let jsonErrors: [any Error.Type] = [
        DecodingError.self, CanonicalJSONError.self,
    ]
}
