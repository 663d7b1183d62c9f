import CanonicalJSON
import SharingModel

/// A schema as written down, before any check of what it means. Numbers are texts here.
struct SchemaDescriptor: Codable {
    var fields: [FieldDescriptor]
    var packs: [String: [String]]
    var subject: String
    var missingValues: [String]
}

struct FieldDescriptor: Codable {
    var name: String
    var type: String
    var protection: String
    var title: String?
    var description: String?
    var decimals: Int?
    var squares: Bool?
    var escrowed: Bool?
    var constraints: Constraints?

    struct Constraints: Codable {
        var required: Bool?
        var minimum: String?
        var maximum: String?
    }
}

extension TableSchema: Codable {
    /// The normal form that manifests hold: bounds as decimal texts, members that say nothing left out.
    package func encode(to encoder: any Encoder) throws {
        try SchemaDescriptor(self).encode(to: encoder)
    }

    /// Applies every check of ``init(json:)``.
    package init(from decoder: any Decoder) throws {
        self = try SchemaDescriptor(from: decoder).checked()
    }
}

extension SchemaDescriptor {
    init(_ schema: TableSchema) {
        fields = schema.fields.map(FieldDescriptor.init)
        packs = [:]
        for pack in schema.packs { packs[pack.name.text] = pack.columns }
        subject = schema.subject
        missingValues = schema.missingValues
    }
}

extension FieldDescriptor {
    init(_ field: Field) {
        name = field.name
        type = field.type.rawValue
        protection = field.protection.rawValue
        title = field.title
        description = field.description
        decimals = field.type == .number ? field.computable?.decimals : nil
        squares = field.computable?.squares == true ? true : nil
        escrowed = field.isEscrowed ? true : nil
        if field.required || field.minimum != nil || field.maximum != nil {
            constraints = Constraints(
                required: field.required ? true : nil, minimum: field.minimum?.description,
                maximum: field.maximum?.description)
        }
    }
}
