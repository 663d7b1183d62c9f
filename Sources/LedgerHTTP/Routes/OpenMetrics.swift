/// Text of OpenMetrics 1.0: families one after the other, each with its type, its unit if it has one, and its help.
///
/// Names end with the unit; the format adds `_total`, `_bucket`, `_sum` and `_count`. Labels are written as they are:
/// what goes in needs no escape.
struct OpenMetrics {
    typealias Labels = [(name: String, value: String)]

    private var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Double, unit: String? = nil) {
        head(name, "gauge", help, unit)
        text += "\(name) \(value)\n"
    }

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        counter(name, help, [([], value)])
    }

    mutating func counter(_ name: String, _ help: String, _ samples: [(labels: Labels, value: Int)]) {
        head(name, "counter", help, nil)
        for sample in samples { text += "\(name)_total\(braces(sample.labels)) \(sample.value)\n" }
    }

    mutating func histogram(_ name: String, _ help: String, _ series: [(labels: Labels, DurationHistogram)]) {
        head(name, "histogram", help, "seconds")
        for (labels, histogram) in series {
            for (bound, count) in zip(DurationHistogram.bounds, histogram.buckets) {
                text += "\(name)_bucket\(braces(labels + [("le", "\(bound)")])) \(count)\n"
            }
            text += "\(name)_bucket\(braces(labels + [("le", "+Inf")])) \(histogram.count)\n"
            text += "\(name)_sum\(braces(labels)) \(histogram.sum)\n"
            text += "\(name)_count\(braces(labels)) \(histogram.count)\n"
        }
    }

    private mutating func head(_ name: String, _ type: String, _ help: String, _ unit: String?) {
        text += "# TYPE \(name) \(type)\n"
        if let unit { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(help)\n"
    }

    private func braces(_ labels: Labels) -> String {
        labels.isEmpty ? "" : "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }

    var finished: String { text + "# EOF\n" }
}
