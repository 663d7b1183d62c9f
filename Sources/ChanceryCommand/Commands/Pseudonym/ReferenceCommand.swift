import ArgumentParser
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import SharingModel

struct ReferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Link two sections' numbers of one enterprise, for the enterprise alone to show.",
        discussion: """
            An enterprise with business in two sections is two numbers, and nothing links them. Its department makes a \
            salted reference, keeps what opens it, and gives the enterprise the file. One file shows one link.

            EXAMPLE:
              chancery pseudonym reference make places --output link.reference --as site1
            """,
        subcommands: [MakeReferenceCommand.self, ListReferences.self, CheckReferenceCommand.self])
}

struct MakeReferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Vouch that two places in two sections are of one enterprise, and write the file for it.",
        discussion: """
            For departments. The input has one place a line: a section, a colon, and a pseudonym of 32 hexadecimal \
            digits or a transaction's id of 64. It is no argument, as others could see it there. The file is a secret of \
            the enterprise: who has it knows the link, and can show it. The same places again give the same reference.

            EXAMPLE:
              chancery pseudonym reference make places --output link.reference --as site1
            """)

    @Argument(help: "A file of two lines, such as health:9f0c… and tax:41d2…, or - for standard input.")
    var places: InputFile

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output: String

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let (one, other) = try read()
        let made = try await MakeReference(one, other).run(as: options.session())
        var target = OutputOptions()
        target.output = output
        try target.write(made.file.bytes(), permissions: 0o600)
        try json.print(
            JSONValue.object([
                "reference": .string(made.reference.hex), "file": .string(output),
                "sections": .array(made.file.link.places.map { .string($0.section.text) }),
                "made": .bool(!made.wasThere),
            ])
        ) {
            "reference \(made.reference.hex)\n"
                + "\(output): opens it; give it to the enterprise, and to nobody else"
        }
    }

    private func read() throws -> (SectionPlace, SectionPlace) {
        let lines = try places.text(limit: 4_096).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard lines.count == 2 else {
            throw GatewayError.unreadable(
                path: places.name,
                problem: "it has \(Quantity.counted(lines.count, "line")), and a link is of two places, one a line")
        }
        let read = try lines.enumerated().map { number, line in
            guard let place = SectionPlace(line) else {
                throw GatewayError.unreadable(
                    path: places.name,
                    problem: "line \(number + 1) is no place: a section, a colon, and 32 hexadecimal digits of a"
                        + " pseudonym or 64 of a transaction's id, lower case")
            }
            return place
        }
        return (read[0], read[1])
    }
}

struct ListReferences: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The references that you have made, from your vault.",
        discussion: """
            EXAMPLE:
              chancery pseudonym reference list --as site1
            """)

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() async throws {
        let kept = try options.session().references()
        try json.print(
            JSONValue.object([
                "references": .array(
                    try kept.map {
                        .object([
                            "reference": .string(try $0.reference.hex),
                            "places": .array($0.link.places.map { .string("\($0)") }),
                        ])
                    })
            ])
        ) {
            var table = TextTable(.text("reference"), .text("one place"), .text("another"))
            for entry in kept {
                let places = entry.link.places.map { "\($0)".prefix($0.section.text.count + 13).description }
                table.append(((try? entry.reference.hex) ?? "").prefix(16).description, places[0], places[1])
            }
            return kept.isEmpty ? "you have made no references" : table.text()
        }
    }
}

struct CheckReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the file of a reference: which two places it links, and who vouches for that.",
        discussion: """
            EXAMPLE:
              chancery pseudonym reference check link.reference
            """)

    @Argument(help: "The file, as the enterprise shows it.")
    var file: InputFile

    @OptionGroup var options: ReadingOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let verified = try options.session().check(reference: file.contents(limit: ReferenceFile.longest))
        try json.print(
            JSONValue.object([
                "valid": true, "by": .string(verified.by.text), "reference": .string(verified.reference.hex),
                "places": .array(verified.link.places.map { .string("\($0)") }),
            ])
        ) {
            "\(verified.link.places[0])\n\(verified.link.places[1])\nare of one enterprise, says department \(verified.by)"
        }
    }
}

extension ReferenceFault: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .malformed, .notALink, .saltLength: .misunderstood
        case .otherConsortium, .otherPlaces, .notADepartment, .notSigned: .refused
        }
    }
}
