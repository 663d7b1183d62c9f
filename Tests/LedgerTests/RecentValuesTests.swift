import Ledger
import Testing

@Suite("Values that were worked out a moment ago")
struct RecentValuesTests {
    @Test("The newest are kept up to the limit; what comes to nothing is asked for again")
    func limit() {
        let recent = RecentValues<Int, Int>(limit: 3)
        var asked: [Int] = []
        func square(_ number: Int) -> Int? {
            recent.value(for: number) {
                asked.append(number)
                return number < 0 ? nil : number * number
            }
        }
        for number in [1, 2, 3, 1, 4, 2, 1] { #expect(square(number) == number * number) }
        // 4 took the place of 1, and 1 then that of 2.
        #expect(asked == [1, 2, 3, 4, 1])
        #expect(square(2) == 4 && asked.last == 2)
        #expect(square(-1) == nil && square(-1) == nil)
        #expect(asked.suffix(2) == [-1, -1])
    }
}
