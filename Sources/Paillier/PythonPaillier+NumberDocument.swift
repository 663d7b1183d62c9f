import Multiprecision

extension PythonPaillier {
    /// pheutil's JSON of a number: `v` the ciphertext, or the residue of an encoded number, in decimal; `e` the power
    /// of 16.
    struct NumberDocument: Codable {
        let v: String
        let e: Int

        /// ``v`` as a number of at most as many digits as one below n² has: a decimal digit takes more than 3 bits, so
        /// n's bits are more than enough.
        func number(under key: PublicKey) throws(PaillierError) -> BigInteger {
            guard v.utf8.count <= key.bitCount, let value = BigInteger(v) else { throw .jsonMalformed(member: "v") }
            return value
        }
    }
}
