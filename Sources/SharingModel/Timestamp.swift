/// A moment in whole seconds, written in RFC 3339 as `2026-11-21T03:40:00Z`: always UTC, always `Z`, no fraction,
/// so that one moment has one text.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX). In years 0000 to 9999.
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = min(max(seconds, Timestamp.earliest), Timestamp.latest)
    }

    private static let earliest: Int64 = -62_167_219_200  // 0000-01-01T00:00:00Z
    private static let latest: Int64 = 253_402_300_799  // 9999-12-31T23:59:59Z

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    package func adding(seconds more: Int64) -> Timestamp { Timestamp(seconds: seconds + more) }
}

extension Timestamp {
    /// Accepts exactly `YYYY-MM-DDTHH:MM:SSZ`; a date that does not exist gives `nil`.
    package init?(_ text: some StringProtocol) {
        self.init(utf8: Array(text.utf8))
    }

    /// As ``init(_:)``, from the bytes of the text.
    package init?(utf8 text: some Sequence<UInt8>) {
        let bytes = Array(text)
        guard bytes.count == 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
            bytes[16] == 0x3A, bytes[19] == 0x5A,
            let year = Timestamp.number(bytes[0..<4]), let month = Timestamp.number(bytes[5..<7]),
            let day = Timestamp.number(bytes[8..<10]), let hour = Timestamp.number(bytes[11..<13]),
            let minute = Timestamp.number(bytes[14..<16]), let second = Timestamp.number(bytes[17..<19]),
            (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60
        else { return nil }
        let days = daysFromCivil(year, month, day)
        // The 31st of a month of 30 days would come back as another text.
        guard civilFromDays(days) == (year, month, day) else { return nil }
        self.init(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String {
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let (year, month, day) = civilFromDays(days)
        let rest = seconds - days * 86_400
        var text = Array("0000-00-00T00:00:00Z".utf8)
        for (number, end) in [
            (year, 3), (month, 6), (day, 9), (rest / 3_600, 12), (rest / 60 % 60, 15), (rest % 60, 18),
        ] {
            var (number, place) = (number, end)
            while number > 0 {
                text[place] = UInt8(ascii: "0") + UInt8(number % 10)
                (number, place) = (number / 10, place - 1)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a time is written YYYY-MM-DDTHH:MM:SSZ")
        }
        self = timestamp
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

// Days since 1970-01-01 and back in the proleptic Gregorian calendar, by eras of 400 years that begin on 1 March
// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").

private func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

private func civilFromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * mp + 2) / 5 + 1
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
