import CanonicalJSON
import Foundation
import Testing

/// Commands that make or use a section's key for pseudonyms, blinds, and what was evaluated.
extension CrashScenario {
    static let ofPseudonyms = [
        makeKey, replaceKey, askForPseudonyms, evaluate, takeAnswer, publishUnderKey, askForIdentity,
    ]

    private static let makeKey = pseudonyms(
        "pseudonym key", at: .founded, command: { _ in ["pseudonym", "key", "--as", "ministry", "--json"] },
        once: "pseudonym-key.register",
        expectDone: { state in
            #expect(try state.consortium.pseudonymKeyNames() == ["pseudonyms.health"])
            try await state.consortium.run(TestConsortium.requestPseudonyms).expectStatus(0)
            try await state.consortium.expectPublishedUnderKeyInUse()
        })

    private static let replaceKey = pseudonyms(
        "pseudonym key --replaces", at: .asked,
        command: { ["pseudonym", "key", "--replaces", $0.pseudonymKey, "--as", "ministry", "--json"] },
        once: "pseudonym-key.register",
        expectDone: { state in
            #expect(try state.consortium.pseudonymKeyNames() == ["pseudonyms-2.health", "pseudonyms.health"])
            let listed = try await state.consortium.json("pseudonym", "list")
            #expect(listed["replaced"]?.arrayValue?.map { $0["key"]?.stringValue } == [state.pseudonymKey])
            #expect(listed["requests"]?.arrayValue?.map { $0["status"]?.stringValue } == ["lapsed"])
            // What waited is asked for again, once, and the old blinds are gone.
            try await state.consortium.run(TestConsortium.requestPseudonyms).expectStatus(0)
            #expect(try state.consortium.secretNames(of: "site1").count { $0.hasPrefix("asked.") } == 1)
            try await state.consortium.expectPublishedUnderKeyInUse()
        })

    private static let askForPseudonyms = pseudonyms(
        "pseudonym request", at: .keyed, command: { _ in TestConsortium.requestPseudonyms }, once: "pseudonym.request",
        expectDone: { state in
            let listed = try await state.consortium.json("pseudonym", "list")
            #expect(listed["counted"]?["site1"] == 12)
            #expect(try state.consortium.secretNames(of: "site1").count { $0.hasPrefix("asked.") } == 1)
            try await state.consortium.expectPublishedUnderKeyInUse()
        })

    private static let evaluate = pseudonyms(
        "pseudonym evaluate", at: .asked, command: { _ in ["pseudonym", "evaluate", "--as", "ministry", "--json"] },
        once: "pseudonym.evaluate",
        expectDone: { state in try await state.consortium.expectPublishedUnderKeyInUse() })

    /// Nothing is recorded by it: the blinds go when the pseudonyms are kept.
    private static let takeAnswer = pseudonyms(
        "pseudonym request (taking the answer in)", at: .evaluated, command: { _ in TestConsortium.requestPseudonyms },
        once: "pseudonym.request", count: 0,
        expectDone: { state in
            let names = try state.consortium.secretNames(of: "site1")
            #expect(!names.contains { $0.hasPrefix("asked.") } && names.count { $0.hasPrefix("known.") } == 1)
            try await state.consortium.expectPublishedUnderKeyInUse()
        })

    private static let publishUnderKey = pseudonyms(
        "publish (taking the answer in)", at: .evaluated, command: { _ in TestConsortium.publishPseudonyms },
        once: "dataset.publish",
        expectDone: { state in
            let names = try state.consortium.secretNames(of: "site1")
            #expect(!names.contains { $0.hasPrefix("asked.") } && names.count { $0.hasPrefix("known.") } == 1)
            try await state.consortium.expectPublishedUnderKeyInUse()
        })

    private static let askForIdentity = CrashScenario(
        name: "escrow request --pseudonym", start: { try await TestConsortium.pseudonymous(.published) },
        arguments: { state in
            [
                "escrow", "request", "d1", "--pseudonym", state.pseudonym, "--reason", "case 5", "--as", "audit",
                "--json",
            ]
        }, weight: 8, values: TestConsortium.identityForms,
        expectNothingPartial: { state, log in
            // The owner is told by the same entry.
            let notices = try await state.consortium.json("escrow", "notices", "--as", "site1")["notices"]?.arrayValue
            #expect(notices?.count == log.count { $0.kind == "escrow.request" })
        },
        expectDone: { state, document, told in
            // Who was told of a request and asks again makes another one.
            let expected = Set([document, told ?? document].compactMap { $0["request"]?.stringValue })
            let listed = try await state.consortium.json("escrow", "list")["requests"]?.arrayValue ?? []
            #expect(listed.count == expected.count && Set(listed.compactMap { $0["request"]?.stringValue }) == expected)
            let request = try document.text("request")
            try await state.consortium.grant(request, by: "ministry", "site2", "ministry")
            let opened = try await state.consortium.json("escrow", "open", request, "--as", "audit")
            #expect(opened["value"]?.stringValue == TestConsortium.identity(1, 3))
        })

    /// A scenario whose command makes so many transactions of a kind, however often it is killed and run.
    private static func pseudonyms(
        _ name: String, at stage: TestConsortium.PseudonymStage,
        command: @escaping @Sendable (TestConsortium.Prepared) throws -> [String], once kind: String, count: Int = 1,
        expectDone: @escaping @Sendable (TestConsortium.Prepared) async throws -> Void
    ) -> CrashScenario {
        once(
            name, start: { try await TestConsortium.pseudonymous(stage) }, command: command, kind: kind, count: count,
            values: TestConsortium.identityForms, expectDone: expectDone)
    }
}

extension TestConsortium {
    /// Names of the section's keys in the custodian's vault.
    func pseudonymKeyNames() throws -> [String] {
        try secretNames(of: "ministry").filter { $0.hasPrefix("pseudonyms") }
    }

    /// Goes on to the end, from wherever it is: `d1` is published once, under the key that is in use.
    func expectPublishedUnderKeyInUse(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await run("pseudonym", "evaluate", "--as", "ministry").expectStatus(0, sourceLocation: sourceLocation)
        try await run(TestConsortium.publishPseudonyms).expectStatus(0, sourceLocation: sourceLocation)
        let key = try await json("pseudonym", "list", sourceLocation: sourceLocation).text("key")
        let shown = try await json("dataset", "show", "d1", sourceLocation: sourceLocation)["pseudonyms"]
        #expect(
            shown == .object(["key": .string(key), "of": "section"]), sourceLocation: sourceLocation)
        #expect(try await log().count { $0.kind == "dataset.publish" } == 1, sourceLocation: sourceLocation)
    }
}
