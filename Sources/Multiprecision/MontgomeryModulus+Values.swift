import CGMP

extension MontgomeryModulus {
    /// Limbs for one number below the modulus; wiped when it goes, one thread at a time while written.
    package final class Element {
        package let limbs: MutableLimbs
        package let limbCount: Int

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
            BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(start: limbs, count: limbCount * 8))
        }
    }

    /// A zero to write into.
    package func makeElement() -> Element { Element(limbCount: limbCount) }

    /// `value` as it stands (no change of form).
    ///
    /// - Precondition: `0 <= value < 2^(64·limbCount)`.
    package func makeElement(_ value: BigInteger) -> Element {
        let element = makeElement()
        value.write(littleEndianLimbs: UnsafeMutableRawBufferPointer(start: element.limbs, count: limbCount * 8))
        return element
    }

    /// `value` in Montgomery form.
    ///
    /// - Precondition: `0 <= value < 2^(64·limbCount)`.
    package func enter(_ value: BigInteger, workspace: Workspace) -> Element {
        let element = makeElement(value)
        multiply(element.limbs, radixSquared, into: element.limbs, workspace: workspace)
        return element
    }

    /// The canonical number whose Montgomery form `element` is.
    package func leave(_ element: Element, workspace: Workspace) -> BigInteger {
        let result = makeElement()
        leave(element.limbs, into: result.limbs, workspace: workspace)
        return result.value
    }
}
