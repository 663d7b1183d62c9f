import SharingModel
import Testing

@Suite("Times are RFC 3339 in UTC, one text for each second")
struct TimestampTests {
    // Computed with GNU date: `date -u -d @SECONDS +%FT%TZ`.
    @Test(
        "known moments have their known texts",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (1_795_232_400, "2026-11-21T03:40:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ])
    func knownMoments(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).description == text)
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(
        "what is no moment, or another spelling of one, is refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T05:00:00", "2026-11-21t05:00:00Z", "2026-11-21T05:00:00z",
            "2026-11-21T05:00:00+00:00", "2026-11-21T05:00:00.0Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z", "+026-01-01T00:00:00Z", "२026-01-01T00:00:00Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("text and seconds agree both ways over four thousand seeded moments")
    func roundTrip() {
        var state: UInt64 = 0x5EED
        for _ in 0..<4_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let moment = Timestamp(seconds: Int64(state >> 25) % 253_402_300_799)
            #expect(Timestamp(moment.description) == moment)
        }
    }

    @Test("a moment beyond the calendar stays inside it")
    func clamped() {
        #expect(Timestamp(seconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(seconds: .min).description == "0000-01-01T00:00:00Z")
    }
}
