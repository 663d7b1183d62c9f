import ArgumentParser
import Foundation

/// Runs the command that the arguments name, and is the one place where the process ends.
@main
enum Main {
    static func main() async {
        Interruption.handle()
        CoreDumps.forbid()
        do {
            var command = try await Chancery.asyncParseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
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
