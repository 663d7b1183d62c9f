import Ledger
import SharingModel
import SignedEnvelopes
import TestSupport

/// What a schedule may do beside delivering.
struct Faults: OptionSet {
    let rawValue: Int

    static let crashes = Faults(rawValue: 1)
    static let cuts = Faults(rawValue: 2)
    static let losses = Faults(rawValue: 4)
    static let clocks = Faults(rawValue: 8)
    static let rebuilds = Faults(rawValue: 16)
    static let compactions = Faults(rawValue: 32)
    /// Departments join, leave and take other keys.
    static let members = Faults(rawValue: 64)
    /// Batches that the order only refers to, whatever their size.
    static let references = Faults(rawValue: 128)
    /// What comes of the order is lost or spoilt on its way.
    static let spoilt = Faults(rawValue: 256)
    static let all: Faults = [.crashes, .cuts, .losses, .clocks, .rebuilds, .compactions]
}

extension SimulatedCluster {
    /// Does `count` random steps.
    func run(steps count: Int, _ faults: Faults) async throws {
        var rebuilt = false
        refers = faults.contains(.references)
        for step in 0..<count {
            guard let department = departments.randomElement(using: &generator) else { return }
            time.pass(.milliseconds(20))
            if faults.contains(.members), step % 10 == 0 { try membershipStep(at: department) }
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<10 where faults.contains(.spoilt): try await deliverSpoilt(to: department)
            case 0..<30: try await deliverEvent(to: department)
            case 30..<60 where !messages.isEmpty:
                // A height takes many: few would ever become final otherwise.
                for _ in 0..<4 where !messages.isEmpty {
                    try await deliverMessage(at: Int.random(in: 0..<messages.count, using: &generator))
                }
            case 60..<70: try await call(department) { try await $0.tick() }
            case 70..<76 where !writes.isEmpty:
                try deliverWrite(at: Int.random(in: 0..<writes.count, using: &generator))
            case 76..<80:
                try await submitAnywhere(at: department, "step \(step)")
            case 80..<84 where !wanted.isEmpty:
                try await deliverBatch(at: Int.random(in: 0..<wanted.count, using: &generator))
            case 80..<84 where !missed.isEmpty: try await deliverCosigned(at: 0)
            case 80..<84:
                if let other = departments.randomElement(using: &generator) { try await fetch(department, from: other) }
            case 84..<88: try await hostileStep()
            case 88..<90 where faults.contains(.crashes): try await restart(department)
            case 90..<92 where faults.contains(.crashes):
                department.journal.arm(storesFirst: Bool.random(using: &generator))
            case 92..<94 where faults.contains(.cuts):
                let cuttable = consortium.departments.shuffled(using: &generator)
                cut = Set(cuttable.prefix(Int.random(in: 0...(cuttable.count / 2), using: &generator)))
            case 94..<96 where faults.contains(.losses) && !messages.isEmpty:
                let index = Int.random(in: 0..<messages.count, using: &generator)
                if Bool.random(using: &generator) {
                    messages.remove(at: index)
                } else {
                    try await deliverMessage(at: index, keeps: true)
                }
            case 96 where faults.contains(.clocks):
                consortium.clock.advance(seconds: [1, 30, 90, 100_000].randomElement(using: &generator) ?? 1)
            case 97 where faults.contains(.rebuilds) && !rebuilt && !orderLies && compactedAt == 0:
                rebuilt = true
                try await rebuild(department)
            // One of the two: who is rebuilt and who has lost a batch are both less than whole at a height.
            case 98 where faults.contains(.compactions) && !rebuilt && Int.random(in: 0..<8, using: &generator) == 0:
                compact()
            default: if department.isDown { try await restart(department) }
            }
        }
    }

    /// Through one department, and passed on to some of the others.
    private func submitAnywhere(at department: SimulatedDepartment, _ purpose: String) async throws {
        guard !department.isDown else { return }
        let envelope = try await submit(at: department, purpose: purpose)
        for other in departments where other.name != department.name && Bool.random(using: &generator) {
            try offer(envelope, at: other)
        }
    }

    /// All faults end; the ledger has to go on.
    /// - Throws: ``Stuck`` if a transaction that is submitted now is not final everywhere after a while.
    func heal(within limit: Duration = .seconds(20), rounds least: Int = 100) async throws {
        cut = []
        for department in departments where department.isDown { try await restart(department) }
        // Who was removed writes nothing any more.
        guard let first = try departments.first(where: { try isMember($0) }) else { return }
        let envelope = try await submit(at: first, purpose: "after all")
        let deadline = ContinuousClock.now.advanced(by: limit)
        var rounds = 0
        // A busy machine needs longer for as much.
        while rounds < least || ContinuousClock.now < deadline {
            rounds += 1
            // After a quiet minute a department wakes a ledger whose time a hostile one has held back. No further than
            // half of what the envelope is valid for: a fast machine has thousands of rounds in the time given.
            if rounds <= 300 { consortium.clock.advance(seconds: 1) }
            try await round()
            let heights = try departments.map { try $0.ledger.head()?.height }
            let isFinal = try departments.allSatisfy { department in
                try department.ledger.read { try $0.receipt(of: envelope.id) } != nil
            }
            if isFinal, Set(heights).count == 1 { return }
            // The client submits again what a node may have forgotten, through one after the other: the first may
            // have been removed meanwhile.
            try offer(envelope, at: departments[rounds % departments.count])
            if departments.contains(where: \.isDown) {
                for department in departments where department.isDown { try await restart(department) }
            }
        }
        var states: [String] = []
        for department in departments {
            states.append(
                "\(department.name): \(await department.node.status), \(await department.node.openAgreement), "
                    + "told: \(department.told.events.suffix(12))")
        }
        throw Stuck(states: states)
    }

    /// Delivers everything that is on its way.
    func round() async throws {
        time.pass(.milliseconds(100))
        for department in departments { try await call(department) { try await $0.tick() } }
        while !writes.isEmpty { try deliverWrite(at: 0) }
        for department in departments {
            while (views[department.name] ?? []).contains(where: { $0.position > department.cursor }),
                !department.isDown
            {
                try await deliverEvent(to: department)
            }
        }
        for index in wanted.indices.reversed() where index < wanted.count { try await deliverBatch(at: index) }
        while !missed.isEmpty { try await deliverCosigned(at: 0) }
        for _ in 0..<messages.count where !messages.isEmpty { try await deliverMessage(at: 0) }
        for department in departments {
            for other in departments where other.name != department.name { try await fetch(department, from: other) }
        }
    }
}

struct Stuck: Error, CustomStringConvertible {
    let states: [String]
    var description: String { "nothing becomes final: \(states.joined(separator: "; "))" }
}
