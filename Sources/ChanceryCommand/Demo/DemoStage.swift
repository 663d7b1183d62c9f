import Contracts
import Foundation
import Gateway
import KeyVault
import SealedTables
import SharingModel

/// The parties of the demonstration at work, each in a session of its own home.
final class DemoStage {
    let folder: DemoFolder
    let policies: URL
    let table: URL
    let bits: Int
    private(set) var consortium: LocalConsortium?
    private var sessions: [PartyName: PartySession] = [:]
    private var passphrases: [PartyName: String] = [:]

    static let departments = ["site1", "site2", "site3", "site4", "site5", "site6"].compactMap { PartyName($0) }

    init(folder: DemoFolder, policies: URL, table: URL, bits: Int) {
        self.folder = folder
        self.policies = policies
        self.table = table
        self.bits = bits
    }

    var schema: URL { policies.appending(path: "health.schema.json") }

    /// Founds the consortium under random passphrases and opens a session for every party that acts.
    func found() async throws -> LocalConsortium {
        let policy = try ConsortiumPolicy(directory: policies)
        var generator = SystemRandomNumberGenerator()
        let texts = Dictionary(
            uniqueKeysWithValues: policy.parties.map { party in
                (party.name, (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }.lowercaseHex)
            })
        let founding = FoundLocally(policy: policy) { try DemoStage.secret(texts[$0] ?? "") }
        let local = try await founding.run(in: folder.home)
        try folder.keep(texts)
        consortium = local
        passphrases = texts
        for party in policy.parties {
            sessions[party.name] = try PartySession(
                home: local.home(of: party.name), passphrase: DemoStage.secret(texts[party.name] ?? ""))
        }
        return local
    }

    /// A party's vault, for the one who tells no truth.
    func vault(_ name: String) throws -> KeyVault {
        let session = try session(name)
        return try KeyVault(
            directory: session.home.vaultDirectory,
            passphrase: DemoStage.secret(passphrases[session.party] ?? ""))
    }

    private static func secret(_ text: String) throws -> SecretBytes {
        var bytes = Array(text.utf8)
        return SecretBytes(wiping: &bytes)
    }

    func session(_ name: String) throws -> PartySession {
        guard let party = PartyName(name), let session = sessions[party] else {
            throw GatewayError.unknownReference(what: "party", text: name)
        }
        try session.catchUp()
        return session
    }

    /// Cuts the table into one file a department, by the column `site`.
    func split() throws -> [(party: PartyName, file: URL)] {
        var reader = try CSVReader(FileByteSource(path: table.path(percentEncoded: false)))
        guard let site = reader.header.firstIndex(of: "site") else {
            throw GatewayError.unreadable(path: table.path(percentEncoded: false), problem: "it has no column 'site'")
        }
        let header = Data((reader.header.joined(separator: ",") + "\n").utf8)
        var files = Array(repeating: header, count: DemoStage.departments.count)
        let columns = reader.header.indices
        while try reader.next() {
            guard let number = Int(String(decoding: reader.field(site), as: UTF8.self)),
                files.indices.contains(number - 1)
            else {
                throw GatewayError.unreadable(
                    path: "\(reader.position(column: "site"))", problem: "there is no such department; use 1 to 6")
            }
            for column in columns {
                files[number - 1].append(contentsOf: reader.field(column))
                files[number - 1].append(column == columns.last ? 0x0A : 0x2C)
            }
        }
        return try zip(DemoStage.departments, files).map { party, data in
            let file = try folder.file("\(party).csv")
            try data.write(to: file)
            return (party, file)
        }
    }
}
