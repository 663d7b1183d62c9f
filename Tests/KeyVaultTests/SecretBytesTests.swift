import Foundation
import KeyVault
import Testing

@Suite("Secret bytes")
struct SecretBytesTests {
    struct Failure: Error {}

    @Test("Nothing that prints or inspects a value shows its bytes")
    func redacted() {
        let value = secret("hunter2")
        var dumped = ""
        dump(value, to: &dumped)
        dump([value as SecretBytes?], to: &dumped)
        for text in ["\(value)", String(describing: value), String(reflecting: value), "\([value])", dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
        #expect("\(value)" == "SecretBytes(7 bytes, not shown)")
        #expect(Mirror(reflecting: value).children.isEmpty)
    }

    @Test("Moving bytes in wipes them where they came from")
    func moved() {
        var data = Data("a secret that is longer than inline storage".utf8)
        data.withUnsafeMutableBytes { _ in }
        let address = data.withUnsafeBytes { $0.baseAddress }
        let shared = data
        let value = SecretBytes(wiping: &data)
        #expect(data.isEmpty)
        #expect(text(value) == "a secret that is longer than inline storage")
        // A second reference keeps its bytes; it was copied on write.
        #expect(shared.count == 43)
        #expect(address != nil)

        var bytes = Array("abc".utf8)
        #expect(text(SecretBytes(wiping: &bytes)) == "abc")
        #expect(bytes.isEmpty)
    }

    @Test("Comparison is by content")
    func comparison() {
        #expect(secret("abc").matches(secret("abc")))
        #expect(!secret("abc").matches(secret("abd")))
        #expect(!secret("abc").matches(secret("ab")))
        #expect(secret("").matches(secret("")))
    }

    @Test("An initialiser that fails passes its error on")
    func failing() {
        #expect(throws: Failure.self) { try SecretBytes(count: 8) { _ in throw Failure() } }
    }
}
