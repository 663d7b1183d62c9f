import CanonicalJSON
import Foundation
import TestSupport
import Testing

@Suite(
    "PyPI's rfc8785",
    .enabled(if: Peers.python != nil, "CHANCERY_PEERS_PYTHON names no Python with the peers: see Scripts/peers"))
struct PeerTests {
    /// Reads each line, written in our canonical form, and writes it in its own. rfc8785 takes a whole number beyond
    /// 2⁵³ − 1 as a float only.
    static let script = """
        import json, rfc8785, sys
        def whole(text):
            return int(text) if abs(int(text)) < 2**53 else float(text)
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(rfc8785.dumps(json.loads(line, parse_int=whole)) + b"\\n")
        """

    @Test("writes random values and doubles as we do")
    func agrees() throws {
        var random = SeededGenerator(seed: 87_85)
        var lines: [String] = []
        for _ in 0..<500 {
            let value = JSONValue.random(depth: 4, using: &random)
            lines.append(String(decoding: try CanonicalJSON.serialize(value), as: UTF8.self))
        }
        for _ in 0..<20_000 {
            let double = Double(bitPattern: random.next())
            guard double.isFinite else { continue }
            lines.append(String(decoding: try CanonicalJSON.encode(double), as: UTF8.self))
        }
        for exponent in -400...400 {
            guard let double = Double("\(Int.random(in: 1...99_999, using: &random))e\(exponent)"), double.isFinite
            else { continue }
            lines.append(String(decoding: try CanonicalJSON.encode(double), as: UTF8.self))
        }
        let answers = try Peers.run(Self.script, input: lines)
        #expect(answers.count == lines.count)
        for (answer, line) in zip(answers, lines) where !answer.utf8.elementsEqual(line.utf8) {
            Issue.record("ours: \(line), rfc8785: \(answer), \(random)")
        }
    }
}
