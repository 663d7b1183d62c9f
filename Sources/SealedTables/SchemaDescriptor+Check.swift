import SharingModel

extension SchemaDescriptor {
    /// Every rule that a schema has to keep; what passes is a ``TableSchema``.
    func checked() throws(SealedTableError) -> TableSchema {
        guard !fields.isEmpty else { throw .schema(.noFields, field: nil) }
        guard fields.count <= TableSchema.mostFields else {
            throw .schema(.tooManyFields(count: fields.count, limit: TableSchema.mostFields), field: nil)
        }
        var checkedFields = [Field]()
        var seen: [String: String] = [:]
        for descriptor in fields {
            if let other = seen.updateValue(descriptor.name, forKey: descriptor.name.lowercased()) {
                throw .schema(.duplicateField(other: other), field: descriptor.name)
            }
            checkedFields.append(try descriptor.checked())
        }
        let packs = try checkedPacks(checkedFields)
        guard let subjectField = checkedFields.first(where: { $0.name == subject }) else {
            throw .schema(.subjectUnknown, field: subject)
        }
        guard subjectField.protection == .pseudonym || subjectField.protection == .public else {
            throw .schema(.subjectProtection, field: subject)
        }
        return TableSchema(
            checkedFields: checkedFields, packs: packs, subject: subject, missingValues: missingValues)
    }

    private func checkedPacks(_ fields: [Field]) throws(SealedTableError) -> [TableSchema.Pack] {
        let protections = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.protection) })
        var packOfColumn: [String: String] = [:]
        var checked = [TableSchema.Pack]()
        for (text, columns) in packs.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            guard let name = PackName(text) else { throw .schema(.packName(text), field: nil) }
            guard !columns.isEmpty else { throw .schema(.packEmpty(text), field: nil) }
            for column in columns {
                guard let protection = protections[column] else {
                    throw .schema(.packUnknownColumn(pack: text), field: column)
                }
                guard protection == .computable else {
                    throw .schema(.packColumnProtection(pack: text), field: column)
                }
                if let other = packOfColumn.updateValue(text, forKey: column) {
                    throw .schema(.inTwoPacks(other, text), field: column)
                }
            }
            checked.append(TableSchema.Pack(name: name, columns: columns))
        }
        for field in fields where field.protection == .computable && packOfColumn[field.name] == nil {
            throw .schema(.inNoPack, field: field.name)
        }
        return checked
    }
}

extension FieldDescriptor {
    func checked() throws(SealedTableError) -> Field {
        do throws(SchemaProblem) {
            return try checkedField()
        } catch {
            throw .schema(error, field: name)
        }
    }

    private func checkedField() throws(SchemaProblem) -> Field {
        guard (1...128).contains(name.utf8.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw .fieldName
        }
        guard let type = FieldType(rawValue: type) else { throw .unknownType(type) }
        guard let protection = Protection(rawValue: protection) else { throw .unknownProtection(protection) }
        let minimum = try bound("minimum", constraints?.minimum, type)
        let maximum = try bound("maximum", constraints?.maximum, type)
        if let minimum, let maximum, maximum < minimum { throw .minimumAboveMaximum }
        switch (protection, type) {
        case (.public, .number): throw .publicNumber
        case (.pseudonym, .number), (.pseudonym, .boolean): throw .pseudonymType(type.rawValue)
        default: break
        }
        if protection != .computable {
            if decimals != nil { throw .onlyForComputable("decimals") }
            if squares != nil { throw .onlyForComputable("squares") }
        }
        if protection != .pseudonym, escrowed != nil { throw .onlyForPseudonyms("escrowed") }
        return Field(
            name: name, type: type, protection: protection, title: title, description: description,
            required: constraints?.required ?? false, minimum: minimum, maximum: maximum,
            computable: protection == .computable ? try slots(type, minimum, maximum) : nil,
            isEscrowed: escrowed ?? false)
    }

    private func bound(
        _ member: String, _ text: String?, _ type: FieldType
    ) throws(SchemaProblem) -> ExactDecimal? {
        guard let text else { return nil }
        guard type == .integer || type == .number else { throw .boundOnlyForNumbers(member) }
        guard let value = ExactDecimal(text) else { throw .boundNotANumber(member) }
        guard type == .number || value.scale == 0 else {
            throw .boundDecimals(member: member, needed: value.scale, declared: 0)
        }
        return value
    }

    private func slots(
        _ type: FieldType, _ minimum: ExactDecimal?, _ maximum: ExactDecimal?
    ) throws(SchemaProblem) -> Field.Computable {
        guard type == .integer || type == .number else { throw .computableType(type.rawValue) }
        guard let minimum else { throw .needsBound("minimum") }
        guard let maximum else { throw .needsBound("maximum") }
        if type == .integer, let decimals, decimals != 0 { throw .integerDecimals(decimals) }
        guard let decimals = type == .integer ? 0 : decimals else { throw .needsDecimals }
        guard (0...ExactDecimal.mostDecimals).contains(decimals) else {
            throw .decimalsOutOfRange(decimals, limit: ExactDecimal.mostDecimals)
        }
        return Field.Computable(
            decimals: decimals, squares: squares ?? false,
            scaledMinimum: try scaled(minimum, "minimum", decimals),
            scaledMaximum: try scaled(maximum, "maximum", decimals))
    }

    private func scaled(
        _ bound: ExactDecimal, _ member: String, _ decimals: Int
    ) throws(SchemaProblem) -> Int128 {
        guard bound.scale <= decimals else {
            throw .boundDecimals(member: member, needed: bound.scale, declared: decimals)
        }
        guard let scaled = bound.scaled(to: decimals) else { throw .boundTooLarge(member) }
        return scaled
    }
}
