import BlobStore
import Foundation
import Multiprecision
import Paillier
import SealedTables
import SharingModel
import Testing

/// Files of this package, found from where this source lies.
enum PackageFile {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ path: String) -> String {
        root.appending(path: path).path(percentEncoded: false)
    }

    static var table: String { path("Policies/demo/rand-hie/randhie.csv") }

    static func healthSchema() throws -> TableSchema {
        try TableSchema(json: Data(contentsOf: root.appending(path: "Policies/demo/health.schema.json")))
    }
}

/// Safe primes of `openssl prime -generate -safe`, public and therefore worth nothing as keys.
enum TestKey {
    /// 1024 bits.
    static func small() throws -> PrivateKey {
        try PrivateKey(
            insecurePForTesting: number(
                "12336240883335621989025864051004935909113355889247040312688244463897908890961465457942932285543897"
                    + "264404352826817535774181785019805029645489622138964543879"),
            q: number(
                "11645948860794504745905793149995662358426206925781617857848100281474105175741396275302045537264345"
                    + "563476214293680097475040206222517440666058181160730057939"))
    }

    /// 2048 bits.
    static func whole() throws -> PrivateKey {
        try PrivateKey(
            p: number(
                "138374294193337490392799766663163964039656066127011631912330659041205385295994146481336592"
                    + "053463056185292096365499134530805512458497992052276992626080377561083095419974880584971590"
                    + "026706664442365627341760186100887130419707260871560073468221493810487149002582150921984693"
                    + "599107836656457504883573389712794292627"),
            q: number(
                "154359000032719290976584252555810518712846877960512321201857011141648605945470260377023160"
                    + "085944838196533831002345477682956265399031037704908005580150383041274955720777169731284477"
                    + "874366057682045117321013086760452906062864865644346058080913999751691075024093471666363337"
                    + "958499259555463509063509794508968599299"))
    }

    private static func number(_ text: String) throws -> BigInteger {
        try #require(BigInteger(text))
    }
}

/// A small table that has every kind of column, and ways to seal it.
struct SmallTable {
    static let schemaText = """
        {"fields": [
          {"name": "id", "type": "string", "protection": "pseudonym"},
          {"name": "region", "type": "string", "protection": "public"},
          {"name": "year", "type": "integer", "protection": "public"},
          {"name": "insured", "type": "boolean", "protection": "public"},
          {"name": "day", "type": "date", "protection": "public"},
          {"name": "cost", "type": "number", "protection": "computable", "decimals": 2, "squares": true,
           "constraints": {"minimum": -10.5, "maximum": 1000}},
          {"name": "visits", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}},
          {"name": "age", "type": "number", "protection": "computable", "decimals": 1,
           "constraints": {"minimum": "0", "maximum": "120.0"}}],
         "packs": {"use": ["cost", "visits"], "person": ["age"]}, "subject": "id", "missingValues": ["", "NA"]}
        """

    static func schema() throws -> TableSchema { try TableSchema(json: Data(schemaText.utf8)) }

    static let header = "id,region,year,insured,day,cost,visits,age,note\n"
    static let csv =
        header + """
            ann,north,2020,true,2020-02-29,12.25,3,30.5,x
            bob,"so""uth, ü",,false,,-10.5,NA,41,y
            ann,NA,-7,,1999-12-31,,0,,z

            """

    /// `rows` rows with random values, some missing.
    static func randomCSV(rows: Int, using generator: inout some RandomNumberGenerator) -> String {
        var text = header
        for _ in 0..<rows {
            let year = Bool.random(using: &generator) ? "\(Int.random(in: 1990...2030, using: &generator))" : ""
            let cost = Int.random(in: -1_050...100_000, using: &generator)
            let sign = cost < 0 ? "-" : ""
            text += "p\(Int.random(in: 0..<50, using: &generator)),r\(Int.random(in: 0...999, using: &generator)),"
            text += "\(year),1,,\(sign)\(cost.magnitude / 100).\(cost.magnitude % 100 < 10 ? "0" : "")"
            text += "\(cost.magnitude % 100),\(Int.random(in: 0...400, using: &generator)),,\n"
        }
        return text
    }

    static let pseudonymKeyBytes: [UInt8] = (0..<32).map { $0 }

    static func sealer(
        _ key: PublicKey, schema: TableSchema? = nil, store: any BlobStore, shardByteCount: Int = 1 << 20,
        entriesPerBlock: Int = ShardList.mostEntries, expectedCount: Int = 8
    ) throws -> TableSealer {
        var limits = TableSealer.Limits(workers: 2)
        limits.shardByteCount = shardByteCount
        limits.entriesPerBlock = entriesPerBlock
        return try TableSealer(
            name: #require(DatasetName("health-site1")), schema: schema ?? self.schema(),
            encryptor: Encryptor(key: key, randomness: .half, expectedCount: expectedCount), weightCapacityBits: 32,
            pseudonymKey: PseudonymKey(bytes: pseudonymKeyBytes), store: store, limits: limits)
    }
}
