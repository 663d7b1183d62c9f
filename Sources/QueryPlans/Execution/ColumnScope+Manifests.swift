package import SealedTables

extension ColumnScope {
    /// The columns of all `manifests`; those that they do not share alike are known, and refused when used.
    package init(_ manifests: [Manifest]) {
        var columns = [String: Protection]()
        for manifest in manifests {
            for field in manifest.schema.fields where columns[field.name] == nil {
                columns[field.name] =
                    Self.disagreement(on: field.name, among: manifests).map { .disagreeing($0) }
                    ?? Self.protection(of: field, in: manifest)
            }
        }
        self.init(columns)
    }

    private static func protection(of field: Field, in manifest: Manifest) -> Protection {
        guard field.protection == .computable, let pack = manifest.schema.pack(of: field.name) else {
            return field.protection == .public ? .public : .other(field.protection.rawValue)
        }
        return .computable(pack: pack.name, squares: field.computable?.squares == true)
    }

    /// Why a plan over all `manifests` cannot use `column`; `nil` if it can.
    ///
    /// Public columns agree in type. Computable ones agree in everything that makes a plaintext: the key, and the
    /// slots and bounds of all columns of their pack.
    private static func disagreement(on column: String, among manifests: [Manifest]) -> String? {
        guard let first = manifests.first, let field = first.schema.field(column) else {
            return "it is not in all of them"
        }
        let pack = first.schema.pack(of: column)
        for other in manifests.dropFirst() {
            guard let otherField = other.schema.field(column) else { return "\(other.name) does not have it" }
            guard otherField.protection == field.protection else {
                return "it is \(field.protection.rawValue) in \(first.name) and \(otherField.protection.rawValue) in "
                    + "\(other.name)"
            }
            guard otherField.type == field.type else {
                return "it is of type \(field.type.rawValue) in \(first.name) and \(otherField.type.rawValue) in "
                    + "\(other.name)"
            }
            guard let pack else { continue }
            guard other.keyFingerprint == first.keyFingerprint else {
                return "\(first.name) and \(other.name) are sealed under different keys"
            }
            guard other.schema.pack(of: column) == pack, other.layout.pack(pack.name) == first.layout.pack(pack.name),
                pack.columns.allSatisfy({ other.schema.field($0)?.computable == first.schema.field($0)?.computable })
            else { return "its pack has other columns or bounds in \(first.name) than in \(other.name)" }
        }
        return nil
    }
}
