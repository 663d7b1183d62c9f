import ArgumentParser
import Foundation

/// Runs the command that the arguments name, and is the one place where the process ends.
@main
enum Main {
    static func main() async {
        Interruption.handle()
        var command: any ParsableCommand
        do {
            command = try await Chancery.asyncParseAsRoot()
        } catch {
            exit(whileParsing: error)
        }
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try StandardOutput.flush()
        } catch {
            exit(whileRunning: error, command: type(of: command))
        }
    }

    /// `--help` and `--version` come here too: as "errors" whose exit code is 0.
    private static func exit(whileParsing error: any Error) -> Never {
        let message = Chancery.fullMessage(for: error)
        guard Chancery.exitCode(for: error) == .success else {
            ErrorReport.print(usage: message)
            ExitStatus.misunderstood.exit()
        }
        try? StandardOutput.print(message)
        ExitStatus.done.exit()
    }

    private static func exit(whileRunning error: any Error, command: any ParsableCommand.Type) -> Never {
        // A group of verbs without a verb shows its help, which is no failure.
        if error is CleanExit { exit(whileParsing: error, command: command) }
        ErrorReport.print(error)
        ErrorReport.status(of: error).exit()
    }

    private static func exit(whileParsing error: any Error, command: any ParsableCommand.Type) -> Never {
        try? StandardOutput.print(command.fullMessage(for: error))
        ExitStatus.done.exit()
    }
}
