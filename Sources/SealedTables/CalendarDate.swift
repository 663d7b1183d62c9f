/// Dates as `YYYY-MM-DD` of the proleptic Gregorian calendar.
enum CalendarDate {
    /// Whether `bytes` are ten characters that name a day that exists.
    static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == 10 else { return false }
        var numbers = [0, 0, 0]
        for (position, byte) in bytes.enumerated() {
            if position == 4 || position == 7 {
                guard byte == UInt8(ascii: "-") else { return false }
            } else {
                guard (0x30...0x39).contains(byte) else { return false }
                let part = position < 4 ? 0 : position < 7 ? 1 : 2
                numbers[part] = numbers[part] * 10 + Int(byte - 0x30)
            }
        }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        guard (1...12).contains(month), day >= 1 else { return false }
        return day <= dayCount(year, month)
    }

    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
