import Foundation
import Testing

/// `Scripts/torture` itself, briefly: real nodes and etcd under seeded faults, and its check of the history. Between
/// three, four and seven departments every fault that it knows happens.
@Suite("Torture", .serialized, .enabled(if: RunningCluster.isUsable && CrashLibrary.isUsable))
struct TortureTests {
    private func torture(_ arguments: String...) async throws -> CommandRun {
        let binary = try Binary.chancery().path(percentEncoded: false)
        return try await CommandRun.run(
            RunningCluster.scripts.appending(path: "torture"), arguments, environment: ["CHANCERY_BINARY": binary],
            timeout: .seconds(600))
    }

    @Test(
        "Under seeded faults nothing acknowledged is lost or applied twice, all roots are equal, and it goes on",
        arguments: [
            ("3", "kill,kill_all,kill_member,cut_off,no_quorum,crash_step,rebuild"),
            ("4", "garble,tamper,flood,cut_pair,cut_from_etcd,full_disk,crash_point,compact,burst"),
            ("7", "pause,slow,reset,cut_one_way,wrong_clock,kill_all,crash_step"),
        ])
    func faults(departments: String, faults: String) async throws {
        let run = try await torture("--seed", "1", "--departments", departments, "--once", faults).expectStatus(0)
        #expect(run.text.contains("nothing acknowledged was lost"))
        // Whatever was meant to go wrong did.
        #expect(!run.text.contains(": 0 of "), "\(run.text)")
    }

    @Test("The history check finds departments that forget what they cosigned under an etcd that lies")
    func plantedFault() async throws {
        let run = try await torture("--planted-fault").expectStatus(1)
        #expect(run.text.contains("VIOLATION  two final blocks of height"))
        #expect(run.text.contains("acknowledged at height"))
    }
}
