import Foundation
import Gateway
import KeyVault
import SharingModel
import TestSupport

/// Consortia that take seconds to make, made once; tests work on copies.
actor Templates {
    static let shared = Templates()

    private var publishing: Task<TestFolder, any Error>?
    private var opening: Task<(TestFolder, String), any Error>?
    private var sharing: Task<(TestFolder, String), any Error>?

    func published() async throws -> TestFolder {
        if let publishing { return try await publishing.value }
        let task = Task { try await Templates.publish() }
        publishing = task
        return try await task.value
    }

    /// One whose pool's key is in shares, two of three, with a result that nobody has opened.
    func shared() async throws -> (TestFolder, String) {
        if let sharing { return try await sharing.value }
        let task = Task { () -> (TestFolder, String) in
            let consortium = try await Templates.found()
            try await consortium.createSharedPool()
            for department in TestConsortium.departments { _ = try await consortium.publish(department) }
            let computed = try await consortium.query(token: consortium.grant())
            try consortium.cosign()
            return (consortium.folder, computed.id.hex)
        }
        sharing = task
        return try await task.value
    }

    func opened() async throws -> (TestFolder, String) {
        if let opening { return try await opening.value }
        let task = Task { () -> (TestFolder, String) in
            let consortium = try await TestConsortium.published()
            let token = try await consortium.grant()
            let computed = try await consortium.query(token: token)
            _ = try await consortium.open(computed.id)
            try consortium.cosign()
            return (consortium.folder, computed.id.hex)
        }
        opening = task
        return try await task.value
    }

    private static func publish() async throws -> TestFolder {
        let consortium = try await found()
        try consortium.vault("ministry").store("pool.health.health", TestPoolKey.serialized())
        _ = try await CreatePoolKey(
            pool: name("health"), members: TestConsortium.departments.map { try name($0) },
            custodian: name("ministry"), bitCount: 2_048
        ).run(as: consortium.session("ministry"))
        for department in TestConsortium.departments { _ = try await consortium.publish(department) }
        try consortium.cosign()
        return consortium.folder
    }

    /// A consortium that has no pool yet.
    /// - Parameter escrow: Its escrow.yaml.
    static func found(escrow: String? = nil) async throws -> TestConsortium {
        let folder = TestFolder()
        let policies = folder.url("policies")
        try FileManager.default.createDirectory(at: policies, withIntermediateDirectories: true)
        try Data(policy.utf8).write(to: policies.appending(path: "consortium.yaml"))
        if let escrow { try Data(escrow.utf8).write(to: policies.appending(path: "escrow.yaml")) }
        let place = folder.directory.appending(path: "consortium", directoryHint: .isDirectory)
        _ = try await FoundLocally(
            policy: ConsortiumPolicy(directory: policies), cost: .insecureForTesting,
            clock: { TestConsortium.founded }, passphrase: TestConsortium.passphrase
        ).run(in: place)
        let founded = try TestFolder(copying: place)
        return try TestConsortium(copying: founded, at: TestConsortium.founded.adding(seconds: 60))
    }

    static let policy = """
        name: Three sites
        sections: [health]
        parties:
          - {name: site1, role: department, section: health, superior: ministry}
          - {name: site2, role: department, section: health, superior: ministry}
          - {name: site3, role: department, section: health, superior: ministry}
          - {name: ministry, role: superior}
          - {name: audit, role: auditor}
          - {name: statistics, role: collaborator}
          - {name: newspaper, role: collaborator}
        sharing: {minimumSubjects: 5, quorum: two-thirds, transactionHours: 24}
        """
}
