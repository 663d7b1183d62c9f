import ArgumentParser
import Foundation

/// The whole command, as both programs run it: `chancery`, which speaks to nobody, and `chancery-node`, which has the
/// network in it.
package enum CommandLineTool {
    /// Runs the command that the arguments name. The one place where the process ends with an error.
    /// - Parameter network: What the program can do over the network; `nil` for the program that has none.
    package static func run(network: (any Networking)?) async {
        Interruption.handle()
        CoreDumps.forbid()
        do {
            try await Network.$current.withValue(network) {
                var command = try await Chancery.asyncParseAsRoot()
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
            try StandardOutput.flush()
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        switch Chancery.exitCode(for: error) {
        case .success:
            // `--help` and `--version` come as "errors"; so does a group of verbs that was given no verb.
            try? StandardOutput.print(Chancery.fullMessage(for: error))
            ExitStatus.done.exit()
        case .validationFailure:
            ErrorReport.print(usage: Chancery.fullMessage(for: error))
            ExitStatus.misunderstood.exit()
        default:
            ErrorReport.print(error)
            ErrorReport.status(of: error).exit()
        }
    }
}
