import Foundation
import FuzzDecoders
import Testing

@Suite("Whatever comes from outside", .serialized)
struct FuzzTests {
    /// `CHANCERY_FUZZ_CASES` and `CHANCERY_FUZZ_SEED` make it run longer, or elsewhere; `CHANCERY_FUZZ_ONLY` names one
    /// decoder, and `CHANCERY_FUZZ_TRACE` a file that holds the input that a crash came from.
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["CHANCERY_FUZZ_CASES"].flatMap(Int.init) ?? 2_000
    private static let seed = environment["CHANCERY_FUZZ_SEED"].flatMap(UInt64.init) ?? 1_901
    private static let trace = environment["CHANCERY_FUZZ_TRACE"].map { URL(filePath: $0) }

    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpora")

    private static var decoders: [String] {
        let names = FuzzedDecoder.all.map(\.name)
        return environment["CHANCERY_FUZZ_ONLY"].map { only in names.filter { $0 == only } } ?? names
    }

    private func campaign(_ name: String) throws -> FuzzCampaign {
        try FuzzCampaign(try #require(FuzzedDecoder.named(name)), corpora: Self.corpora)
    }

    @Test("It is decoded or refused with the error that is promised, in bounded time and memory", arguments: decoders)
    func decodedOrRefused(name: String) throws {
        let campaign = try campaign(name)
        let cases = Int(Double(Self.cases) * campaign.decoder.share)
        print("fuzz \(name): \(cases) cases, seed \(Self.seed)")
        let report = campaign.run(cases: cases, seed: Self.seed, trace: Self.trace)
        print("fuzz \(name): \(report.cases) cases, \(report.decoded) decoded, slowest \(report.slowest) s")
        #expect(report.faults.isEmpty, "\(report.faults.prefix(5))")
    }

    @Test("What the program itself writes is decoded, and each old crasher refused", arguments: decoders)
    func corpus(name: String) throws {
        let campaign = try campaign(name)
        let folder = Self.corpora.appending(path: name)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        #expect(!names.isEmpty)
        for file in names {
            let outcome = campaign.decoder.run(try Data(contentsOf: folder.appending(path: file)))
            #expect(outcome == (file.hasPrefix("refused-") ? .refused : .decoded), "\(name)/\(file)")
        }
    }

    @Test("Every folder of the corpora is a decoder's")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path(percentEncoded: false))
        #expect(Set(folders) == Set(FuzzedDecoder.all.map(\.name)))
    }
}
