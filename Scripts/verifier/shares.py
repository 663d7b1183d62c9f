"""Keys in shares: published values, parts of decryptions with their proofs (docs/threshold-keys.md)."""
from fractions import Fraction
import rfc8785
from gmpy2 import gcd, mpz, powmod
from .ledger import canonical, demand, hashed, number_bytes, sha256

class SharedKey:  # what is published about the shares of a pool's key, checked to be of that key (docs/threshold-keys.md)
    def __init__(self, document, n, fingerprint):
        key, self.n, self.square, self.holders = document["key"], n, n * n, document["holders"]
        self.structure, self.epoch, self.factor = key["structure"], key["epoch"], mpz(key["factor"])
        self.holder_count, width = self.measure(self.structure, 0)
        self.delta = mpz(1)
        for factor in range(2, width + 1): self.delta *= factor
        self.bits = key["shareBitCount"] + self.delta.bit_length()
        demand(key["fingerprint"] == fingerprint and self.holder_count == len(self.holders) == len(set(self.holders)),
               "the shares are of another key, or of other holders")
        demand(0 < self.factor < n and gcd(self.factor, n) == 1 and 1 <= self.epoch <= 10 ** 6, "the shares' factor is none")
        root, gates = mpz(key["commitments"]["root"]), [[mpz(a) for a in gate] for gate in key["commitments"]["gates"]]
        demand(all(0 < a < self.square and gcd(a, n) == 1 for a in [root] + sum(gates, [])), "a commitment is none")
        shown, wanted = powmod(root, 4 * self.delta, self.square), 1 + 8 * self.delta ** 2 * self.factor * n
        demand(shown == wanted % self.square, "what is shared is not the pool's key")
        residue = powmod(hashed("chancery paillier threshold base v1", n, 0), 2 * n, self.square)
        self.base, self.values = (2 * n + 1) * residue % self.square, []
        self.collect(self.structure, root, gates)
        demand(not gates, "there are commitments of no gate")
    def measure(self, node, depth):  # number of holders, and of nodes of the widest gate
        if node == "holder": return 1, 1
        demand(depth < 4 and 1 <= node["threshold"] <= len(node["of"]) <= 20, "the access structure is none")
        below = [self.measure(one, depth + 1) for one in node["of"]]
        return sum(b[0] for b in below), max([len(node["of"])] + [b[1] for b in below])
    def collect(self, node, value, gates):  # v_i of every holder, in order
        if node == "holder": return self.values.append(value)
        coefficients = gates.pop(0)
        demand(len(coefficients) == node["threshold"] - 1, "a gate has another number of commitments")
        for place, below in enumerate(node["of"], 1):
            power = mpz(1)
            for a in reversed(coefficients): power = powmod(power * a, place, self.square)
            self.collect(below, power * value % self.square, gates)
    def interpolation(self, node, holders, numbers):  # integer weights by holder, and their factor; None if too few
        if node == "holder":
            number = next(numbers)
            return ({number: mpz(1)}, mpz(1)) if number in holders else None
        below = [(place, self.interpolation(one, holders, numbers)) for place, one in enumerate(node["of"], 1)]
        used = [(place, part) for place, part in below if part][:node["threshold"]]
        if len(used) < node["threshold"]: return None
        common, weights = mpz(1), {}
        for _, part in used: common = common * part[1] // gcd(common, part[1])
        for place, part in used:
            weight = Fraction(int(self.delta))
            for other, _ in used: weight *= Fraction(-other, place - other) if other != place else 1
            for number, inner in part[0].items(): weights[number] = inner * int(weight) * (common // part[1])
        return weights, self.delta * common
    def check_part(self, part, ciphertexts, context):  # a = (C^4)^z (D^2)^-e, b = v^z v_i^-e, and e hashed from them
        number, values = part["holder"], [mpz(value) for value in part["values"]]
        e, z = mpz(part["challenge"]), mpz(part["response"])
        demand(1 <= number <= self.holder_count and part["epoch"] == self.epoch and len(values) == len(ciphertexts),
               "a part is of no holder, another epoch or other ciphertexts")
        demand(0 <= e < 2 ** 128 and 0 < z.bit_length() <= self.bits + 257 and all(
            0 < d < self.square and gcd(d, self.n) == 1 for d in values), "a part is malformed")
        said = [b"chancery paillier partial decryption v1", number_bytes(self.n), number_bytes(self.epoch),
                number_bytes(number), context, number_bytes(len(ciphertexts))]
        said += [number_bytes(x) for x in ciphertexts + values]
        def challenge(*more):
            data = b"".join(len(x).to_bytes(8, "big") + x for x in said + [number_bytes(m) for m in more])
            return int.from_bytes(sha256(data)[:16], "big")
        c, d = ciphertexts[0], values[0]
        if len(values) > 1:
            c = d = mpz(1)
            for index, (x, y) in enumerate(zip(ciphertexts, values)):
                c, d = (old * powmod(new, challenge(index), self.square) % self.square for old, new in ((c, x), (d, y)))
        fourth, squared, own = powmod(c, 4, self.square), d * d % self.square, self.values[number - 1]
        a = powmod(fourth, z, self.square) * powmod(squared, -e, self.square) % self.square
        b = powmod(self.base, z, self.square) * powmod(own, -e, self.square) % self.square
        demand(challenge(self.base, own, fourth, squared, a, b) == e, f"the part of {self.holders[number - 1]} does not hold")
        return number, values
    def open(self, ciphertexts, parts, context):
        if not ciphertexts: return []
        given = dict(self.check_part(part, ciphertexts, context) for part in parts)
        demand(len(given) == len(parts), "a holder gave two parts")
        found = self.interpolation(self.structure, given, iter(range(1, self.holder_count + 1)))
        demand(found, "the parts are too few to open anything")
        inverse, plaintexts = powmod(4 * self.delta * found[1] * self.factor, -1, self.n), []
        for index in range(len(ciphertexts)):
            product = mpz(1)
            for number, weight in found[0].items():
                product = product * powmod(given[number][index], 2 * weight, self.square) % self.square
            demand((product - 1) % self.n == 0, "the parts do not open a ciphertext")
            plaintexts.append(int((product - 1) // self.n * inverse % self.n))
        return plaintexts

def check_shares(content, blocks, entries, pool, n, fingerprint, document, grantee):  # whose parts, and that they were recorded
    shared = canonical(blocks[content["sharedKey"]["/"]])
    key, name, said = SharedKey(shared, n, fingerprint), pool["body"]["name"], sha256(rfc8785.dumps(shared)).hex()
    acknowledged = [e for e in entries if e["kind"] == "pool.acknowledge" and e["body"]["pool"] == name == shared["pool"]
                    and e["body"]["key"] == said]
    demand(acknowledged and {e["by"] for e in acknowledged if e["body"]["ceremony"] == acknowledged[0]["body"]["ceremony"]}
           == set(key.holders), "not all holders have acknowledged the shares' published values")
    combined = [e for e in entries if e["kind"] == "opening.combine" and e["body"]["result"] == content["result"]]
    demand([(e["by"], e["body"]["epoch"], e["body"]["commitment"]) for e in combined] == [
        (grantee, key.epoch, sha256(rfc8785.dumps(document)).hex())], "the opening is not the one that the requester recorded")
    holders = combined[0]["body"]["holders"]
    demand(grantee not in holders, "who asked has counted towards it")
    numbers = {key.holders.index(holder) + 1 for holder in holders}
    demand(key.interpolation(key.structure, numbers, iter(range(1, key.holder_count + 1))), "its holders are too few")
    for holder in holders:
        parts = [part for part in document["parts"] if part["holder"] == key.holders.index(holder) + 1]
        plain = {"computed": document["computed"], "result": document["result"], "version": 1, **({"part": parts[0]} if parts else {})}
        given = [e["body"]["commitment"] for e in entries if e["kind"] == "opening.part" and e["by"] == holder
                 and (e["body"]["result"], e["body"]["epoch"]) == (content["result"], key.epoch)]
        demand(sha256(rfc8785.dumps(plain)).hex() in given, f"the part of {holder} is not the one that it recorded")
    return key, holders
