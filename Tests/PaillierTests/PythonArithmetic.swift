import Multiprecision
import Paillier
import TestSupport

/// One run of python-paillier over many questions, a line each, and the same answers from here.
enum PythonArithmetic {
    static let operations = [
        "add", "subtract", "addEncoded", "addScalar", "multiply", "divide", "negate", "lower",
    ]

    static func ask(_ lines: [String], _ key: PrivateKey) throws -> [String] {
        let (p, q) = try primes(key)
        return try Peers.run(program, input: ["\(p) \(q)"] + lines)
    }

    /// What `body` gives, or that it was refused: the peer's exceptions say the same in other words.
    static func answer(_ body: () throws -> String) -> String {
        (try? body()) ?? "refused"
    }

    /// As phe's `decode` gives it: an integer where the exponent is not negative, else the bits of a double.
    static func value(_ number: PythonPaillier.EncodedNumber, _ key: PublicKey) throws -> String {
        number.exponent >= 0
            ? try number.decimalText(under: key) : "d\(try number.doubleValue(under: key).bitPattern)"
    }

    static func apply(
        _ operation: String, _ left: PythonPaillier.EncryptedNumber, _ right: PythonPaillier.EncryptedNumber,
        _ scalar: PythonNumber, _ encoded: PythonPaillier.EncodedNumber
    ) throws -> PythonPaillier.EncryptedNumber {
        switch (operation, scalar) {
        case ("add", _): try left.adding(right)
        case ("subtract", _): try left.subtracting(right)
        case ("addEncoded", _): try left.adding(encoded)
        case ("addScalar", .integer(let number)): try left.adding(integer: number)
        case ("addScalar", .double(let number)): try left.adding(double: number)
        case ("multiply", .integer(let number)): try left.multiplied(byInteger: number)
        case ("multiply", .double(let number)): try left.multiplied(byDouble: number)
        case ("divide", .double(let number)): try left.divided(byDouble: number)
        case ("negate", _): try left.negated()
        default: try left.lowered(to: left.exponent - 7)
        }
    }

    private static func primes(_ key: PrivateKey) throws -> (BigInteger, BigInteger) {
        key.withSerialized { bytes in
            let length = (bytes.count - 8) / 2
            return (
                BigInteger(littleEndianLimbs: .init(rebasing: bytes[8..<(8 + length)])),
                BigInteger(littleEndianLimbs: .init(rebasing: bytes[(8 + length)...]))
            )
        }
    }

    private static let program = #"""
        import json, struct, sys
        from phe import EncodedNumber, EncryptedNumber, PaillierPrivateKey, PaillierPublicKey

        lines = sys.stdin.read().splitlines()
        p, q = map(int, lines[0].split())
        public = PaillierPublicKey(p * q)
        private = PaillierPrivateKey(public, p, q)

        def double(bits):
            return struct.unpack("<d", struct.pack("<Q", int(bits)))[0]

        def number(text):
            return int(text[1:]) if text[0] == "i" else double(text[1:])

        def value(decoded):
            if isinstance(decoded, int):
                return str(decoded)
            return "d%d" % struct.unpack("<Q", struct.pack("<d", decoded))

        def decoded(residue, exponent):
            try:
                return value(EncodedNumber(public, residue, exponent).decode())
            except (ValueError, OverflowError):
                return "refused"

        def encode(text, precision, exponent):
            encoded = EncodedNumber.encode(
                public, number(text), None if precision == "-" else double(precision),
                None if exponent == "-" else int(exponent))
            decode = decoded(encoded.encoding, encoded.exponent)
            return "refused" if decode == "refused" else "%d %d %s" % (encoded.encoding, encoded.exponent, decode)

        def compute(name, a, a_exponent, b, b_exponent, scalar):
            left = EncryptedNumber(public, int(a), int(a_exponent))
            right = EncryptedNumber(public, int(b), int(b_exponent))
            known = number(scalar)
            result = {
                "add": lambda: left + right, "subtract": lambda: left - right,
                "addEncoded": lambda: left + EncodedNumber.encode(public, known), "addScalar": lambda: left + known,
                "multiply": lambda: left * known, "divide": lambda: left / known, "negate": lambda: left * -1,
                "lower": lambda: left.decrease_exponent_to(left.exponent - 7)}[name]()
            residue = private.raw_decrypt(result.ciphertext(False))
            return "%d %d %s" % (result.ciphertext(False), result.exponent, decoded(residue, result.exponent))

        def encrypted(text):
            result = public.encrypt(number(text))
            return json.dumps({"v": str(result.ciphertext()), "e": result.exponent})

        def answer(words):
            if words[0] == "encode":
                return encode(*words[1:])
            if words[0] == "decode":
                return decoded(int(words[1]), int(words[2]))
            if words[0] == "encrypt":
                return encrypted(words[1])
            return compute(*words)

        for line in lines[1:]:
            try:
                print(answer(line.split()))
            except (ValueError, OverflowError, ZeroDivisionError):
                print("refused")
        """#
}
