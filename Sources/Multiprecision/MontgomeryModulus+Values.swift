import CGMP

extension MontgomeryModulus {
    /// Limbs for one number below the modulus; wiped when it goes, one thread at a time while written.
    ///
    /// Its limbs live no longer than the element: pass elements to the functions below, which keep them alive, and use
    /// ``limbs`` only inside `withExtendedLifetime` or where something else holds the element.
    package final class Element {
        /// Least significant first.
        package let limbs: MutableLimbs
        /// How many.
        package let limbCount: Int

        /// Zero.
        package init(limbCount: Int) {
            self.limbCount = limbCount
            limbs = .allocate(capacity: limbCount)
            limbs.initialize(repeating: 0, count: limbCount)
        }

        deinit {
            chancery_wipe(limbs, limbCount * 8)
            limbs.deallocate()
        }

        /// The number as it stands, in whatever form it is in.
        package var value: BigInteger {
            withExtendedLifetime(self) {
                BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(start: limbs, count: limbCount * 8))
            }
        }

        /// Takes a number as it stands.
        ///
        /// - Precondition: It fits the limbs and is not negative.
        package func set(_ value: BigInteger) {
            withExtendedLifetime(self) {
                value.write(littleEndianLimbs: UnsafeMutableRawBufferPointer(start: limbs, count: limbCount * 8))
            }
        }

        /// Takes as many limbs from memory as it has.
        package func set(_ source: Limbs) {
            withExtendedLifetime(self) { limbs.update(from: source, count: limbCount) }
        }

        /// Takes another element of the same length.
        package func set(_ source: Element) {
            withExtendedLifetime(source) { set(Limbs(source.limbs)) }
        }
    }

    /// A zero to write into.
    package func makeElement() -> Element { Element(limbCount: limbCount) }

    /// `value` as it stands (no change of form).
    ///
    /// - Precondition: `0 <= value < 2^(64·limbCount)`.
    package func makeElement(_ value: BigInteger) -> Element {
        let element = makeElement()
        element.set(value)
        return element
    }

    /// `value` in Montgomery form.
    ///
    /// - Precondition: `0 <= value < 2^(64·limbCount)`.
    package func enter(_ value: BigInteger, workspace: Workspace) -> Element {
        let element = makeElement(value)
        multiply(element, radixSquared, into: element, workspace: workspace)
        return element
    }

    /// The canonical number whose Montgomery form `element` is.
    package func leave(_ element: Element, workspace: Workspace) -> BigInteger {
        let result = makeElement()
        return withExtendedLifetime((element, result)) {
            reduce(element.limbs, count: limbCount, into: result, workspace: workspace)
            return result.value
        }
    }

    /// `result = a · b / R mod m`. One operand is below `m`; `result` may be either.
    package func multiply(_ a: Element, _ b: Element, into result: Element, workspace: Workspace) {
        withExtendedLifetime((a, b, result)) {
            multiply(a.limbs, b.limbs, into: result.limbs, workspace: workspace)
        }
    }

    /// The same with one operand in memory of another owner.
    package func multiply(_ a: Element, _ b: Limbs, into result: Element, workspace: Workspace) {
        withExtendedLifetime((a, result)) { multiply(a.limbs, b, into: result.limbs, workspace: workspace) }
    }

    /// `result = a² / R mod m` for `a < m`. `result` may be `a`.
    package func square(_ a: Element, into result: Element, workspace: Workspace) {
        withExtendedLifetime((a, result)) { square(a.limbs, into: result.limbs, workspace: workspace) }
    }

    /// Whether `0 < value < m`.
    package func isCanonicalAndNotZero(_ element: Element) -> Bool {
        withExtendedLifetime(element) { isCanonicalAndNotZero(element.limbs) }
    }
}
