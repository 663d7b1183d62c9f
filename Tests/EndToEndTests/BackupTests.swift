import CanonicalJSON
import Foundation
import TestSupport
import Testing

@Suite("Backup and restore", .serialized)
struct BackupTests {
    /// A home's files by name; SQLite's own files beside the ledgers left out.
    private func files(in folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        for name in names where !name.hasSuffix("-wal") && !name.hasSuffix("-shm") {
            var isDirectory: ObjCBool = false
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
                files[name] = try Data(contentsOf: URL(filePath: path))
            }
        }
        return files
    }

    @Test("A restored home goes on where the backup was made, on its own, and its roots are computed again")
    func wholeWay() async throws {
        let prepared = try await TestConsortium.at(.approved, departments: 1).copy()
        let (consortium, folder) = (prepared.consortium, prepared.consortium.folder)
        let (archive, home) = (folder.path("statistics.tar"), folder.path("restored"))
        let written = try await consortium.json("backup", archive, "--as", "statistics")
        // Whoever has tar can look into it, and nothing in it is readable by others.
        let listed = try await CommandRun.run(URL(filePath: "/usr/bin/env"), ["tar", "--list", "--file", archive])
        listed.expectStatus(0)
        #expect(listed.text.hasPrefix("MANIFEST.json\n") && listed.text.contains("ledgers/health.sqlite\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: archive)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let restored = try await consortium.json("restore", archive, "--home", home)
        #expect(restored["ledgers"] == written["ledgers"])
        let health = restored["ledgers"]?.arrayValue?.first { $0["ledger"] == "ledgers/health" }
        #expect(health?["finalRoot"] == health?["root"] && health?["cosigners"]?.arrayValue?.count == 1)
        #expect(health?["root"] == (try await consortium.json("ledger", "status"))["root"])

        // Alone, without the consortium that it came from.
        try FileManager.default.removeItem(atPath: consortium.home)
        let query = try await consortium.json(
            "query", TestConsortium.statement, "--token", prepared.token, "--home", home)
        #expect(try query.text("status") == "computed")
        try await consortium.run("ledger", "fsck", "--home", home).expectStatus(0)
        let secrets = try files(in: home).filter { $0.key.hasPrefix("vault/") }
        let passphrase = Data(TestConsortium.passphrase.utf8)
        #expect(!secrets.isEmpty && secrets.values.allSatisfy { $0.range(of: passphrase) == nil })
    }

    @Test("A backup that is cut off, altered or lengthened is refused before anything is written")
    func damaged() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 1).copy().consortium
        let archive = consortium.folder.path("site1.tar")
        try await consortium.run("backup", archive, "--as", "site1").expectStatus(0)
        let whole = try Data(contentsOf: URL(filePath: archive))
        var generator = SeededGenerator(seed: 11)
        var cases: [(String, Data)] = [
            ("nothing", Data()), ("cut by a byte", whole.dropLast()), ("cut by a block", whole.dropLast(512)),
            ("half", whole.prefix(whole.count / 2)), ("twice", whole + whole), ("a byte more", whole + Data([0])),
            ("another file", Data("chancery-backup".utf8)),
        ]
        for _ in 0..<40 {
            var altered = whole
            let place = Int.random(in: 0..<whole.count, using: &generator)
            altered[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            cases.append(("a bit at \(place)", altered))
            cases.append(("cut", whole.prefix(Int.random(in: 0..<whole.count, using: &generator))))
        }
        for (what, bytes) in cases {
            let file = consortium.folder.path("damaged.tar")
            try bytes.write(to: URL(filePath: file))
            let before = try FileManager.default.contentsOfDirectory(atPath: consortium.folder.path("."))
            let run = try await consortium.run("restore", file, "--home", consortium.folder.path("home"))
            #expect(run.status == 1 && run.message.contains("no whole backup"), "\(what): \(run.message)")
            let after = try FileManager.default.contentsOfDirectory(atPath: consortium.folder.path("."))
            #expect(after == before, "\(what)")
        }
    }

    @Test("What is there is not written over: not a file by a backup, not a home by a restore")
    func taken() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 1).copy().consortium
        let (archive, home) = (consortium.folder.path("site1.tar"), consortium.folder.path("home"))
        try await consortium.run("backup", archive, "--as", "site1").expectStatus(0)
        try await consortium.run("backup", archive, "--as", "site1").expectStatus(2)
        try await consortium.run("restore", archive, "--home", home).expectStatus(0)
        let first = try files(in: home)
        try await consortium.run("restore", archive, "--home", home).expectStatus(2)
        #expect(try files(in: home) == first)
        let again = try await consortium.json("restore", archive, "--home", home, "--set-aside")
        #expect(try files(in: try again.text("setAside")) == first)
        try await consortium.run("ledger", "status", "--home", home).expectStatus(0)
        try await consortium.run("restore", consortium.folder.path("nothing"), "--home", home).expectStatus(2)
    }

    @Test("A ledger that is no longer what was cosigned is neither backed up nor restored")
    func wrongRoot() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 1).copy().consortium
        try await CommandRun.run(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", "-c",
                """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1])
                db.execute("UPDATE blocks SET root = zeroblob(32) WHERE height = 1")
                db.commit()
                """, consortium.home + "/ledgers/health.sqlite",
            ]
        ).expectStatus(0)
        let run = try await consortium.run("backup", consortium.folder.path("a.tar"), "--as", "site1")
        #expect(run.status == 1 && run.message.contains("ledgers/health"), "\(run.message)")
        #expect(!FileManager.default.fileExists(atPath: consortium.folder.path("a.tar")))
    }

    @Test(
        "Killed at any call, a restore leaves no home or a whole one",
        .enabled(if: CrashLibrary.isUsable))
    func killedRestore() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 1).copy().consortium
        let (archive, home) = (consortium.folder.path("site1.tar"), consortium.folder.path("home"))
        try await consortium.run("backup", archive, "--as", "site1").expectStatus(0)
        let library = try await CrashLibrary.shared()
        let restore = ["restore", archive, "--home", home]
        let calls = try await library.calls(of: restore, in: consortium)
        let whole = Set(try files(in: home).keys)
        try FileManager.default.removeItem(atPath: home)
        #expect(calls.count > 50)
        let stride = CrashLibrary.stride == 1 ? 1 : max(CrashLibrary.stride / 2, 1)
        for number in Swift.stride(from: 1, through: calls.count, by: stride) {
            let run = try await consortium.run(restore, environment: library.environment(killAt: number, torn: false))
            #expect(run.status != 0, "\(calls[number - 1])")
            if FileManager.default.fileExists(atPath: home) {
                #expect(Set(try files(in: home).keys) == whole, "killed at \(number), \(calls[number - 1])")
                try await consortium.run("ledger", "fsck", "--home", home).expectStatus(0)
                try FileManager.default.removeItem(atPath: home)
            }
        }
        try await consortium.run(restore).expectStatus(0)
        #expect(Set(try files(in: home).keys) == whole)
    }

    @Test("A backup is made while others write, and holds one moment")
    func online() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 2).copy().consortium
        let writers = Task {
            for _ in 0..<12 { _ = try await consortium.requestToken(uses: 1) }
        }
        for number in 0..<4 {
            let archive = consortium.folder.path("\(number).tar")
            try await consortium.run("backup", archive, "--as", "site2").expectStatus(0)
        }
        try await writers.value
        for number in 0..<4 {
            let home = consortium.folder.path("home\(number)")
            try await consortium.run("restore", consortium.folder.path("\(number).tar"), "--home", home)
                .expectStatus(0)
            try await consortium.run("ledger", "fsck", "--home", home).expectStatus(0)
            // The party's own copy does not say that the ledger lost anything.
            try await consortium.run("ledger", "cosign", "--home", home).expectStatus(0)
        }
    }
}
