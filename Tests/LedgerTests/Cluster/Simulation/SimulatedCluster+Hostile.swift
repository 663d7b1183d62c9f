import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import TestSupport
import TransparencyLog

extension SimulatedCluster {
    /// One thing that a department with keys and bad intentions does.
    func hostileStep() async throws {
        guard let hostile, let victim = departments.randomElement(using: &generator), !victim.isDown,
            let head = try victim.ledger.head()
        else { return }
        switch Int.random(in: 0..<14, using: &generator) {
        case 0: try write(Data("nonsense".utf8), height: head.height + 1, as: hostile)
        case 1: try write(nil, height: head.height + Int.random(in: 0...1, using: &generator), as: hostile)
        case 2, 3: try writeSigned(envelopes(victim), on: head, victim, as: hostile)
        case 4: try writeSigned(badEnvelopes(victim, head), on: head, victim, as: hostile)
        case 5: try writeBadHeader(on: head, victim, as: hostile)
        case 6: try writeBadCosignatures(on: head, victim, as: hostile)
        case 7: try flood(head, as: hostile)
        case 8: try rewriteOther(head, as: hostile)
        case 9 where Bool.random(using: &generator): try await tellEachAnother(as: hostile)
        case 9: try equivocate(head, as: hostile)
        case 10: replay(head)
        case 11, 12: try await sayAnything(as: hostile, to: departments)
        default: try cosignCandidate(head, as: hostile)
        }
    }

    private func send(_ message: CosignatureMessage, from hostile: String) {
        for department in departments where Int.random(in: 0..<3, using: &generator) > 0 {
            messages.append((hostile, department.name, .cosignature(message)))
        }
    }

    private func carried(_ head: StoredBlock, _ victim: SimulatedDepartment) throws -> [PartyCosignature] {
        try victim.ledger.read { try $0.cosignatures(height: head.height) }
    }

    private func envelopes(_ victim: SimulatedDepartment) throws -> [Data] {
        let count = Int.random(in: 1...3, using: &generator)
        return try (0..<count).map { index in
            try consortium.envelope(consortium.request(purpose: "hostile \(index)"), by: "statistics").canonicalBytes()
        }
    }

    /// Of the department's own making, and valid unless `envelopes` are not.
    private func writeSigned(
        _ envelopes: [Data], on head: StoredBlock, _ victim: SimulatedDepartment, as hostile: String,
        height: Int? = nil, parent: Digest? = nil, previous: [PartyCosignature]? = nil, ledger: LedgerIdentity? = nil,
        key: SigningKey? = nil
    ) throws {
        let batch = try Batch.sign(
            by: Name(text: hostile), height: height ?? head.height + 1, ledger: ledger ?? victim.ledger.identity,
            parent: parent ?? head.root, previous: previous ?? carried(head, victim), envelopes: envelopes,
            key: key ?? consortium.key(hostile))
        try write(batch, height: head.height + 1, as: hostile)
    }

    private func badEnvelopes(_ victim: SimulatedDepartment, _ head: StoredBlock) throws -> [Data] {
        let good = try envelopes(victim)
        let recorded = try victim.ledger.read { try $0.entries(in: 0..<1) }.first?.envelope.canonicalBytes()
        let expired = try consortium.envelope(consortium.request(), by: "statistics", validFor: -1).canonicalBytes()
        let foreign = try consortium.envelope(consortium.request(), by: "statistics", signers: ["site1"])
        let choices: [[Data]] = [
            [], good + good, [recorded ?? Data()] + good, good + [expired], [try foreign.canonicalBytes()],
            good + [Data("{}".utf8)], [Data()], [Data([0xFF, 0xFE, 0])] + good, [Data("[[[[".utf8)],
            [Data(count: 180_000)], [Data((good.first ?? Data()).dropLast())], [Data((good.first ?? Data()) + [0x20])],
        ]
        return choices.randomElement(using: &generator) ?? []
    }

    private func writeBadHeader(on head: StoredBlock, _ victim: SimulatedDepartment, as hostile: String) throws {
        let (good, other) = (try envelopes(victim), LedgerIdentity(consortium: head.root, section: consortium.section))
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: try writeSigned(good, on: head, victim, as: hostile, height: head.height + 2)
        case 1: try writeSigned(good, on: head, victim, as: hostile, parent: .sha256(head.recordBytes))
        case 2: try writeSigned(good, on: head, victim, as: hostile, ledger: other)
        default: try writeSigned(good, on: head, victim, as: hostile, key: consortium.key("statistics"))
        }
    }

    private func writeBadCosignatures(on head: StoredBlock, _ victim: SimulatedDepartment, as hostile: String) throws {
        let (good, carried) = (try envelopes(victim), try carried(head, victim))
        let forged = carried.map { PartyCosignature(party: $0.party, signature: Data(repeating: 9, count: 72)) }
        let elsewhere = overheard.shuffled(using: &generator).prefix(3).map(\.cosignature)
            .sorted { $0.party < $1.party }
        let own = try signed(size: head.size, root: head.root, as: hostile, at: .max, height: head.height)
        let future = (carried.filter { $0.party != own.cosignature.party } + [own.cosignature])
            .sorted { $0.party < $1.party }
        let choices = [
            [], Array(carried.dropLast(2)), carried + carried, carried.reversed(), forged, elsewhere, future,
        ]
        try writeSigned(
            good, on: head, victim, as: hostile, previous: choices.randomElement(using: &generator) ?? [])
    }

    private func flood(_ head: StoredBlock, as hostile: String) throws {
        let far = Bool.random(using: &generator)
        for index in 0..<80 {
            try write(Data("flood".utf8), height: head.height + 2 + (far ? index : index % 3), as: hostile)
        }
    }

    /// Without accounts in etcd, anybody may write over anybody's batch.
    private func rewriteOther(_ head: StoredBlock, as hostile: String) throws {
        guard let events = views[hostile], let event = events.randomElement(using: &generator) else { return }
        let bytes: Data? = Bool.random(using: &generator) ? Data("rewritten".utf8) : nil
        try write(bytes, height: event.height, as: event.department.text)
    }

    private func equivocate(_ head: StoredBlock, as hostile: String) throws {
        let size = head.size + Int.random(in: 0...4, using: &generator)
        for text in ["a", "b"] {
            let root = Digest.sha256(Data(text.utf8))
            send(try signed(size: size, root: root, as: hostile, at: nil, height: head.height + 1), from: hostile)
        }
    }

    /// Each of the others gets one tree of a size, and no two the same: nobody can show two but by asking around.
    func tellEachAnother(as hostile: String) async throws {
        let heads = try departments.compactMap { try $0.ledger.head() }
        guard !departments.contains(where: \.isDown), let newest = heads.max(by: { $0.size < $1.size }) else { return }
        let size = newest.size + Int.random(in: 0...2, using: &generator)
        for department in departments {
            let root = Digest.sha256(Data("\(department.name) \(newest.height)".utf8))
            let message = try signed(size: size, root: root, as: hostile, at: nil, height: newest.height + 1)
            try await call(department) { try await $0.take(message) }
        }
        if !departments.contains(where: \.isDown) { toldApart.insert(size) }
    }

    /// The sizes for which some department has found out that the hostile one has cosigned two trees.
    var named: Set<Int> {
        Set(
            departments.flatMap(\.told.events).compactMap { event in
                guard case .equivocation(let proof) = event, proof.party.text == hostile else { return nil }
                return proof.first.size
            })
    }

    /// What others have signed, under another height.
    private func replay(_ head: StoredBlock) {
        guard let hostile, let message = overheard.randomElement(using: &generator) else { return }
        let moved = CosignatureMessage(
            cosignature: message.cosignature, height: head.height + Int.random(in: 0...3, using: &generator),
            root: message.root, size: message.size)
        send(moved, from: hostile)
    }

    /// Cosigns what another has cosigned, without having looked at it; with any time.
    private func cosignCandidate(_ head: StoredBlock, as hostile: String) throws {
        guard let message = overheard.filter({ $0.height > head.height }).randomElement(using: &generator) else {
            return
        }
        let times: [UInt64?] = [nil, 0, .max]
        let time = times.randomElement(using: &generator) ?? nil
        send(
            try signed(size: message.size, root: message.root, as: hostile, at: time, height: message.height),
            from: hostile)
    }

    /// - Parameter time: Seconds; `nil` for the right ones.
    func signed(size: Int, root: Digest, as name: String, at time: UInt64?, height: Int) throws
        -> CosignatureMessage
    {
        let party: PartyName = try Name(text: name)
        guard let secret = consortium.keys[party]?.cosigning else { throw MissingKey() }
        let key = try CosigningKey(name: Cosigner.keyName(of: party, consortium.founding.digest()), secret: secret)
        let checkpoint = try Checkpoint(origin: consortium.identity.origin, size: size, root: root)
        let far: Int64 = time == 0 ? 0 : 250_000_000_000
        let stated = time == nil ? consortium.clock.now : Timestamp(seconds: far)
        let line = try key.cosign(checkpoint, at: stated).noteSignature
        return CosignatureMessage(
            cosignature: PartyCosignature(party: party, signature: line.signature), height: height, root: root,
            size: size)
    }
}
