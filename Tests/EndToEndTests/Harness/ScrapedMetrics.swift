import Foundation
import TestSupport
import Testing

/// What a node answers at `/metrics`, as the OpenMetrics parser of Prometheus' own client for Python reads it, which
/// refuses what is not of the format: a unit that the name does not end with, buckets that shrink, a count that is none.
struct ScrapedMetrics {
    struct Family: Equatable {
        let type: String
        let unit: String
        let help: String
    }

    let families: [String: Family]
    /// By name and labels, as in `chancery_transactions_total{kind="token.request",outcome="accepted"}`.
    let samples: [String: Double]

    /// - Parameter address: Of the node.
    init(of address: String) async throws {
        let answer = try await Download.get("\(address)/metrics")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
        let run = try await CommandRun.run(
            try #require(Binary.peer("python")), ["-c", ScrapedMetrics.parser], input: answer.body)
        run.expectStatus(0)
        var (families, samples) = ([String: Family](), [String: Double]())
        for line in run.line.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if fields.count == 2 {
                samples[fields[0]] = Double(fields[1])
            } else {
                families[fields[0]] = Family(type: fields[1], unit: fields[2], help: fields[3])
            }
        }
        (self.families, self.samples) = (families, samples)
    }

    /// Whether there is a parser; says so where there is none.
    static func areReadable() throws -> Bool { try Peers.areThere() }

    /// A sample without labels, or with these as they are written; 0 where there is none, as Prometheus adds.
    func callAsFunction(_ name: String, _ labels: String = "") -> Double {
        samples[labels.isEmpty ? name : "\(name){\(labels)}"] ?? 0
    }

    /// Final transactions.
    func transactions(_ kind: String, _ outcome: String) -> Double {
        callAsFunction("chancery_transactions_total", "kind=\"\(kind)\",outcome=\"\(outcome)\"")
    }

    /// The sum of all samples of this name, whatever their labels.
    func total(_ name: String) -> Double {
        samples.filter { $0.key == name || $0.key.hasPrefix(name + "{") }.values.reduce(0, +)
    }

    /// Every family has a help, and one of times has its unit.
    func expectDescribed(sourceLocation: SourceLocation = #_sourceLocation) {
        for (name, family) in families {
            #expect(family.help.hasSuffix("."), "\(name)", sourceLocation: sourceLocation)
            #expect(family.unit == (name.hasSuffix("_seconds") ? "seconds" : ""), sourceLocation: sourceLocation)
            #expect(["gauge", "counter", "histogram"].contains(family.type), sourceLocation: sourceLocation)
        }
    }

    private static let parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(sys.stdin.read()):
            print(family.name, family.type, family.unit, family.documentation, sep="\\t")
            for sample in family.samples:
                labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
                print(sample.name + (f"{{{labels}}}" if labels else ""), float(sample.value), sep="\\t")
        """
}
