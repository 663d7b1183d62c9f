/// The path of a tile of C2SP's tlog-tiles (https://c2sp.org/tlog-tiles): `/tile/LEVEL/INDEX[.p/WIDTH]` for hashes,
/// `/tile/entries/INDEX[.p/WIDTH]` for leaves. An index is groups of three digits, all but the last behind an `x`.
package struct TilePath: Hashable, Sendable {
    /// Hashes in a full tile, and leaves in a full bundle.
    package static let fullWidth = 256
    /// Levels of the tree in one level of tiles.
    package static let height = 8
    /// A tree of ``TreeHead/largestSize`` leaves has no tile above.
    package static let highestLevel = 7

    /// 0 to ``highestLevel``; `nil` for entries.
    package let level: Int?
    package let index: Int
    /// 1 to 256.
    package let width: Int

    /// - Precondition: All within the bounds above.
    package init(level: Int?, index: Int, width: Int) {
        precondition((0...TilePath.highestLevel).contains(level ?? 0) && index >= 0)
        precondition((1...TilePath.fullWidth).contains(width))
        (self.level, self.index, self.width) = (level, index, width)
    }

    /// The widest form that a tree of `size` leaves has of a tile.
    /// - Returns: `nil` if the tree does not reach so far.
    package init?(level: Int?, index: Int, treeSize size: Int) {
        let count = size >> (TilePath.height * (level ?? 0))
        guard index >= 0, index <= count >> TilePath.height, count > index * TilePath.fullWidth else { return nil }
        self.init(level: level, index: index, width: min(TilePath.fullWidth, count - index * TilePath.fullWidth))
    }

    /// - Parameter path: From its first slash on.
    /// - Returns: `nil` unless it is the one way to write a tile's path.
    package init?(_ path: String) {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, parts[0].isEmpty, parts[1] == "tile" else { return nil }
        if parts[2] == "entries" {
            level = nil
        } else {
            guard let number = Int(parts[2]), String(number) == parts[2], (0...TilePath.highestLevel).contains(number)
            else { return nil }
            level = number
        }
        parts.removeFirst(3)
        if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
            guard let last = parts.popLast(), let number = Int(last), String(number) == last,
                (1..<TilePath.fullWidth).contains(number)
            else { return nil }
            width = number
            parts[parts.count - 1].removeLast(2)
        } else {
            width = TilePath.fullWidth
        }
        guard let number = TilePath.index(parts) else { return nil }
        index = number
    }

    private static func index(_ groups: [String]) -> Int? {
        guard groups.count <= 5 else { return nil }
        var number = 0
        for (place, part) in groups.enumerated() {
            let isLast = place == groups.count - 1
            guard isLast != part.hasPrefix("x") else { return nil }
            let digits = isLast ? part[...] : part.dropFirst()
            guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let group = Int(digits)
            else { return nil }
            // The first group is not zero unless it is the only one.
            guard place > 0 || groups.count == 1 || group > 0 else { return nil }
            number = number * 1_000 + group
        }
        return number
    }

    /// From its first slash on.
    package var text: String {
        var groups = [TilePath.digits(index % 1_000)]
        var rest = index / 1_000
        while rest > 0 {
            groups.append("x" + TilePath.digits(rest % 1_000))
            rest /= 1_000
        }
        let name = level.map(String.init) ?? "entries"
        let suffix = width == TilePath.fullWidth ? "" : ".p/\(width)"
        return "/tile/\(name)/" + groups.reversed().joined(separator: "/") + suffix
    }

    private static func digits(_ group: Int) -> String {
        let text = String(group)
        return String(repeating: "0", count: 3 - text.utf8.count) + text
    }
}
