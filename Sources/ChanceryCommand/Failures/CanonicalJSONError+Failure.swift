import CanonicalJSON

extension CanonicalJSONError: Failure {
    var exitStatus: ExitStatus { .misunderstood }
}
