import Foundation
import Testing

/// `Scripts/torture` itself, briefly: real nodes and etcd under seeded faults, and its check of the history.
@Suite("Torture", .serialized, .enabled(if: RunningCluster.isUsable && CrashLibrary.isUsable))
struct TortureTests {
    private func torture(_ arguments: String...) async throws -> CommandRun {
        let binary = try Binary.chancery().path(percentEncoded: false)
        return try await CommandRun.run(
            RunningCluster.scripts.appending(path: "torture"), arguments, environment: ["CHANCERY_BINARY": binary],
            timeout: .seconds(600))
    }

    @Test("Under seeded faults nothing acknowledged is lost or applied twice, all roots are equal, and it goes on")
    func faults() async throws {
        let run = try await torture("--seed", "1", "--minutes", "0.4").expectStatus(0)
        #expect(run.text.contains("nothing acknowledged was lost"))
    }

    @Test("The history check finds departments that forget what they cosigned under an etcd that lies")
    func plantedFault() async throws {
        let run = try await torture("--planted-fault").expectStatus(1)
        #expect(run.text.contains("VIOLATION  two final blocks of height"))
        #expect(run.text.contains("acknowledged at height"))
    }
}
