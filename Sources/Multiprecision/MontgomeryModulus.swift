import CGMP

/// An odd modulus `m` of `limbCount` 64-bit limbs, prepared for chains of products in Montgomery form.
///
/// With `R = 2^(64·limbCount)`, the number `a` has the form `aR mod m`. Numbers are flat limbs, least significant first,
/// so that mapped files and tables are multiplied in place and nothing is allocated for a product.
///
/// Seam: every product of the chains goes through ``multiply(_:_:into:workspace:)`` and ``square(_:into:workspace:)``;
/// a vector kernel for several products at once belongs beside them.
///
/// Sendable: the tables are written in `init` only.
/// - SeeAlso: P. L. Montgomery, Modular multiplication without trial division, 1985.
package final class MontgomeryModulus: @unchecked Sendable {
    /// Limbs to read, least significant first.
    package typealias Limbs = UnsafePointer<UInt>
    /// Limbs to write, least significant first.
    package typealias MutableLimbs = UnsafeMutablePointer<UInt>

    /// m: odd, over 1.
    package let modulus: BigInteger
    /// Limbs of 64 bits that m takes.
    package let limbCount: Int

    /// The modulus; its inverse modulo R; R mod m, R² mod m: `limbCount` limbs each.
    private let tables: MutableLimbs
    /// `-m^-1 mod 2^64`.
    private let negatedLowInverse: UInt
    private let usesBlockReduction: Bool

    /// - Throws: ``MultiprecisionError/evenModulus`` unless the modulus is odd and over 1.
    package init(modulus: BigInteger) throws(MultiprecisionError) {
        guard modulus > 1, !modulus.isEven else { throw .evenModulus }
        let limbCount = (modulus.bitWidth + 63) / 64
        let radix = BigInteger.one << (64 * limbCount)
        guard let inverse = modulus.inverse(modulo: radix) else { throw .evenModulus }
        self.modulus = modulus
        self.limbCount = limbCount
        tables = .allocate(capacity: 4 * limbCount)
        let parts = [modulus, inverse, radix.modulo(modulus), (radix * radix).modulo(modulus)]
        for (index, part) in parts.enumerated() {
            part.write(
                littleEndianLimbs: UnsafeMutableRawBufferPointer(
                    start: tables + index * limbCount, count: limbCount * 8))
        }
        negatedLowInverse = 0 &- tables[limbCount]
        // The block reduction asks for more than 8 limbs and pays off from about 16 on.
        usesBlockReduction = limbCount >= 16 && blockReductionWorks
    }

    deinit {
        // A modulus may be a secret prime's square.
        chancery_wipe(tables, 4 * limbCount * 8)
        tables.deallocate()
    }

    /// The modulus' limbs.
    package var limbs: Limbs { Limbs(tables) }
    /// `R mod m`: 1 in Montgomery form.
    package var one: Limbs { Limbs(tables + 2 * limbCount) }
    /// `R² mod m`: multiplying by it enters Montgomery form.
    package var radixSquared: Limbs { Limbs(tables + 3 * limbCount) }

    /// `result = a · b / R mod m`, in `[0, m)`.
    ///
    /// One operand is below `m`, the other below `R`. `result` may be either of them.
    package func multiply(_ a: Limbs, _ b: Limbs, into result: MutableLimbs, workspace: Workspace) {
        __gmpn_mul_n(workspace.product, a, b, limbCount)
        reduceProduct(into: result, workspace: workspace)
    }

    /// `result = a² / R mod m`, in `[0, m)`, for `a < m`. `result` may be `a`.
    package func square(_ a: Limbs, into result: MutableLimbs, workspace: Workspace) {
        __gmpn_sqr(workspace.product, a, limbCount)
        reduceProduct(into: result, workspace: workspace)
    }

    /// `result = wide / R mod m` for `wide < m · R` of `count` limbs, at most `2 · limbCount`. That is also the way out
    /// of Montgomery form.
    package func reduce(_ wide: Limbs, count: Int, into result: Element, workspace: Workspace) {
        precondition(count <= 2 * limbCount, "a number below m · R")
        workspace.product.update(from: wide, count: count)
        (workspace.product + count).update(repeating: 0, count: 2 * limbCount - count)
        withExtendedLifetime(result) { reduceProduct(into: result.limbs, workspace: workspace) }
    }

    /// Whether `0 < value < m` for `limbCount` limbs.
    package func isCanonicalAndNotZero(_ value: Limbs) -> Bool {
        __gmpn_cmp(value, limbs, limbCount) < 0 && __gmpn_zero_p(value, limbCount) == 0
    }

    private func reduceProduct(into result: MutableLimbs, workspace: Workspace) {
        if usesBlockReduction {
            chancery_redc_n(result, workspace.product, tables, limbCount, tables + limbCount)
        } else {
            chancery_redc_limbs(result, workspace.product, tables, limbCount, negatedLowInverse)
        }
    }
}

extension MontgomeryModulus {
    /// The scratch memory of one chain of products; one thread at a time. Wiped when it goes.
    package final class Workspace {
        let product: MutableLimbs
        private let capacity: Int

        /// For products of two numbers of `limbCount` limbs.
        package init(limbCount: Int) {
            capacity = 2 * limbCount
            product = .allocate(capacity: capacity)
            product.initialize(repeating: 0, count: capacity)
        }

        deinit {
            chancery_wipe(product, capacity * 8)
            product.deallocate()
        }
    }

    /// Scratch memory for one thread.
    package func makeWorkspace() -> Workspace { Workspace(limbCount: limbCount) }
}

/// Compares libgmp's internal block reduction with the plain one, once: it is exported but not promised.
private let blockReductionWorks: Bool = {
    guard chancery_has_redc_n() != 0 else { return false }
    for limbCount in [16, 33, 48, 96] {
        let modulus = (BigInteger.one << (64 * limbCount)) - 189
        let radix = BigInteger.one << (64 * limbCount)
        guard let inverse = modulus.inverse(modulo: radix) else { return false }
        let memory = MontgomeryModulus.MutableLimbs.allocate(capacity: 6 * limbCount)
        defer { memory.deallocate() }
        let wide = (modulus - 12345) * (modulus - 67890)
        let values = [modulus, inverse, wide.lowBits(64 * limbCount), wide >> (64 * limbCount)]
        for (index, value) in values.enumerated() {
            value.write(
                littleEndianLimbs: UnsafeMutableRawBufferPointer(
                    start: memory + index * limbCount, count: limbCount * 8))
        }
        let (result, product) = (memory + 4 * limbCount, memory + 2 * limbCount)
        chancery_redc_n(result, product, memory, limbCount, memory + limbCount)
        let reduced = BigInteger(
            littleEndianLimbs: UnsafeRawBufferPointer(start: result, count: limbCount * 8))
        guard let radixInverse = radix.inverse(modulo: modulus),
            reduced == (wide * radixInverse).modulo(modulus)
        else { return false }
    }
    return true
}()
