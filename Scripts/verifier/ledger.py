"""What evidence holds of a ledger: canonical JSON, CAR files, proofs of transactions, keys."""
import base64, hashlib, json
import ipld_car, rfc8785  # CAR files and CIDs; canonical JSON
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmpy2 import gcd, mpz, powmod

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

def consistent(first, second, old, new, hashes):  # the tree of `second` leaves continues that of `first` (RFC 9162, 2.1.4.2)
    if first == second: return old == new and not hashes
    path, place, last = ([old] if first & (first - 1) == 0 else []) + hashes, first - 1, second - 1
    if not 0 < first < second or not path: return False
    while place & 1: place, last = place >> 1, last >> 1
    one = two = path[0]
    for value in path[1:]:
        if last == 0: return False
        if place & 1 or place == last:
            one, two = sha256(b"\x01" + value + one), sha256(b"\x01" + value + two)
            while place and not place & 1: place, last = place >> 1, last >> 1
        else: two = sha256(b"\x01" + two + value)
        place, last = place >> 1, last >> 1
    return last == 0 and (one, two) == (old, new)

class Members:  # the departments that cosign a section's ledger for some time, and a quorum of them
    def __init__(self, digest, document):
        self.short, self.section = digest[:16], document["section"]
        self.keys = {member["name"]: member["cosigningKey"] for member in document["departments"]}
        demand(len(set(self.keys.values())) == len(document["departments"]), "two departments share a cosigning key")
        self.needed = {"two-thirds": len(self.keys) * 2 // 3 + 1, "majority": len(self.keys) // 2 + 1}[document["quorum"]]
        self.digest = sha256(rfc8785.dumps(document)).hex()
    def check(self, note):  # size, root and cosigners of a checkpoint that a quorum cosigned
        text, _, signatures = note.rpartition("\n\n")
        origin, size, root = text.split("\n")
        demand(origin == f"chancery/{self.short}/{self.section}", "the checkpoint is of another ledger")
        lines, cosigners = [line.split(" ") for line in signatures.splitlines()], []
        for name, key in self.keys.items():
            title = f"chancery/{self.short}/party/{name}"
            key_id = sha256(f"{title}\n\x04".encode() + unbase64(key))[:4]
            blobs = [unbase64(line[2]) for line in lines if line[:2] == ["\u2014", title]]
            for blob in [b for b in blobs if b[:4] == key_id][:1]:
                said = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n{text}\n"
                verify_signature(key, blob[12:], said.encode())
                cosigners.append(name)
        demand(len(cosigners) >= self.needed, f"{len(cosigners)} departments cosigned, not {self.needed}")
        return int(size), unbase64(root), cosigners

class Ledger:  # who cosigned and signed at which height of a section's ledger, and one checkpoint that a quorum cosigned
    def __init__(self, founding, digest, section, note, steps):
        self.identity, self.changes = {"consortium": digest, "section": section}, []
        self.parties = {party["name"]: [(0, party)] for party in founding["parties"]}
        self.rules = {rule["owner"]: [(0, rule)] for rule in founding["policy"].get("escrow", {"rules": []})["rules"]}
        self.openers = sorted(n for n, ((_, p),) in self.parties.items() if (p["role"], p.get("section")) == ("department", section))
        first = [{"cosigningKey": self.parties[n][0][1]["cosigningKey"], "name": n} for n in self.openers]
        rule = founding["policy"]["quorum"]
        self.periods = [(0, Members(digest, {"departments": first, "quorum": rule, "section": section}))]
        before = None
        for step in steps:  # each decided under the members before it, and cosigned by them
            self.use(step["proof"]["checkpoint"])
            entry = self.entry(step["proof"])
            if before: demand(consistent(before[0], self.size, before[1], self.root, before[2]), "the steps are of two histories")
            before = self.size, self.root, [unbase64(value) for value in step["consistency"]]
            self.change(entry, step["writes"])
        self.use(note)
        if before: demand(consistent(before[0], self.size, before[1], self.root, before[2]), "the steps are of another history")
    def use(self, note):
        self.note, (self.size, self.root, self.cosigners) = note, self.periods[-1][1].check(note)
        self.needed = self.periods[-1][1].needed
    def change(self, entry, writes):  # what a transaction decided: other records from a height on, and other members
        decided, height = [w for w in writes if w[0].startswith("registry-change/")], entry["height"]
        demand(sha256(rfc8785.dumps(writes)).hex() == entry["writes"] and len(decided) == 1, "a change of members is not proven")
        change, last = canonical(unbase64(decided[0][1])), self.changes[-1]["effective"] if self.changes else 0
        effective = change["effective"]
        demand(decided[0][0] == f"registry-change/{effective:012d}" and (change["transaction"], change["decided"]) == (
            entry["id"], height) and height >= last and effective >= height + 2, "a change of members is out of its order")
        self.parties.setdefault(change["name"], []).append((effective, change.get("party")))
        if "escrow" in change: self.rules.setdefault(change["escrow"]["owner"], []).append((effective, change["escrow"]))
        if "members" in change:
            demand(change["members"]["section"] == self.identity["section"], "the members are of another section")
            self.periods.append((effective, Members(self.identity["consortium"], change["members"])))
        self.changes.append(change)
    def history(self):  # what has changed since the founding, as it is proven
        return [f"from height {c['effective']} on, {c['name']} {'has this record' if 'party' in c else 'is no party'}: "
                f"decided at height {c['decided']} by those before" for c in self.changes]
    def rule(self, owner, height):  # of escrow, in the block at that height
        rules = [rule for start, rule in self.rules.get(owner, []) if start <= height]
        demand(rules, f"the policy has no escrow of {owner}")
        return rules[-1]
    def party(self, name, height):  # its record in the block at that height
        records = [record for start, record in self.parties.get(name, []) if start <= height]
        demand(records and records[-1], f"{name} is no party at height {height}")
        return records[-1]
    def entry(self, proof):  # checks one transaction's proof: in the ledger, accepted, signed by exactly those whom its kind asks for
        envelope, outcome, block, record = proof["envelope"], proof["outcome"], proof["block"], proof["block"]["record"]
        index, payload, kind = proof["inclusion"]["index"], unbase64(envelope["payload"]), envelope["payloadType"]
        encoding = f"DSSEv1 {len(kind.encode())} {kind} {len(payload)} ".encode() + payload
        identity, short = sha256(encoding).hex(), kind.removeprefix("application/vnd.chancery.").removesuffix(".v1+json")
        what, place = f"{short} {identity[:12]}", index - block["index"] + record["transactions"]
        demand((proof["checkpoint"], proof["inclusion"]["treeSize"]) == (self.note, self.size), f"{what}: another checkpoint")
        demand(included(envelope, index, self.size, proof["inclusion"]["hashes"], self.root), f"{what} is not in the ledger")
        demand(included(record, block["index"], self.size, block["inclusion"], self.root), f"the block of {what} is not")
        members = [members for start, members in self.periods if start <= record["height"]][-1]
        demand((record["version"], record["members"]) == (1, members.digest), f"other members made the block of {what}")
        root = bytes.fromhex(record["outcomes"])
        demand((outcome["transaction"], outcome["index"]) == (identity, place) and included(
            outcome, place, record["transactions"], proof["outcomeProof"], root), f"{what} has another outcome")
        demand(outcome["accepted"] is True and "reason" not in outcome, f"{what} was refused by the ledger")
        said = canonical(payload)
        demand(said["ledger"] == self.identity, f"{what} is of another ledger")
        signers = self.openers if short == "section.open" else [said["by"]]
        keys = [self.party(name, record["height"])["signingKey"] for name in signers]
        keys = {sha256(unbase64(key)).hex(): key for key in keys}
        demand([s["keyid"] for s in envelope["signatures"]] == sorted(keys), f"{what} is not signed by exactly its signers")
        for signature in envelope["signatures"]:
            verify_signature(keys[signature["keyid"]], unbase64(signature["sig"]), encoding)
        return {**said, "id": identity, "kind": short, "index": index, "time": record["time"], "height": record["height"],
                "writes": outcome["writes"]}

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
        demand(0 < root < n and gcd(root, n) == 1 and powmod(root, n, n) == target, "the key's proof does not hold")
    return n, sha256(modulus).hex()

def one(entries, kind, matches=lambda entry: True):
    found = [e for e in entries if e["kind"] == kind and matches(e)]
    demand(len(found) == 1, f"there are {len(found)} fitting transactions {kind}, not one")
    return found[0]

def linked(content, name, blocks):  # the JSON of a block that may be left out
    return canonical(blocks[content[name]["/"]]) if name in content else None

def open_ledger(content, blocks, pinned):  # the ledger of an evidence file, and its transactions, all proven
    founding, digest = canonical(blocks[content["founding"]["/"]]), sha256(blocks[content["founding"]["/"]]).hex()
    demand(content["version"] == 1 and digest == content["consortium"], "the founding record is not the one named")
    demand(not pinned or canonical(open(pinned, "rb").read()) == founding, "it is of another consortium than the one pinned")
    steps = [canonical(blocks[link["/"]]) for link in content.get("membership", [])]
    ledger = Ledger(founding, digest, content["section"], content["checkpoint"], steps)
    entries = [ledger.entry(canonical(blocks[link["/"]])) for link in content["transactions"]]
    demand(all(a["index"] < b["index"] for a, b in zip(entries, entries[1:])), "the transactions are out of order")
    demand([(e["index"], e["body"]["record"]) for e in entries if e["kind"] == "section.open"] == [(0, founding)],
           "the section was opened with another founding record")
    return founding, digest, ledger, entries
