/// Checks of a body's form that need no state.
enum Form {
    static func check(length: Int, in range: ClosedRange<Int>, _ member: String) throws(ContractsError) {
        guard length >= range.lowerBound else {
            throw .tooShort(member: member, count: length, least: range.lowerBound)
        }
        guard length <= range.upperBound else {
            throw .tooLong(member: member, count: length, limit: range.upperBound)
        }
    }
}
extension Sequence<String> {
    func sortedBytewise() -> [String] { sorted { $0.precedesBytewise($1) } }
}
