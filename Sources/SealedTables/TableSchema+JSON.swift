import CanonicalJSON
package import Foundation
import SharingModel

extension TableSchema {
    /// Reads a schema that a person wrote: any JSON of at most 1 MiB with the members of Frictionless Table Schema
    /// that Chancery keeps. A member that it would not keep is refused, so that no rule is passed over in silence.
    /// - Throws: ``SealedTableError/schema(_:field:)``. It does not know the file's name; the caller adds it.
    package init(json: Data) throws(SealedTableError) {
        let document: JSONValue
        do throws(CanonicalJSONError) {
            // Once as it stands, for errors with the right offsets; then with numbers kept as text.
            _ = try CanonicalJSON.parse(json)
            document = try CanonicalJSON.parse(NumberText.quoting(json), maximumByteCount: json.count * 8)
        } catch {
            throw .schema(.notJSON(detail: "\(error)"), field: nil)
        }
        let reader = SchemaReader(field: nil)
        let members = try reader.members(
            document, "schema", allowed: ["fields", "packs", "subject", "missingValues"],
            ignored: ["$schema", "name", "title", "description"])
        var descriptor = SchemaDescriptor(fields: [], packs: [:], subject: "", missingValues: [""])
        guard let fields = members["fields"] else { throw .schema(.missingMember("fields"), field: nil) }
        for field in try reader.array(fields, "fields") { descriptor.fields.append(try FieldDescriptor(json: field)) }
        if let packs = members["packs"] {
            for (name, columns) in try reader.object(packs, "packs") {
                descriptor.packs[name] = try reader.strings(columns, "packs.\(name)")
            }
        }
        guard let subject = members["subject"] else { throw .schema(.missingMember("subject"), field: nil) }
        descriptor.subject = try reader.string(subject, "subject")
        if let missing = members["missingValues"] {
            descriptor.missingValues = try reader.strings(missing, "missingValues")
        }
        self = try descriptor.checked()
    }
}

extension FieldDescriptor {
    init(json: JSONValue) throws(SealedTableError) {
        guard let name = json["name"] else { throw .schema(.missingMember("name"), field: nil) }
        self.init(name: try SchemaReader(field: nil).string(name, "name"), type: "", protection: "")
        let reader = SchemaReader(field: self.name)
        let members = try reader.members(
            json, "field",
            allowed: [
                "name", "type", "protection", "title", "description", "decimals", "squares", "constraints", "escrowed",
            ],
            ignored: ["example", "rdfType"])
        guard let type = members["type"] else { throw reader.problem(.missingMember("type")) }
        self.type = try reader.string(type, "type")
        guard let protection = members["protection"] else { throw reader.problem(.missingMember("protection")) }
        self.protection = try reader.string(protection, "protection")
        title = try members["title"].map { json throws(SealedTableError) in try reader.string(json, "title") }
        description = try members["description"].map { json throws(SealedTableError) in
            try reader.string(json, "description")
        }
        decimals = try members["decimals"].map { json throws(SealedTableError) in try reader.integer(json, "decimals") }
        squares = try members["squares"].map { json throws(SealedTableError) in try reader.bool(json, "squares") }
        escrowed = try members["escrowed"].map { json throws(SealedTableError) in try reader.bool(json, "escrowed") }
        if let constraints = members["constraints"] {
            self.constraints = try Constraints(json: constraints, reader)
        }
    }
}

extension FieldDescriptor.Constraints {
    init(json: JSONValue, _ reader: SchemaReader) throws(SealedTableError) {
        let members = try reader.members(json, "constraints", allowed: ["required", "minimum", "maximum"], ignored: [])
        self.init()
        required = try members["required"].map { json throws(SealedTableError) in
            try reader.bool(json, "constraints.required")
        }
        minimum = try members["minimum"].map { json throws(SealedTableError) in
            try reader.numberText(json, "constraints.minimum")
        }
        maximum = try members["maximum"].map { json throws(SealedTableError) in
            try reader.numberText(json, "constraints.maximum")
        }
    }
}

/// Takes members out of a schema document with errors that name the field.
struct SchemaReader {
    let field: String?

    func problem(_ problem: SchemaProblem) -> SealedTableError { .schema(problem, field: field) }

    private func wrongKind(_ member: String, _ expected: String) -> SealedTableError {
        problem(.wrongKind(member: member, expected: expected))
    }

    func members(
        _ json: JSONValue, _ member: String, allowed: Set<String>, ignored: Set<String>
    ) throws(SealedTableError) -> [String: JSONValue] {
        let members = try object(json, member)
        for name in members.keys.sorted() where !allowed.contains(name) && !ignored.contains(name) {
            throw problem(.unknownMember(name))
        }
        return members
    }

    func object(_ json: JSONValue, _ member: String) throws(SealedTableError) -> [String: JSONValue] {
        guard let object = json.objectValue else { throw wrongKind(member, "an object") }
        return object
    }

    func array(_ json: JSONValue, _ member: String) throws(SealedTableError) -> [JSONValue] {
        guard let array = json.arrayValue else { throw wrongKind(member, "an array") }
        return array
    }

    func string(_ json: JSONValue, _ member: String) throws(SealedTableError) -> String {
        guard let text = json.stringValue, NumberText.number(in: text) == nil else {
            throw wrongKind(member, "a string")
        }
        return text
    }

    func strings(_ json: JSONValue, _ member: String) throws(SealedTableError) -> [String] {
        var strings = [String]()
        for element in try array(json, member) { strings.append(try string(element, member)) }
        return strings
    }

    func bool(_ json: JSONValue, _ member: String) throws(SealedTableError) -> Bool {
        guard let value = json.boolValue else { throw wrongKind(member, "true or false") }
        return value
    }

    func integer(_ json: JSONValue, _ member: String) throws(SealedTableError) -> Int {
        guard let text = json.stringValue.flatMap(NumberText.number(in:)), let value = Int(text) else {
            throw wrongKind(member, "a whole number")
        }
        return value
    }

    /// A JSON number as it was written, or a string.
    func numberText(_ json: JSONValue, _ member: String) throws(SealedTableError) -> String {
        guard let text = json.stringValue else { throw wrongKind(member, "a number") }
        return NumberText.number(in: text) ?? text
    }
}
