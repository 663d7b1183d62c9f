import Foundation

/// What is wrong in a file of a policies folder, in words for a person.
struct PolicyProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }

    static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty
            ? "the file"
            : path.map { key in key.intValue.map { "[\($0 + 1)]" } ?? key.stringValue }.joined(separator: ".")
    }

    private static let byteLimit = 1 << 20
    private static let mostAliases = 16

    /// The text of a policy file.
    /// - Throws: ``GatewayError/policy(path:problem:)``.
    static func text(of file: URL) throws -> String {
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw GatewayError.policy(
                path: file.path, problem: "cannot be read; give --policies a folder that holds it")
        }
        // A handful of aliases of aliases is a document of any size.
        guard text.utf8.count <= byteLimit, aliasCount(text) <= mostAliases else {
            throw GatewayError.policy(
                path: file.path, problem: "has more than \(byteLimit) bytes or \(mostAliases) aliases (`*name`)")
        }
        return text
    }

    /// Runs `body`, whose errors come out with the file's name and the place in it.
    static func inFile<Result>(_ file: URL, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let problem as PolicyProblem {
            throw GatewayError.policy(path: file.path, problem: problem.text)
        } catch let DecodingError.keyNotFound(key, context) {
            throw GatewayError.policy(
                path: file.path, problem: "\(place(context.codingPath)) lacks `\(key.stringValue)`")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.dataCorrupted(context),
            let DecodingError.valueNotFound(_, context)
        {
            throw GatewayError.policy(
                path: file.path, problem: "\(place(context.codingPath)): \(context.debugDescription)")
        }
    }

    /// Asterisks with something behind them, where YAML may take them for aliases; perhaps more.
    private static func aliasCount(_ text: String) -> Int {
        let scalars = Array(text.utf8)
        return zip(scalars, scalars.dropFirst()).count { $0 == UInt8(ascii: "*") && $1 > UInt8(ascii: " ") }
    }
}
