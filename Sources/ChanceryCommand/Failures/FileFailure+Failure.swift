import DurableFiles
import Foundation

extension FileFailure: Failure {
    var exitStatus: ExitStatus {
        switch self {
        case .notRegularFile, .tooLarge: .misunderstood
        case .noSpace: .unavailable
        case .system(_, _, let code):
            // The name is wrong, or this person may not: trying again changes nothing.
            [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, ENAMETOOLONG, ELOOP, EROFS].contains(code)
                ? .misunderstood : .unavailable
        }
    }
}
