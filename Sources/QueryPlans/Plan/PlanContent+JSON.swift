import BlobStore
import SharingModel

extension PlanContent: Codable {
    private enum Member: String, CodingKey {
        case version, source, datasets, packs, groupBy, select, parameters
        case filter = "where"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        version = try members.decode(Int.self, forKey: .version)
        source = try members.decode(Source.self, forKey: .source)
        datasets = try members.decode([Link].self, forKey: .datasets).map(\.cid)
        packs = try members.decode([PackName].self, forKey: .packs)
        filter = try members.decodeIfPresent(String.self, forKey: .filter)
        groupBy = try members.decode([String].self, forKey: .groupBy)
        select = try members.decode([Column].self, forKey: .select)
        parameters = try members.decode([String: GroupValue].self, forKey: .parameters)
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(version, forKey: .version)
        try members.encode(source, forKey: .source)
        try members.encode(datasets.map(Link.init), forKey: .datasets)
        try members.encode(packs, forKey: .packs)
        try members.encodeIfPresent(filter, forKey: .filter)
        try members.encode(groupBy, forKey: .groupBy)
        try members.encode(select, forKey: .select)
        try members.encode(parameters, forKey: .parameters)
    }
}

extension PlanContent.Source: Codable {
    private enum Member: String, CodingKey { case pool, dataset }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        if members.contains(.pool) {
            self = .pool(try members.decode(PoolName.self, forKey: .pool))
        } else {
            self = .dataset(try members.decode(DatasetName.self, forKey: .dataset))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        switch self {
        case .pool(let name): try members.encode(name, forKey: .pool)
        case .dataset(let name): try members.encode(name, forKey: .dataset)
        }
    }
}

extension PlanContent.Column: Codable {
    private enum Member: String, CodingKey { case name, group, aggregate, column, weight }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        name = try members.decode(String.self, forKey: .name)
        if members.contains(.group) {
            content = .group(try members.decode(Int.self, forKey: .group))
            return
        }
        let aggregate = try members.decode(Aggregate.self, forKey: .aggregate)
        if aggregate == .count, !members.contains(.column) {
            content = .rows
            return
        }
        content = .aggregate(
            aggregate, column: try members.decode(String.self, forKey: .column),
            weight: try members.decodeIfPresent(String.self, forKey: .weight))
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(name, forKey: .name)
        switch content {
        case .group(let index): try members.encode(index, forKey: .group)
        case .rows: try members.encode(Aggregate.count, forKey: .aggregate)
        case .aggregate(let aggregate, let column, let weight):
            try members.encode(aggregate, forKey: .aggregate)
            try members.encode(column, forKey: .column)
            try members.encodeIfPresent(weight, forKey: .weight)
        }
    }
}
