import Foundation

/// Writes errors and warnings on standard error: one place, one form.
enum ErrorReport {
    static func status(of error: any Error) -> ExitStatus {
        switch FileProblem(error) ?? error {
        case let failure as any Failure: failure.exitStatus
        default: .refused
        }
    }

    static func print(_ error: any Error) {
        write(label: "chancery", colour: .red, text: text(of: error))
    }

    static func warn(_ text: String) {
        write(label: "warning", colour: .yellow, text: text)
    }

    /// What ArgumentParser says about arguments that it does not understand, the usage line included.
    static func print(usage message: String) {
        let ownLabel = "Error: "
        let text = message.hasPrefix(ownLabel) ? String(message.dropFirst(ownLabel.count)) : message
        write(label: "chancery", colour: .red, text: text)
    }

    private static func text(of error: any Error) -> String {
        switch FileProblem(error) ?? error {
        case let failure as any Failure: "\(failure)"
        case let error as any LocalizedError: error.errorDescription ?? "\(error)"
        default: "\(error)"
        }
    }

    private static func write(label: String, colour: Terminal.Colour, text: String) {
        ActiveLine.clear()
        let label = Terminal.standardError.painted(label + ":", colour)
        StandardError.print("\(label) \(Printable.lines(text))")
    }
}
