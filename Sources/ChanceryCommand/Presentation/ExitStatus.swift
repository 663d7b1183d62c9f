import Foundation

/// How the command ends: a contract with the scripts that call it.
package enum ExitStatus: Int32 {
    case done = 0
    /// Not allowed by policy or token, or verification failed.
    case refused = 1
    /// The command or its input cannot be understood.
    case misunderstood = 2
    /// A part that it needs does not answer; trying again is safe.
    case unavailable = 3

    func exit() -> Never {
        ActiveLine.clear()
        Foundation.exit(rawValue)
    }
}

/// An error that knows how the command ends. Its description is the message for a person.
package protocol Failure: Error {
    var exitStatus: ExitStatus { get }
}
