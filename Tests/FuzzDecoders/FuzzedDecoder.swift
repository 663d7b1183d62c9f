package import Foundation

/// A decoder of bytes from outside, as the fuzzers call it.
package struct FuzzedDecoder: Sendable {
    /// What a decoder may do with bytes.
    package enum Outcome: Hashable, Sendable {
        case decoded
        /// Turned away with an error of one of the types that it promises.
        case refused
        /// An error of another type, or bytes that are said to be canonical and do not come back.
        case fault(String)
    }

    /// How its input is shaped, so that mutations can be.
    package enum Shape: Sendable {
        case json, text, binary
    }

    /// Also the name of its folder among the corpora.
    package let name: String
    package let shape: Shape
    /// Most cases of one run in which every decoder has its turn: less where one case costs milliseconds.
    package let share: Double
    private let errors: [any Error.Type]
    private let decode: @Sendable (Data) throws -> Void

    init(
        _ name: String, _ shape: Shape, share: Double = 1, throws errors: [any Error.Type],
        _ decode: @escaping @Sendable (Data) throws -> Void
    ) {
        self.name = name
        self.shape = shape
        self.share = share
        self.errors = errors
        self.decode = decode
    }

    /// Decodes `input`, and writes the sentence of the error: that too is made of what came from outside.
    package func run(_ input: Data) -> Outcome {
        do {
            try decode(input)
            return .decoded
        } catch let fault as NotCanonical {
            return .fault("\(fault.what) did not come back as it was")
        } catch {
            guard errors.contains(where: { $0 == type(of: error) }) else {
                return .fault("\(type(of: error)) is not among the errors that are promised: \(error)")
            }
            return "\(error)".isEmpty ? .fault("an error without a sentence") : .refused
        }
    }
}

/// What was decoded does not encode to the bytes, or the value, that it came from.
struct NotCanonical: Error {
    let what: String
}

/// - Throws: ``NotCanonical`` unless `condition`.
func require(_ condition: Bool, _ what: String) throws {
    guard condition else { throw NotCanonical(what: what) }
}
