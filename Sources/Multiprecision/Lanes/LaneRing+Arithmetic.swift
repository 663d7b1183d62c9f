import CLanes

extension LaneRing {
    /// Rows of limbs, one for each lane.
    package typealias Rows = [UnsafePointer<UInt64>?]

    /// `z = x · y / R`. `z` may be `x` or `y`.
    package func multiply(_ x: LaneNumber, _ y: LaneNumber, into z: LaneNumber, workspace: LaneWorkspace) {
        let function = isSquare ? functions.multiply_pairs : functions.multiply
        withExtendedLifetime((x, y, z, workspace)) {
            function?(context, z.words, x.words, y.words, workspace.scratch.words)
        }
    }

    /// `z = x² / R`. `z` may be `x`.
    package func square(_ x: LaneNumber, into z: LaneNumber, workspace: LaneWorkspace) {
        let function = isSquare ? functions.square_pairs : functions.square
        withExtendedLifetime((x, z, workspace)) { function?(context, z.words, x.words, workspace.scratch.words) }
    }

    /// `z = x` for integers `x` below the order that lie in memory as `limbCount` limbs each.
    ///
    /// In Montgomery form that is `x / R`: whoever multiplies many such numbers settles the powers of R at the end;
    /// ``enter(rows:limbCount:into:workspace:)`` gives the form itself for one product more.
    package func load(rows: Rows, limbCount: Int, into z: LaneNumber, workspace: LaneWorkspace) {
        withExtendedLifetime((z, workspace)) {
            guard isSquare else { return chancery_lanes_split(z.words, digitCount, rows, limbCount) }
            chancery_lanes_split(workspace.wide.words, 2 * digitCount, rows, limbCount)
            functions.divide?(context, z.words, workspace.wide.words)
        }
    }

    /// The Montgomery form of integers below the order that lie in memory as `limbCount` limbs each.
    package func enter(rows: Rows, limbCount: Int, into z: LaneNumber, workspace: LaneWorkspace) {
        load(rows: rows, limbCount: limbCount, into: z, workspace: workspace)
        multiply(z, squaredRadix, into: z, workspace: workspace)
    }

    /// The Montgomery form of up to eight values in `[0, order)`, 1 in the lanes that are left.
    package func enter(_ values: [BigInteger], into z: LaneNumber, workspace: LaneWorkspace) {
        let limbCount = (order.bitWidth + 63) / 64
        let elements = (0..<Self.laneCount).map { lane in
            let element = MontgomeryModulus.Element(limbCount: limbCount)
            element.set(lane < values.count ? values[lane] : 1)
            return element
        }
        withExtendedLifetime(elements) {
            enter(rows: elements.map { Self.row($0.limbs) }, limbCount: limbCount, into: z, workspace: workspace)
        }
    }

    /// `z = x / R`: takes numbers out of Montgomery form. `z` may be `x`.
    package func leave(_ x: LaneNumber, into z: LaneNumber, workspace: LaneWorkspace) {
        withExtendedLifetime((x, z, workspace)) {
            if isSquare {
                functions.leave_pairs?(context, z.words, x.words, workspace.scratch.words)
            } else {
                let wide = workspace.wide.words
                wide.update(from: x.words, count: 8 * digitCount)
                (wide + 8 * digitCount).update(repeating: 0, count: 8 * digitCount)
                functions.reduce?(context, z.words, wide, workspace.scratch.words)
            }
        }
    }

    /// The first `count` lanes' residues, taken out of Montgomery form.
    package func values(_ x: LaneNumber, count: Int = laneCount, workspace: LaneWorkspace) -> [BigInteger] {
        leave(x, into: workspace.number, workspace: workspace)
        return (0..<count).map { value(of: workspace.number, lane: $0) }
    }

    /// Multiplies all lanes of `x` with each other; afterwards every lane holds the product, in Montgomery form.
    package func multiplyLanes(_ x: LaneNumber, workspace: LaneWorkspace) {
        for distance in [4, 2, 1] {
            withExtendedLifetime((x, workspace)) {
                chancery_lanes_rotate(workspace.number.words, x.words, columnCount, distance)
            }
            multiply(x, workspace.number, into: x, workspace: workspace)
        }
    }

    /// Limbs as the C functions name them: the same 64 bits.
    package static func row(_ limbs: UnsafePointer<UInt>) -> UnsafePointer<UInt64> {
        UnsafeRawPointer(limbs).assumingMemoryBound(to: UInt64.self)
    }

    /// The same for memory that is written.
    package static func row(_ limbs: UnsafeMutablePointer<UInt>) -> UnsafePointer<UInt64> { row(UnsafePointer(limbs)) }
}
