import CanonicalJSON
import Foundation
import Testing

/// What must never be seen: passphrases and persons.
@Suite("Secrets")
struct SecretsTests {
    @Test("Neither the passphrase nor a person's number or value is in any file of the consortium")
    func files() async throws {
        let state = try await TestConsortium.at(.pool, departments: 1).copy()
        let person = "314159265"
        let value = "987.65"
        try state.consortium.folder.write(
            TestConsortium.table(1) + "1,a,\(person),\(value)\n", as: "site1.csv")
        try await state.consortium.publish("site1.csv", as: "site1", name: "d1").expectStatus(0)
        let token = try await state.consortium.requestToken(uses: 1)
        try await state.consortium.approve(token, by: "site1")
        let result = try await state.consortium.query(token).document().text("result")
        try await state.consortium.run("open", result, "--as", "ministry").expectStatus(0)
        for secret in [TestConsortium.passphrase, person, value, "98765"] {
            let found = try await CommandRun.shell("grep -rlaF -- \"$1\" \"$2\"", secret, state.consortium.home)
            #expect(found.text.isEmpty, "\(secret) is in \(found.text)")
        }
        // The search does find what is there.
        let found = try await CommandRun.shell("grep -rlaF -- \"$1\" \"$2\"", "statistics", state.consortium.home)
        #expect(!found.text.isEmpty)
        // The figures are in no file either: the sealed opening is for its requester.
        let sum = try await state.consortium.json("result", "show", result, "--as", "statistics")["rows"]?.arrayValue
        let first = try #require(sum?.first?.arrayValue?[1].stringValue)
        let figures = try await CommandRun.shell("grep -rlaF -- \"$1\" \"$2\"", first, state.consortium.home)
        #expect(figures.text.isEmpty)
    }

    @Test("Files of a home are for its owner alone")
    func permissions() async throws {
        let state = try await TestConsortium.at(.opened, departments: 1)
        let open = try await CommandRun.shell(
            "find \"$1\" -path '*/vault*' -perm /077; find \"$1\" -maxdepth 1 -mindepth 1 -type d -perm /077",
            state.consortium.home + "/parties")
        #expect(open.text.isEmpty)
    }

    @Test("The passphrase is in no output, failures included, and there is no argument for it")
    func output() async throws {
        let state = try await TestConsortium.at(.opened, departments: 1).copy()
        let commands = [
            ["ledger", "cosign", "--as", "site1"], ["ledger", "cosign", "--as", "nobody"], ["catalog"],
            ["result", "show", state.result, "--as", "statistics"], ["open", state.result, "--as", "ministry"],
            ["publish", "site1.csv", "--schema", "site1.csv", "--pool", "health", "--name", "d5", "--as", "site1"],
            ["ledger", "export"], ["ledger", "cosign", "--passphrase", TestConsortium.passphrase, "--as", "site1"],
        ]
        for command in commands.dropLast() {
            let run = try await state.consortium.run(command)
            #expect(!run.text.contains(TestConsortium.passphrase) && !run.message.contains(TestConsortium.passphrase))
        }
        // As an argument others could see it.
        try await state.consortium.run(commands[commands.count - 1]).expectStatus(2)
    }

    @Test("A wrong passphrase, none, or an empty one opens nothing, and says how to give the right one")
    func wrongPassphrase() async throws {
        let state = try await TestConsortium.at(.published, departments: 1).copy()
        let before = try await state.consortium.footprint()
        let wrong = "a wrong and recognisable passphrase"
        let cases: [([String: String], Int32, String)] = [
            (["CHANCERY_PASSPHRASE": wrong], 1, "passphrase does not open"),
            (["CHANCERY_PASSPHRASE": ""], 2, "is empty"),
            (["CHANCERY_PASSPHRASE": String(repeating: "x", count: 5_000)], 2, "more than 4096 bytes"),
        ]
        for (environment, status, fragment) in cases {
            for verb in [["ledger", "cosign", "--as", "site1"], ["token", "approve", "abcd", "--as", "site1"]] {
                let run = try await state.consortium.run(verb, environment: environment)
                #expect(run.expectStatus(status).message.contains(fragment), "\(run.message)")
                #expect(!run.message.contains(wrong))
            }
        }
        let none = try await CommandRun.run(
            Binary.chancery(), ["ledger", "cosign", "--as", "site1", "--home", state.consortium.home])
        #expect(none.expectStatus(2).message.contains("CHANCERY_PASSPHRASE"))
        #expect(try await state.consortium.footprint() == before)
    }

    @Test("Unknown verbs, homes and parties end with 2 and say what there is")
    func unknownNames() async throws {
        let state = try await TestConsortium.at(.published, departments: 1).copy()
        let cases: [([String], String)] = [
            (["tokens", "list"], "Usage"), (["token", "steal"], "Usage"),
            (["catalog", "--home", "/nonexistent"], "/nonexistent is no home"),
            (["catalog", "--home", "policies"], "is no home"),
            (["catalog", "--as", "nobody"], "its parties are ministry"),
            (["ledger", "cosign"], "--as PARTY"), (["ledger", "cosign", "--as", "../site1"], "../site1"),
            (["ledger", "log", "--section", "nowhere"], "--section"), (["dataset", "show", "d9"], "d1"),
            (["token", "approve", "abcd", "--as", "site1"], "no token begins with"),
            (["token", "approve", "ab", "--as", "site1"], "four digits"),
            (["result", "show", "abcd", "--as", "statistics"], "no result begins with"),
            (["ledger", "show", "ffffffffff"], "no transaction begins with"),
        ]
        for (command, fragment) in cases {
            try await state.consortium.expectRefused(command, status: 2, saying: [fragment])
        }
    }
}
