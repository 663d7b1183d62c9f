import CGMP

extension BigInteger {
    /// Whether the value passes Baillie–PSW and `rounds` Miller–Rabin rounds with bases from the operating system.
    ///
    /// A composite passes with probability at most `4^-rounds`, whoever chose it. Variable time.
    public func isProbablePrime(rounds: Int) -> Bool {
        var generator = SystemRandomNumberGenerator()
        return isProbablePrime(rounds: rounds, using: &generator)
    }

    /// The same with a given source of bases.
    public func isProbablePrime(rounds: Int, using generator: inout some RandomNumberGenerator) -> Bool {
        // Under 25 repetitions GMP 6.2 does trial division and Baillie-PSW alone; older versions do Miller-Rabin with
        // bases of their own, which is why rounds with our own bases follow in any case.
        let verdict = __gmpz_probab_prime_p(pointer, 1)
        guard verdict > 0, signum > 0 else { return false }
        guard verdict == 1, self > 3 else { return true }
        for _ in 0..<rounds {
            let base = BigInteger.random(below: self - 3, using: &generator) + 2
            guard isStrongProbablePrime(base: base) else { return false }
        }
        return true
    }

    /// One Miller–Rabin round. Variable time.
    ///
    /// - Precondition: The value is odd and over 3, the base in `[2, self - 2]`.
    public func isStrongProbablePrime(base: BigInteger) -> Bool {
        precondition(self > 3 && !isEven, "an odd number over 3")
        let minusOne = self - 1
        let twos = Int(__gmpz_scan1(minusOne.pointer, 0))
        var power = base.power(minusOne >> twos, modulo: self, variableTime: true)
        if power == 1 || power == minusOne { return true }
        for _ in 1..<max(twos, 1) {
            power = (power * power).modulo(self)
            if power == minusOne { return true }
        }
        return false
    }
}
