/// How often something took how long, as OpenMetrics counts it: each bucket has what took its bound or less.
struct DurationHistogram {
    /// Upper bounds in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private(set) var buckets = [Int](repeating: 0, count: bounds.count)
    /// In seconds.
    private(set) var sum = 0.0
    private(set) var count = 0

    mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        sum += seconds
        count += 1
        for (place, bound) in DurationHistogram.bounds.enumerated() where seconds <= bound { buckets[place] += 1 }
    }
}
