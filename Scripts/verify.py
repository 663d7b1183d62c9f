#!/usr/bin/env python3
"""A second verifier of evidence files: shares no code with Chancery, only the formats of docs/formats.md.

What is proven and what is not goes to standard error in plain words, and as one JSON document to standard output.
Exit: 0 the evidence holds, 1 it does not, 2 the command is wrong.
"""
import argparse, base64, hashlib, json, sys
from fractions import Fraction
import ipld_car, rfc8785  # CAR files and CIDs; canonical JSON
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmpy2 import gcd, mpz, powmod
from multiformats import CID

def demand(holds, text):
    if not holds: raise ValueError(text)
def sha256(data): return hashlib.sha256(data).digest()
def unbase64(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "base64 is not written in its one form")
    return data

def canonical(data):  # jSON that is the RFC 8785 text of what it says: no other order, spelling or doubled member
    value = json.loads(data)
    demand(rfc8785.dumps(value) == data, "JSON is not in canonical form")
    return value

def read_car(data):
    roots, blocks = ipld_car.decode(memoryview(data))
    for cid, body in blocks:
        demand(cid.hashfun.name == "sha2-256" and cid.raw_digest == sha256(body), "a block is not what its CID says")
    demand(len(roots) == 1, "the file has several roots")
    return roots[0].encode("base32"), {cid.encode("base32"): bytes(body) for cid, body in blocks}

def tree_root(index, size, value, path):  # root of the tree that has the hash `value` at `index` (RFC 9162, 2.1.3)
    demand(0 <= index < size and (size > 1) == bool(path), "an inclusion proof has another length")
    if size == 1: return value
    split = 1 << (size - 1).bit_length() - 1
    if index < split: return sha256(b"\x01" + tree_root(index, split, value, path[:-1]) + path[-1])
    return sha256(b"\x01" + path[-1] + tree_root(index - split, size - split, value, path[:-1]))
def verify_signature(public, signature, message):
    Ed25519PublicKey.from_public_bytes(unbase64(public)).verify(signature, message)  # or raises InvalidSignature
def included(leaf, index, size, hashes, root):
    return tree_root(index, size, sha256(b"\0" + rfc8785.dumps(leaf)), [unbase64(h) for h in hashes]) == root

class Ledger:  # the departments of a founding record, and one checkpoint of their section's ledger that a quorum cosigned
    def __init__(self, founding, digest, section, note):
        self.parties, self.note = {party["name"]: party for party in founding["parties"]}, note
        self.identity = {"consortium": digest, "section": section}
        self.departments = sorted(n for n, p in self.parties.items() if (p["role"], p.get("section")) == ("department", section))
        keys, rule = {n: self.parties[n]["cosigningKey"] for n in self.departments}, founding["policy"]["quorum"]
        demand(len(set(keys.values())) == len(keys), "two departments share a cosigning key")
        self.needed = {"two-thirds": len(keys) * 2 // 3 + 1, "majority": len(keys) // 2 + 1}[rule]
        members = [{"cosigningKey": key, "name": name} for name, key in keys.items()]
        self.members = sha256(rfc8785.dumps({"departments": members, "quorum": rule, "section": section})).hex()
        text, _, signatures = note.rpartition("\n\n")
        origin, size, root = text.split("\n")
        demand(origin == f"chancery/{digest[:16]}/{section}", "the checkpoint is of another ledger")
        self.size, self.root, self.cosigners = int(size), unbase64(root), []
        lines = [line.split(" ") for line in signatures.splitlines()]
        for name, key in keys.items():
            title = f"chancery/{digest[:16]}/party/{name}"
            key_id = sha256(f"{title}\n\x04".encode() + unbase64(key))[:4]
            blobs = [unbase64(line[2]) for line in lines if line[:2] == ["\u2014", title]]
            for blob in [b for b in blobs if b[:4] == key_id][:1]:
                said = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n{text}\n"
                verify_signature(key, blob[12:], said.encode())
                self.cosigners.append(name)
        demand(len(self.cosigners) >= self.needed, f"{len(self.cosigners)} departments cosigned, not {self.needed}")
    def entry(self, proof):  # checks one transaction's proof: in the ledger, accepted, signed by exactly those whom its kind asks for
        envelope, outcome, block, record = proof["envelope"], proof["outcome"], proof["block"], proof["block"]["record"]
        index, payload, kind = proof["inclusion"]["index"], unbase64(envelope["payload"]), envelope["payloadType"]
        encoding = f"DSSEv1 {len(kind.encode())} {kind} {len(payload)} ".encode() + payload
        identity, short = sha256(encoding).hex(), kind.removeprefix("application/vnd.chancery.").removesuffix(".v1+json")
        what, place = f"{short} {identity[:12]}", index - block["index"] + record["transactions"]
        demand((proof["checkpoint"], proof["inclusion"]["treeSize"]) == (self.note, self.size), f"{what}: another checkpoint")
        demand(included(envelope, index, self.size, proof["inclusion"]["hashes"], self.root), f"{what} is not in the ledger")
        demand(included(record, block["index"], self.size, block["inclusion"], self.root), f"the block of {what} is not")
        demand((record["version"], record["members"]) == (1, self.members), f"other members made the block of {what}")
        root = bytes.fromhex(record["outcomes"])
        demand((outcome["transaction"], outcome["index"]) == (identity, place) and included(
            outcome, place, record["transactions"], proof["outcomeProof"], root), f"{what} has another outcome")
        demand(outcome["accepted"] is True and "reason" not in outcome, f"{what} was refused by the ledger")
        said = canonical(payload)
        demand(said["ledger"] == self.identity, f"{what} is of another ledger")
        signers = self.departments if short == "section.open" else [said["by"]]
        keys = {sha256(unbase64(k)).hex(): k for k in (self.parties[name]["signingKey"] for name in signers)}
        demand([s["keyid"] for s in envelope["signatures"]] == sorted(keys), f"{what} is not signed by exactly its signers")
        for signature in envelope["signatures"]:
            verify_signature(keys[signature["keyid"]], unbase64(signature["sig"]), encoding)
        return {**said, "id": identity, "kind": short, "index": index, "time": record["time"]}

def hashed(domain, n, index):  # a number modulo n that nobody could choose
    modulus, length = number_bytes(n), (n.bit_length() + 135) // 8
    seed = domain.encode() + b"\0" + len(modulus).to_bytes(4, "big") + modulus + index.to_bytes(4, "big")
    parts = (sha256(seed + c.to_bytes(4, "big")) for c in range(length // 32 + 1))
    return int.from_bytes(b"".join(parts)[:length], "big") % n
def number_bytes(number): return int(number).to_bytes((int(number).bit_length() + 7) // 8, "big")

def check_key(body):  # gcd(n, φ(n)) = 1 by eight n-th roots of hashed numbers: a ciphertext then has one plaintext only
    modulus, roots = unbase64(body["modulus"]), [int.from_bytes(unbase64(r), "big") for r in body["keyProof"]["roots"]]
    n = mpz(int.from_bytes(modulus, "big"))
    demand(n.bit_length() >= 2048 and modulus[0] and n % 2 and all(n % d for d in range(3, 1 << 16, 2)), "the key is weak")
    demand(len(roots) == 8, "the key's proof has another number of roots")
    for index, root in enumerate(roots):
        target = hashed("chancery paillier nth-root proof v1", n, index)
        demand(0 < root < n and gcd(root, n) == 1 and powmod(root, n, n) == target, "the pool key's proof does not hold")
    return n, sha256(modulus).hex()

def check_grant(entries, result_id):
    def one(kind, matches):
        found = [e for e in entries if e["kind"] == kind and matches(e)]
        demand(len(found) == 1, f"there are {len(found)} fitting transactions {kind}, not one")
        return found[0]
    def agreed(kind, member, value, dataset, first):  # owners that said yes, whoever began it among them
        approvals = [e for e in entries if e["kind"] == kind and e["body"][member] == value and e["index"] < redeem["index"]]
        named = {e["by"] for e in approvals if dataset["name"] in e["body"].get("datasets", [dataset["name"]])}
        return (named | {first}) & set(dataset["owners"])

    result = one("result.record", lambda e: e["id"] == result_id)
    redeem = one("token.redeem", lambda e: e["id"] == result["body"]["redemption"])
    token = one("token.request", lambda e: e["id"] == redeem["body"]["token"])
    taken, asked, datasets = redeem["body"], token["body"], {}
    demand(token["by"] == redeem["by"] == result["by"], "token, redemption and result are of different parties")
    for name in taken["datasets"]:
        entry = one("dataset.publish", lambda e: e["body"]["name"] == name and e["index"] < token["index"])
        body = datasets[name] = entry["body"]
        published = agreed("dataset.approve", "proposal", entry["id"], body, entry["by"])
        demand(entry["by"] in published == set(body["owners"]), f"not all owners of {name} published it")
        approved = agreed("token.approve", "token", token["id"], body, token["by"])
        demand(len(approved) >= body["approvals"], f"the owners of {name} did not approve the token")
    pool = one("pool.create", lambda e: all(e["body"]["name"] == d["pool"] for d in datasets.values()))
    demand(datasets and all(set(d["owners"]) <= set(pool["body"]["members"]) for d in datasets.values()), "not by members")
    demand(set(taken["packs"]) <= set(asked["packs"]) and set(datasets) <= set(asked.get("datasets", datasets))
           and asked.get("pool", pool["body"]["name"]) == pool["body"]["name"], "the redemption takes more than the token")
    inputs, call = sorted(d["manifest"] for d in datasets.values()), taken.get("contract")
    demand((result["body"]["plan"], result["body"]["inputs"]) == (taken["plan"], inputs) and redeem["time"] < asked["until"],
           "the result is of another plan or other inputs, or the token had expired")
    if call:
        registered = one("contract.register", lambda e: e["body"]["contract"] == call["contract"])
        for name, body in datasets.items():
            approved = agreed("contract.approve", "contract", call["contract"], body, registered["by"])
            demand(len(approved) >= body["approvals"], f"the owners of {name} did not approve the plan")
        plan = rfc8785.dumps({**registered["body"]["template"], "parameters": call["parameters"]})
        demand(str(CID("base32", 1, "dag-json", ("sha2-256", sha256(plan)))) == taken["plan"], "the plan is not the registered one")
    demand("contracts" not in asked or call and call["contract"] in asked["contracts"], "the token is for registered plans")
    return result, redeem, token, pool, datasets

def terms(field):  # scale, scaled minimum and largest slot entry of a computable column
    scale = 10 ** field.get("decimals", 0)
    low, high = (int(Fraction(field["constraints"][bound]) * scale) for bound in ("minimum", "maximum"))
    return scale, low, high - low

class Table:
    def __init__(self, plan, manifests, datasets, result):
        self.plan, self.result, self.schema = plan, result, manifests[0]["schema"]
        self.fields, self.layout = {f["name"]: f for f in self.schema["fields"]}, manifests[0]["layout"]
        self.pack = {column: pack for pack, columns in self.schema["packs"].items() for column in columns}
        for manifest in manifests: self.check_manifest(manifest, datasets[manifest["name"]])
        self.check_sums()
    def check_manifest(self, manifest, published):
        schema, name = manifest["schema"], manifest["name"]
        packs = [{p: sorted(columns) for p, columns in those["packs"].items()} for those in (schema, published)]
        public = sorted(f["name"] for f in schema["fields"] if f["protection"] == "public")
        demand(packs[0] == packs[1] and (manifest["version"], manifest["rows"], public) == (
            1, published["rows"], published["publicColumns"]), f"the manifest of {name} is not what was published")
        fields = {field["name"]: field for field in schema["fields"]}
        for pack in self.plan["packs"]:
            slots, offset = [], 0
            for column in schema["packs"][pack]:
                field, (_, _, largest) = fields[column], terms(fields[column])
                demand(terms(field) == terms(self.fields[column]), f"the bounds of {column} differ between datasets")
                for content, most in [("value", largest), ("square", largest ** 2)][:1 + field.get("squares", False)]:
                    width = max(most.bit_length(), 1) + manifest["weightCapacityBits"] + 8
                    slots.append({"column": column, "content": content, "offset": offset, "width": width})
                    offset += width
            demand(manifest["layout"][pack] == slots == self.layout[pack] and offset < manifest["key"]["modulusBits"],
                   f"the layout of {pack} in {name} does not follow from the schema")
    def check_sums(self):
        items = [item for item in self.plan["select"] if "column" in item]
        weights = list(dict.fromkeys(item["weight"] for item in items if "weight" in item))
        sums = {(self.pack[i["column"]], weights.index(i["weight"]) if "weight" in i else -1, negative)
                for i in items if i["aggregate"] != "count" for negative in ([False, True] if "weight" in i else [False])}
        listed = [{"pack": p} if w < 0 else {"negative": s, "pack": p, "weight": weights[w]} for p, w, s in sorted(sums)]
        used = [entry["ciphertext"] for group in self.result["groups"] for entry in group["sums"] if entry]
        demand(self.result["sums"] == listed and sorted({p for p, _, _ in sums}) == self.plan["packs"]
               and self.result["counted"] == sorted({i["column"] for i in items if i["aggregate"] == "count"})
               and used == list(range(self.result["ciphertexts"]["count"])), "the result does not list what the plan needs")
    def opened(self, group, column, plaintexts, **weighted):  # sum, weight, weight · Σ squares − sum²
        pack = self.pack[column]
        entry = group["sums"][self.result["sums"].index({"pack": pack, **weighted})]
        weight = int(entry["weights"][self.schema["packs"][pack].index(column)]) if entry else 0
        if not weight: return None
        slots, rest = {}, plaintexts[entry["ciphertext"]]
        for slot in self.layout[pack]:
            rest, value = divmod(rest, 1 << slot["width"])
            demand(value.bit_length() <= slot["width"] - 8, "guard bits are set: a row held more than its schema allows")
            slots[slot["column"], slot["content"]] = value
        demand(rest == 0, "bits are set above the last slot")
        (scale, low, largest), total = terms(self.fields[column]), slots[column, "value"]
        square = slots.get((column, "square"), total * largest)
        demand(total <= weight * largest and total ** 2 <= weight * square and square <= total * largest,
               f"a sum of {column} cannot come from rows within their bounds")
        return Fraction(total + low * weight, scale), weight, Fraction(weight * square - total ** 2, scale ** 2)
    def cell(self, item, group, plaintexts):
        column, aggregate = item.get("column"), item.get("aggregate")
        if "group" in item: return group["values"][item["group"]]
        if aggregate == "count": return group["counts"][self.result["counted"].index(column)] if column else group["rows"]
        places = self.fields[column].get("decimals", 0)
        if aggregate == "weightedSum":
            plus, minus = (self.opened(group, column, plaintexts, weight=item["weight"], negative=n) for n in (False, True))
            return decimal((plus[0] if plus else 0) - (minus[0] if minus else 0), places) if plus or minus else None
        total, weight, spread = self.opened(group, column, plaintexts) or (None, 0, None)
        if weight < {"variance": 2, "populationVariance": 2}.get(aggregate, 1): return None
        divisor = {"sum": 1, "mean": weight, "variance": weight * (weight - 1), "populationVariance": weight ** 2}[aggregate]
        value = total if aggregate in ("sum", "mean") else spread
        return decimal(Fraction(value) / divisor, places if aggregate == "sum" else 12)
    def opened_table(self, plaintexts):
        rows = [[self.cell(item, group, plaintexts) for item in self.plan["select"]] for group in self.result["groups"]]
        refused = [{"group": group["values"], "reason": group["reason"]} for group in self.result["refused"]]
        return {"columns": [item["name"] for item in self.plan["select"]], "rows": rows, "refused": refused}

def decimal(value, digits):  # exactly so many digits, a half rounded to the even neighbour (as Python rounds fractions)
    whole = round(Fraction(value) * 10 ** digits)
    text = str(abs(whole)).rjust(digits + 1, "0")
    return ("-" if whole < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)

def check_openings(blocks, listed, n, document, shared):
    # c ≡ (1 + M·n) · rⁿ (mod n²) for every ciphertext, or the parts of enough holders open it. Returns the plaintexts
    width, count, square, plaintexts = listed["bytes"], listed["count"], n * n, []
    data = b"".join(blocks[link["/"]] for link in listed["blocks"])
    demand(width == -(-2 * n.bit_length() // 64) * 8 and len(data) == count * width, "the ciphertext blocks do not fit")
    demand(document is None or shared or len(document["openings"]) == count, "the opening is of another number of ciphertexts")
    ciphertexts = []
    for index in range(count):
        c = mpz(int.from_bytes(data[index * width:(index + 1) * width], "little"))
        demand(0 < c < square and gcd(c, n) == 1, "a ciphertext is none")
        ciphertexts.append(c)
        if document and not shared:
            m, r = (mpz(document["openings"][index][key]) for key in ("plaintext", "randomness"))
            demand(0 <= m < n and 0 < r < n and gcd(r, n) == 1 and (1 + m * n) * powmod(r, n, square) % square == c,
                   "a plaintext is not what its ciphertext holds")
            plaintexts.append(int(m))
    if not shared: return plaintexts
    demand(document["openings"] == [], "an opening of a shared key gives randomness")
    return shared.open(ciphertexts, document["parts"], b"chancery opening part v1" + bytes.fromhex(document["result"]))

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
        demand(0 < self.factor and gcd(self.factor, n) == 1 and 1 <= self.epoch <= 10 ** 6, "the shares' factor is none")
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
    numbers = {key.holders.index(holder) + 1 for holder in holders}
    demand(key.interpolation(key.structure, numbers, iter(range(1, key.holder_count + 1))), "its holders are too few")
    for holder in holders:
        parts = [part for part in document["parts"] if part["holder"] == key.holders.index(holder) + 1]
        plain = {"computed": document["computed"], "result": document["result"], "version": 1, **({"part": parts[0]} if parts else {})}
        given = [e["body"]["commitment"] for e in entries if e["kind"] == "opening.part" and e["by"] == holder
                 and (e["body"]["result"], e["body"]["epoch"]) == (content["result"], key.epoch)]
        demand(sha256(rfc8785.dumps(plain)).hex() in given, f"the part of {holder} is not the one that it recorded")
    return key, holders

def verify(path, pinned):
    root, blocks = read_car(open(path, "rb").read())
    content = canonical(blocks[root])
    founding, digest = canonical(blocks[content["founding"]["/"]]), sha256(blocks[content["founding"]["/"]]).hex()
    demand(content["version"] == 1 and digest == content["consortium"], "the founding record is not the one named")
    demand(not pinned or canonical(open(pinned, "rb").read()) == founding, "it is of another consortium than the one pinned")
    demand("membership" not in content, "members or keys have changed since the founding: use `chancery verify` for this one")
    ledger = Ledger(founding, digest, content["section"], content["checkpoint"])
    entries = [ledger.entry(canonical(blocks[link["/"]])) for link in content["transactions"]]
    demand(all(a["index"] < b["index"] for a, b in zip(entries, entries[1:])), "the transactions are out of order")
    demand([(e["index"], e["body"]["record"]) for e in entries if e["kind"] == "section.open"] == [(0, founding)],
           "the section was opened with another founding record")
    recorded, redeem, token, pool, datasets = check_grant(entries, content["result"])
    n, fingerprint = check_key(pool["body"])
    body, asked = recorded["body"], token["body"]
    demand((content["plan"]["/"], content["computed"]["/"]) == (body["plan"], body["result"]), "plan or result are others")
    plan, result, *manifests = (canonical(blocks[cid]) for cid in [body["plan"], body["result"], *body["inputs"]])
    demand([d["/"] for d in plan["datasets"]] == body["inputs"] == [datasets[m["name"]]["manifest"] for m in manifests]
           and plan["packs"] == redeem["body"]["packs"], "the plan takes other data than was redeemed")
    key = {"fingerprint": fingerprint, "modulusBits": n.bit_length()}
    demand(all((m["key"], m["weightCapacityBits"]) == (key, pool["body"]["weightCapacityBits"]) for m in manifests)
           and {d["keyFingerprint"] for d in datasets.values()} == {fingerprint}, "a dataset is not under the pool's key")
    demand((result["version"], result["plan"], result["datasets"], result["key"], result["minimumSubjects"]) == (
        1, content["plan"], plan["datasets"], fingerprint, founding["policy"]["minimumSubjects"]), "the result is another")
    table = Table(plan, manifests, datasets, result)
    document = canonical(b"".join(blocks[link["/"]] for link in content["opening"])) if "opening" in content else None
    shared, holders = None, None
    if document and "sharing" in pool["body"]:
        shared, holders = check_shares(content, blocks, entries, pool, n, fingerprint, document, token["by"])
    plaintexts, shown = check_openings(blocks, result["ciphertexts"], n, document, shared), None
    proven = [f"{len(entries)} transactions are in the ledger of {content['section']}, accepted and rightly signed",
              f"{', '.join(ledger.cosigners)} cosigned its checkpoint of {ledger.size} entries; {ledger.needed} are needed",
              f"the key of pool {pool['body']['name']} has {n.bit_length()} bits, and its proof holds",
              f"the owners of {', '.join(sorted(datasets))} allowed {token['by']} {', '.join(asked['packs'])}: {asked['purpose']}"]
    missing = [f"that the result is right: {e['by']} disputes it" for e in entries if e["kind"] == "result.dispute"]
    if document:
        records = [(e["by"], e["body"]["result"], e["body"]["commitment"]) for e in entries if e["kind"] == "opening.record"]
        demand((document["version"], document["result"], document["computed"]) == (1, content["result"], body["result"]),
               "the opening is of another result")
        demand(shared or records == [(pool["by"], content["result"], sha256(rfc8785.dumps(document)).hex())],
               "the opening is not the one that the custodian recorded")
        shown = table.opened_table(plaintexts)
        who = f"{', '.join(holders)}, holders of shares of epoch {shared.epoch}, recorded parts of" if shared else f"{pool['by']} recorded"
        proven.append(f"{who} the opening; its {len(plaintexts)} plaintexts are what the ciphertexts hold")
    missing += ([] if document else ["what the result says: there is no opening"]) + (
        [] if pinned else [f"that this is the consortium you mean: compare its fingerprint {digest}"])
    missing += ["that the ciphertexts are the sums over the published shards", "that the published figures are true"]
    return {"valid": True, "proven": proven, "notProven": missing, "table": shown}

def main():
    parser = argparse.ArgumentParser(description="Checks a Chancery evidence file.")
    parser.add_argument("evidence"), parser.add_argument("--consortium", help="founding record that you trust")
    arguments = parser.parse_args()
    try:
        report = verify(arguments.evidence, arguments.consortium)
    except OSError as error:
        parser.error(str(error))
    except Exception as error:  # whatever a hostile file provokes, it proves nothing
        report = {"valid": False, "proven": [], "notProven": [f"it: {error} ({type(error).__name__})"], "table": None}
    for line in report["proven"] + [f"NOT proven: {line}" for line in report["notProven"]]: print(line, file=sys.stderr)
    print(json.dumps(report, ensure_ascii=False))
    sys.exit(0 if report["valid"] else 1)

if __name__ == "__main__":
    main()
