package import Foundation

/// Many cases of one decoder, from one seed.
package struct FuzzCampaign: Sendable {
    /// Most processor time that one case may take, in seconds, on a slow machine.
    package static let mostSeconds = 4.0
    /// Most bytes by which one case may raise the process's peak memory. Other tests of the process count too.
    package static let mostMemory = 1 << 30

    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        package let decoder: String
        /// Of the case: ``FuzzCampaign/input(seed:)`` gives the same bytes again.
        package let seed: UInt64
        package let problem: String
        package let input: Data

        package var description: String {
            "\(decoder), case \(seed), \(input.count) bytes \(input.prefix(96).base64EncodedString()): \(problem)"
        }
    }

    package struct Report: Sendable {
        package let decoder: String
        package fileprivate(set) var cases = 0
        package fileprivate(set) var decoded = 0
        package fileprivate(set) var faults: [Fault] = []
        /// Processor time of the slowest case, in seconds.
        package fileprivate(set) var slowest = 0.0
    }

    package let decoder: FuzzedDecoder
    package let corpus: [Data]
    private let mutator: Mutator

    /// - Parameter corpora: A folder with a folder for each decoder.
    package init(_ decoder: FuzzedDecoder, corpora: URL) throws {
        self.decoder = decoder
        let folder = corpora.appending(path: decoder.name)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        corpus = try names.map { try Data(contentsOf: folder.appending(path: $0)) }
        mutator = Mutator(corpus: corpus, shape: decoder.shape)
    }

    /// Whether the case raises the process's peak memory by too much, from where it is now.
    private func takesMuch(_ input: Data) -> Bool {
        // Linux forgets the peak when asked to; where it does not, the first measurement stands.
        guard (try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))) != nil else { return true }
        let before = peakMemory()
        _ = decoder.run(input)
        return peakMemory() - before > Self.mostMemory
    }

    /// The bytes of a case.
    package func input(seed: UInt64) -> Data {
        var generator = CaseGenerator(seed: seed)
        return mutator.input(using: &generator)
    }

    /// Runs `cases` cases, of the seeds from `seed` up.
    ///
    /// - Parameter trace: A file that is given each input before it is decoded: what it holds when the process has
    ///   crashed is the crasher.
    package func run(cases: Int, seed: UInt64, trace: URL? = nil) -> Report {
        var report = Report(decoder: decoder.name)
        for index in 0..<UInt64(max(0, cases)) {
            let input = input(seed: seed &+ index)
            if let trace { try? input.write(to: trace) }
            let (time, memory) = (processorSeconds(), peakMemory())
            let outcome = decoder.run(input)
            let taken = processorSeconds() - time
            report.slowest = max(report.slowest, taken)
            report.cases += 1
            var problems = [String]()
            switch outcome {
            case .decoded: report.decoded += 1
            case .refused: break
            case .fault(let problem): problems.append(problem)
            }
            if taken > Self.mostSeconds { problems.append("took \(taken) s") }
            let grown = peakMemory() - memory
            // What another test took meanwhile is not this case's doing: that one does it again and again.
            if grown > Self.mostMemory, (0..<3).allSatisfy({ _ in takesMuch(input) }) {
                problems.append("took \(grown >> 20) MiB")
            }
            for problem in problems {
                report.faults.append(
                    Fault(decoder: decoder.name, seed: seed &+ index, problem: problem, input: input))
            }
        }
        return report
    }
}

/// Of this thread.
private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The most memory that the process has had, in bytes.
private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
}
