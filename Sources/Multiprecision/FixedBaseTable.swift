import Dispatch

/// Powers of one public base, stored so that a further power costs one product a window of its exponent.
///
/// Row `j` holds `base^(d · 2^(w·j))` for every digit `d` of `w` bits, in Montgomery form. Immutable after `init` and
/// shared by all threads.
///
/// A power does the same products for every exponent, a digit of 0 included (it multiplies by 1); the *addresses* it
/// reads depend on the exponent. Whoever watches the caches of this machine may learn digits; against that a table is
/// the wrong tool.
///
/// Sendable: the rows are written in `init` only.
/// - SeeAlso: E. F. Brickell, D. M. Gordon, K. S. McCurley, D. B. Wilson, EUROCRYPT 1992.
package final class FixedBaseTable: @unchecked Sendable {
    /// Windows of the exponents.
    package let shape: Shape
    /// Where the powers live.
    package let modulus: MontgomeryModulus
    private let entries: MontgomeryModulus.MutableLimbs

    /// Builds the table, on all cores where it is worth a thread.
    ///
    /// - Parameter base: In `[0, modulus)`, public.
    package init(base: BigInteger, modulus: MontgomeryModulus, shape: Shape) {
        self.shape = shape
        self.modulus = modulus
        let limbCount = modulus.limbCount
        entries = .allocate(capacity: shape.entryCount * limbCount)
        let rows = Rows(entries: entries, bases: Self.rowBases(base: base, modulus: modulus, shape: shape))
        @Sendable func fill(row: Int) {
            let workspace = modulus.makeWorkspace()
            let base = rows.bases[row]
            let start = rows.entries + row * shape.entriesARow * limbCount
            start.update(from: modulus.one, count: limbCount)
            withExtendedLifetime(base) {
                for digit in 1..<shape.entryCount(inRow: row) {
                    let entry = start + digit * limbCount
                    modulus.multiply(entry - limbCount, base.limbs, into: entry, workspace: workspace)
                }
            }
        }
        if shape.entryCount > 1_000 {
            DispatchQueue.concurrentPerform(iterations: shape.rowCount, execute: fill)
        } else {
            for row in 0..<shape.rowCount { fill(row: row) }
        }
    }

    deinit {
        entries.deallocate()
    }

    /// `result = base^exponent`, in Montgomery form.
    ///
    /// - Parameter exponent: Limbs that cover `shape.exponentBitCount` bits, and one limb more; bits above are 0.
    package func power(
        _ exponent: MontgomeryModulus.Element, into result: MontgomeryModulus.Element,
        workspace: MontgomeryModulus.Workspace
    ) {
        withExtendedLifetime((exponent, result)) {
            power(exponent.limbs, into: result.limbs, workspace: workspace)
        }
    }

    private func power(
        _ exponent: MontgomeryModulus.Limbs, into result: MontgomeryModulus.MutableLimbs,
        workspace: MontgomeryModulus.Workspace
    ) {
        let limbCount = modulus.limbCount
        let rowLength = shape.entriesARow * limbCount
        result.update(from: entries + shape.digit(0, of: exponent) * limbCount, count: limbCount)
        for row in 1..<shape.rowCount {
            let entry = entries + row * rowLength + shape.digit(row, of: exponent) * limbCount
            modulus.multiply(result, entry, into: result, workspace: workspace)
        }
    }

    /// A uniform exponent of `bitCount` bits in the form that ``power(_:into:workspace:)`` takes.
    package static func randomExponent(
        bitCount: Int, using generator: inout some RandomNumberGenerator
    ) -> MontgomeryModulus.Element {
        let limbCount = (bitCount + 63) / 64
        // One limb more, so that the last window may read across the edge.
        let exponent = MontgomeryModulus.Element(limbCount: limbCount + 1)
        withExtendedLifetime(exponent) {
            for index in 0..<limbCount { exponent.limbs[index] = UInt(generator.next() as UInt64) }
            exponent.limbs[limbCount - 1] &= UInt.max >> UInt(limbCount * 64 - bitCount)
        }
        return exponent
    }

    /// `base^(2^(w·j))` for every row, in Montgomery form.
    private static func rowBases(
        base: BigInteger, modulus: MontgomeryModulus, shape: Shape
    ) -> [MontgomeryModulus.Element] {
        let workspace = modulus.makeWorkspace()
        var bases = [modulus.enter(base, workspace: workspace)]
        for _ in 1..<shape.rowCount {
            let next = modulus.makeElement()
            next.set(bases[bases.count - 1])
            for _ in 0..<shape.windowBitCount { modulus.square(next, into: next, workspace: workspace) }
            bases.append(next)
        }
        return bases
    }

    /// Sendable: threads write disjoint rows, nobody reads these before all are done, and bases are only read.
    private struct Rows: @unchecked Sendable {
        let entries: MontgomeryModulus.MutableLimbs
        let bases: [MontgomeryModulus.Element]
    }
}
