import Foundation

/// What the system says of a process that runs; zeros where the system does not say it this way.
struct RunningProcess {
    let identifier: Int32

    static var own: RunningProcess { RunningProcess(identifier: getpid()) }

    /// Seconds of all cores, in the program and in the system for it.
    var processorSeconds: Double {
        // The name of the program, in parentheses, may hold anything; the numbers stand behind the last one.
        let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    var residentBytes: Int {
        let line = text("status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 << 10 } ?? 0
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(identifier)/\(name)", encoding: .utf8)) ?? ""
    }
}
