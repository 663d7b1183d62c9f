import Foundation
import SealedTables
import SharingModel
import Testing

@Suite("Pseudonyms")
struct PseudonymTests {
    private let key: PseudonymKey

    init() throws {
        key = try PseudonymKey(bytes: SmallTable.pseudonymKeyBytes)
    }

    /// Python: `hmac.new(bytes(range(32)), b"v125024", "sha256").digest()[:16].hex()`.
    @Test("A pseudonym is HMAC-SHA-256 of the value, cut to 16 bytes")
    func equalsIndependentComputation() {
        #expect(key.pseudonym(of: "125024".utf8).bytes.lowercaseHex == "c460fe5a7603a322056d4d2095f35733")
    }

    /// Python: `sha256(b"chancery pseudonym key id v1" + hmac.new(key, b"id", "sha256").digest()).hexdigest()`.
    @Test("The key's name is a hash that does not give it away")
    func namesKey() {
        #expect(key.id.hex == "f4ebd1662f73eb39dbb6613d80164e5e50121ad582551d607ecf1196c1a571d2")
    }

    @Test("Other keys and other values give other pseudonyms")
    func separates() throws {
        let other = try PseudonymKey(bytes: [UInt8](repeating: 1, count: 32))
        #expect(other.pseudonym(of: "1".utf8) != key.pseudonym(of: "1".utf8))
        #expect(key.pseudonym(of: "1".utf8) != key.pseudonym(of: "2".utf8))
        #expect(other.id != key.id)
    }

    @Test("A key has 32 bytes", arguments: [0, 31, 33])
    func refusesOtherLengths(count: Int) {
        #expect(throws: SealedTableError.pseudonymKeyLength(bytes: count)) {
            _ = try PseudonymKey(bytes: [UInt8](repeating: 7, count: count))
        }
    }
}
