#!/usr/bin/env python3
"""A second verifier of evidence files: shares no code with Chancery, only the formats of docs/formats.md.

  Scripts/verify.py EVIDENCE.car [--consortium FOUNDING.json] [--digits 12]

Plain words of what is proven and what is not go to standard error, one JSON document to standard output.
Exit: 0 the evidence holds; 1 it does not; 2 the command is wrong.
Needs from PyPI: cryptography (Ed25519), rfc8785 (canonical JSON), dag-cbor and multiformats (CAR, CID), gmpy2 (speed).
"""
import argparse, base64, hashlib, json, sys
from fractions import Fraction
from math import gcd

import dag_cbor, rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from multiformats import CID

try:
    from gmpy2 import mpz, powmod
except ImportError:  # slower, and just as right
    mpz, powmod = int, pow

PREFIX, SUFFIX = "application/vnd.chancery.", ".v1+json"
WEIGHTED, VARIANCES, COUNT = "weightedSum", ("variance", "populationVariance"), "count"


class Refused(Exception):
    """What does not hold, in plain words."""


def demand(holds, text):
    if not holds:
        raise Refused(text)


def sha256(data): return hashlib.sha256(data).digest()


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "base64 is not written in its one form")
    return data


def canonical(data):
    """JSON that is the RFC 8785 text of what it says: no other order, spelling or doubled member."""
    value = json.loads(data)
    demand(rfc8785.dumps(value) == data, "JSON is not in canonical form")
    return value


# ---- the file: CARv1, every block hashed ----

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            demand(byte or shift == 7, "a number is written longer than it is")
            return value, at


def read_car(data):
    length, at = varint(data, 0)
    header = dag_cbor.decode(data[at:at + length])
    demand(header.get("version") == 1 and len(header["roots"]) == 1 and dag_cbor.encode(header) == data[at:at + length],
           "the file is no CARv1 with one root")
    blocks, at = {}, at + length
    while at < len(data):
        length, at = varint(data, at)
        section, at = data[at:at + length], at + length
        demand(len(section) == length, "the file ends in the middle of a block")
        codec, end = varint(section, 1)
        demand(section[0] == 1 and codec in (0x55, 0x0129) and section[end:end + 2] == b"\x12\x20", "a CID is of another kind")
        body = section[end + 34:]
        demand(sha256(body) == section[end + 2:end + 34] and len(body) <= 1 << 20, "a block is not what its CID says")
        blocks[CID.decode(section[:end + 34]).encode("base32")] = body
    return header["roots"][0].encode("base32"), blocks


# ---- the ledger: RFC 9162 trees, C2SP checkpoint and cosignatures, DSSE envelopes ----

def node(left, right): return sha256(b"\x01" + left + right)


def included(leaf, index, size, hashes, root):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, value = index, size - 1, sha256(b"\x00" + leaf)
    for step in map(unbase64, hashes):
        if sn == 0 or len(step) != 32:
            return False
        if fn & 1 or fn == sn:
            value = node(step, value)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            value = node(value, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and value == root


def signed(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(unbase64(public)).verify(signature, message)
        return True
    except InvalidSignature:
        return False


class Ledger:
    """The consortium of a founding record and one checkpoint of its section's ledger, cosigned by a quorum."""

    def __init__(self, founding, digest, section, note):
        self.parties = {party["name"]: party for party in founding["parties"]}
        self.identity = {"consortium": digest, "section": section}
        self.departments = sorted(n for n, p in self.parties.items() if p["role"] == "department" and p.get("section") == section)
        cosigners = [{"cosigningKey": self.parties[n]["cosigningKey"], "name": n}
                     for n in self.departments if "cosigningKey" in self.parties[n]]
        rule, count = founding["policy"]["quorum"], len(cosigners)
        self.needed = count * 2 // 3 + 1 if rule == "two-thirds" else count // 2 + 1
        self.members = sha256(rfc8785.dumps({"departments": cosigners, "quorum": rule, "section": section})).hex()
        text, _, lines = note.rpartition("\n\n")
        origin, size, root, *rest = (text + "\n").split("\n")
        demand(origin == f"chancery/{digest[:16]}/{section}" and str(int(size)) == size and rest[-1:] == [""],
               "the checkpoint is of another ledger")
        self.size, self.root, self.cosigned = int(size), unbase64(root), []
        for name, key in ((c["name"], c["cosigningKey"]) for c in cosigners):
            title = f"chancery/{digest[:16]}/party/{name}"
            key_id = sha256(title.encode() + b"\n\x04" + unbase64(key))[:4]
            for line in lines.split("\n"):
                if line.startswith(f"\u2014 {title} ") and unbase64(line.split(" ")[2])[:4] == key_id:
                    blob = unbase64(line.split(" ")[2])
                    time = int.from_bytes(blob[4:12], "big")
                    demand(signed(key, blob[12:], f"cosignature/v1\ntime {time}\n{text}\n".encode()),
                           f"the cosignature of {name} is wrong")
                    self.cosigned.append(name)
                    break
        demand(len(self.cosigned) >= self.needed, f"{len(self.cosigned)} departments cosigned, {self.needed} are needed")

    def entry(self, proof, note):
        """Checks one transaction's proof: in the ledger, accepted, signed by exactly whom its kind asks for."""
        demand(proof["checkpoint"] == note and proof["inclusion"]["treeSize"] == self.size, "a proof is against another checkpoint")
        envelope, outcome, block = proof["envelope"], proof["outcome"], proof["block"]
        kind, payload = envelope["payloadType"], unbase64(envelope["payload"])
        pae = f"DSSEv1 {len(kind.encode())} {kind} {len(payload)} ".encode() + payload
        identity, index = sha256(pae).hex(), proof["inclusion"]["index"]
        what = f"{kind.removeprefix(PREFIX).removesuffix(SUFFIX)} {identity[:12]}"
        demand(included(rfc8785.dumps(envelope), index, self.size, proof["inclusion"]["hashes"], self.root),
               f"{what} is not in the ledger")
        record, place = block["record"], index - (block["index"] - block["record"]["transactions"])
        demand(included(rfc8785.dumps(record), block["index"], self.size, block["inclusion"], self.root),
               f"the block record of {what} is not in the ledger")
        demand(record["version"] == 1 and record["members"] == self.members and 0 <= place < record["transactions"],
               f"{what} is not of that block, or other members made it")
        demand(outcome["transaction"] == identity and outcome["index"] == place and
               included(rfc8785.dumps(outcome), place, record["transactions"], proof["outcomeProof"], bytes.fromhex(record["outcomes"])),
               f"the outcome of {what} is not in its block")
        demand(outcome["accepted"] is True and "reason" not in outcome, f"{what} was refused by the ledger")
        said = canonical(payload)
        demand(said["ledger"] == self.identity, f"{what} is of another ledger")
        kind = kind.removeprefix(PREFIX).removesuffix(SUFFIX)
        signers = self.departments if kind == "section.open" else [said["by"]]
        keys = sorted((sha256(unbase64(self.parties[n]["signingKey"])).hex(), self.parties[n]["signingKey"]) for n in signers)
        demand([s["keyid"] for s in envelope["signatures"]] == [k for k, _ in keys], f"{what} is not signed by exactly its signers")
        for signature, (_, key) in zip(envelope["signatures"], keys):
            demand(signed(key, unbase64(signature["sig"]), pae), f"a signature of {what} is wrong")
        return {"id": identity, "kind": kind, "by": said["by"], "body": said["body"], "index": index, "time": record["time"]}


# ---- the grant: who published, who allowed, what was redeemed ----

def check_key(body):
    """gcd(n, φ(n)) = 1 by eight n-th roots of hashed numbers: a ciphertext then has one plaintext only."""
    modulus = unbase64(body["modulus"])
    n, bits = mpz(int.from_bytes(modulus, "big")), int.from_bytes(modulus, "big").bit_length()
    demand(bits >= 2048 and modulus[0] and n % 2 and all(n % d for d in range(3, 1 << 16, 2)), "the pool's key is too weak")
    roots = body["keyProof"]["roots"]
    demand(len(roots) == 8, "the pool key's proof has another number of roots")
    for index, root in enumerate(mpz(int.from_bytes(unbase64(r), "big")) for r in roots):
        seed = b"chancery paillier nth-root proof v1\0" + len(modulus).to_bytes(4, "big") + modulus + index.to_bytes(4, "big")
        length = (bits + 128 + 7) // 8
        stream = b"".join(sha256(seed + c.to_bytes(4, "big")) for c in range(length // 32 + 1))[:length]
        demand(0 < root < n and powmod(root, n, n) == int.from_bytes(stream, "big") % n, "the pool key's proof does not hold")
    return n, bits, sha256(modulus).hex()


def check_grant(entries, result_id):
    def one(kind, text, matches=lambda e: True):
        found = [e for e in entries if e["kind"] == kind and matches(e)]
        demand(len(found) == 1, f"{text}: {len(found)} transactions {kind} instead of one")
        return found[0]

    def owners(kind, member, value, name):
        return {e["by"] for e in entries if e["kind"] == kind and e["body"][member] == value
                and name in (e["body"].get("datasets") or [name])}

    result = one("result.record", "the result", lambda e: e["id"] == result_id)
    redeem = one("token.redeem", "the redemption", lambda e: e["id"] == result["body"]["redemption"])
    token = one("token.request", "the token", lambda e: e["id"] == redeem["body"]["token"])
    taken, asked, datasets = redeem["body"], token["body"], {}
    demand(token["by"] == redeem["by"] == result["by"], "token, redemption and result are of different parties")
    for name in taken["datasets"]:
        entry = one("dataset.publish", f"dataset {name}", lambda e: e["body"]["name"] == name and e["index"] < token["index"])
        body = datasets[name] = entry["body"]
        demand(owners("dataset.approve", "proposal", entry["id"], name) | {entry["by"]} >= set(body["owners"]) and
               entry["by"] in body["owners"], f"not all owners of {name} published it")
        approved = {e["by"] for e in entries if e["kind"] == "token.approve" and token["index"] < e["index"] < redeem["index"]
                    and e["body"]["token"] == token["id"] and name in (e["body"].get("datasets") or [name])} | {token["by"]}
        demand(len(approved & set(body["owners"])) >= body["approvals"], f"the owners of {name} did not approve the token")
    pool = one("pool.create", "the pool", lambda e: all(e["body"]["name"] == d["pool"] for d in datasets.values()))
    for name, body in datasets.items():
        demand(set(body["owners"]) <= set(pool["body"]["members"]), f"{name} is not by members of the pool")
    demand(set(taken["datasets"]) <= set(asked.get("datasets") or taken["datasets"]) and set(taken["packs"]) <= set(asked["packs"])
           and asked.get("pool", pool["body"]["name"]) == pool["body"]["name"] and redeem["time"] < asked["until"],
           "the redemption takes what the token does not give")
    demand(result["body"]["plan"] == taken["plan"] and result["body"]["inputs"] == sorted(d["manifest"] for d in datasets.values()),
           "the result is not of the redemption's plan and inputs")
    call = taken.get("contract")
    demand(not asked.get("contracts") or (call and call["contract"] in asked["contracts"]), "the token is limited to registered plans")
    if call:
        registered = one("contract.register", "the registered plan", lambda e: e["body"]["contract"] == call["contract"])
        for name, body in datasets.items():
            agreed = owners("contract.approve", "contract", call["contract"], name) | {registered["by"]}
            demand(len(agreed & set(body["owners"])) >= body["approvals"], f"the owners of {name} did not approve the plan")
        plan = rfc8785.dumps({**registered["body"]["template"], "parameters": call["parameters"]})
        cid = CID("base32", 1, "dag-json", ("sha2-256", sha256(plan)))
        demand(str(cid) == taken["plan"], "the registered plan, filled in, is another plan")
    return result, redeem, token, pool, datasets


# ---- the result: ciphertexts, openings, table ----

def decimal(value, digits):
    scaled = abs(value) * 10 ** digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * rest > scaled.denominator or (2 * rest == scaled.denominator and whole % 2)
    text = str(whole).rjust(digits + 1, "0")
    return ("-" if value < 0 and whole else "") + (text[:-digits] + "." + text[-digits:] if digits else text)


def column_terms(field):
    """Scale, scaled minimum and largest slot entry of a computable column."""
    scale, bounds = 10 ** field.get("decimals", 0), field["constraints"]
    low, high = (Fraction(bounds[b]) * scale for b in ("minimum", "maximum"))
    return scale, int(low), int(high - low)


def check_manifests(manifests, datasets, packs, fingerprint, bits, capacity):
    first = manifests[0]
    for manifest in manifests:
        body = datasets[manifest["name"]]
        schema = manifest["schema"]
        fields = {f["name"]: f for f in schema["fields"]}
        demand(manifest["version"] == 1 and manifest["key"] == {"fingerprint": fingerprint, "modulusBits": bits}
               and manifest["weightCapacityBits"] == capacity and body["keyFingerprint"] == fingerprint
               and manifest["rows"] == body["rows"] and {p: sorted(c) for p, c in schema["packs"].items()} == body["packs"],
               f"the manifest of {manifest['name']} is not what was published")
        for pack in packs:
            offset, slots = 0, []
            for column in schema["packs"][pack]:
                field, largest = fields[column], column_terms(fields[column])[2]
                demand(field == {f["name"]: f for f in first["schema"]["fields"]}[column], f"{column} differs between datasets")
                for content, most in (("value", largest), ("square", largest ** 2))[:2 if field.get("squares") else 1]:
                    width = max(most.bit_length(), 1) + capacity + 8
                    slots.append({"column": column, "content": content, "offset": offset, "width": width})
                    offset += width
            demand(manifest["layout"][pack] == slots and offset < bits, f"the layout of {pack} does not follow from its schema")
    return first


def needed_sums(plan, schema):
    """What a plan's result must list, in its order."""
    weights, sums, counted = [], set(), set()
    for item in plan["select"]:
        if item.get("weight") is not None and item["weight"] not in weights:
            weights.append(item["weight"])
    for item in plan["select"]:
        column = item.get("column")
        if column is None:
            continue
        pack = next(p for p, columns in schema["packs"].items() if column in columns)
        if item["aggregate"] == COUNT:
            counted.add(column)
        elif item["aggregate"] == WEIGHTED:
            sums |= {(pack, weights.index(item["weight"]), negative) for negative in (False, True)}
        else:
            sums.add((pack, -1, False))
    return [{"pack": p} if w < 0 else {"negative": s, "pack": p, "weight": weights[w]} for p, w, s in sorted(sums)], sorted(counted)


def table(plan, result, manifest, plaintexts, digits):
    schema, rows = manifest["schema"], []
    fields = {f["name"]: f for f in schema["fields"]}

    def opened(group, column, **weighted):
        pack = next(p for p, columns in schema["packs"].items() if column in columns)
        entry = group["sums"][result["sums"].index({"pack": pack, **weighted})]
        weight = int(entry["weights"][schema["packs"][pack].index(column)]) if entry else 0
        if not weight:
            return None
        slots = {}
        for slot in manifest["layout"][pack]:
            value = plaintexts[entry["ciphertext"]] >> slot["offset"] & (1 << slot["width"]) - 1
            demand(value.bit_length() <= slot["width"] - 8, "guard bits are set: a row held more than its schema allows")
            slots[slot["column"], slot["content"]] = int(value)
        demand(plaintexts[entry["ciphertext"]] >> slot["offset"] + slot["width"] == 0, "bits are set above the last slot")
        scale, low, largest = column_terms(fields[column])
        total, square = slots[column, "value"], slots.get((column, "square"))
        demand(total <= weight * largest and (square is None or total ** 2 <= weight * square and square <= total * largest),
               f"a sum of {column} cannot come from rows within their bounds")
        return Fraction(total + low * weight, scale), weight, square and Fraction(weight * square - total ** 2, scale ** 2) or 0

    def cell(item, group):
        column, aggregate = item.get("column"), item.get("aggregate")
        if "group" in item:
            return group["values"][item["group"]]
        if aggregate == COUNT:
            return group["rows"] if column is None else group["counts"][result["counted"].index(column)]
        places = fields[column].get("decimals", 0)
        if aggregate == WEIGHTED:
            parts = [opened(group, column, weight=item["weight"], negative=n) for n in (False, True)]
            if parts == [None, None]:
                return None
            return decimal((parts[0][0] if parts[0] else 0) - (parts[1][0] if parts[1] else 0), places)
        found = opened(group, column)
        if found is None or (aggregate in VARIANCES and found[1] < 2):
            return None
        total, weight, spread = found
        divisor = weight * (weight - 1 if aggregate == "variance" else weight)
        return {"sum": lambda: decimal(total, places), "mean": lambda: decimal(total / weight, digits)}.get(
            aggregate, lambda: decimal(Fraction(spread) / divisor, digits))()

    for group in result["groups"]:
        rows.append([cell(item, group) for item in plan["select"]])
    return {"columns": [item["name"] for item in plan["select"]], "rows": rows,
            "refused": [{"group": r["values"], "reason": r["reason"]} for r in result["refused"]]}


def open_result(blocks, result, plan, n, document):
    width, per_block = result["ciphertexts"]["bytes"], (1 << 20) // result["ciphertexts"]["bytes"]
    count, links = result["ciphertexts"]["count"], [l["/"] for l in result["ciphertexts"]["blocks"]]
    data = b"".join(blocks[l] for l in links)
    demand(width == -(-2 * int(n).bit_length() // 64) * 8 and len(data) == count * width and len(links) == -(-count // per_block),
           "the ciphertext blocks are not as the result says")
    square, plaintexts = n * n, []
    demand(document is None or len(document["openings"]) == count, "the opening is of another number of ciphertexts")
    for index in range(count):
        c = mpz(int.from_bytes(data[index * width:(index + 1) * width], "little"))
        demand(0 < c < square and gcd(int(c), int(n)) == 1, "a ciphertext is none")
        if document:
            m, r = (mpz(int(document["openings"][index][k])) for k in ("plaintext", "randomness"))
            demand(0 <= m < n and 0 < r < n and gcd(int(r), int(n)) == 1 and (1 + m * n) * powmod(r, n, square) % square == c,
                   "a plaintext is not what its ciphertext holds")
            plaintexts.append(int(m))
    return plaintexts


def verify(path, pinned, digits):
    proven, missing = [], []
    with open(path, "rb") as file:
        root, blocks = read_car(file.read())
    content = canonical(blocks[root])
    demand(content["version"] == 1, "the evidence is of another version")
    founding_bytes = blocks[content["founding"]["/"]]
    founding, digest = canonical(founding_bytes), sha256(founding_bytes).hex()
    demand(digest == content["consortium"], "the founding record is another one than the file names")
    if pinned:
        with open(pinned, "rb") as file:
            demand(sha256(rfc8785.dumps(json.loads(file.read()))).hex() == digest, "it is of another consortium than the one pinned")
        proven.append(f"the consortium is the one that you pinned: {founding['name']}")
    else:
        missing.append(f"that this is the consortium that you mean: compare its fingerprint {digest}")
    note = content["checkpoint"]
    ledger = Ledger(founding, digest, content["section"], note)
    entries = [ledger.entry(canonical(blocks[t["/"]]), note) for t in content["transactions"]]
    demand(all(a["index"] < b["index"] for a, b in zip(entries, entries[1:])), "the transactions are not in the ledger's order")
    opened_section = [e for e in entries if e["kind"] == "section.open"]
    demand(len(opened_section) == 1 and opened_section[0]["index"] == 0 and opened_section[0]["body"]["record"] == founding,
           "the section was opened with another founding record")
    proven.append(f"{len(entries)} transactions are in the ledger of {content['section']}, accepted, and rightly signed; "
                  f"{', '.join(ledger.cosigned)} cosigned its checkpoint of {ledger.size} entries ({ledger.needed} needed)")
    recorded, redeem, token, pool, datasets = check_grant(entries, content["result"])
    n, bits, fingerprint = check_key(pool["body"])
    proven.append(f"the key of pool {pool['body']['name']} has {bits} bits, and its proof holds")
    proven.append(f"{', '.join(sorted(datasets))} were published by their owners, who allowed {token['by']} to use "
                  f"{', '.join(token['body']['packs'])} for '{token['body']['purpose']}'; one use was taken")
    body, plan = recorded["body"], canonical(blocks[content["plan"]["/"]])
    demand(content["plan"]["/"] == body["plan"] and content["computed"]["/"] == body["result"], "plan or result are not the recorded ones")
    demand([d["/"] for d in plan["datasets"]] == body["inputs"] and plan["packs"] == redeem["body"]["packs"], "the plan takes other data")
    manifests = [canonical(blocks[cid]) for cid in body["inputs"]]
    demand(all(datasets.get(m["name"], {}).get("manifest") == cid for m, cid in zip(manifests, body["inputs"])),
           "a manifest is not the published one")
    manifest = check_manifests(manifests, datasets, plan["packs"], fingerprint, bits, pool["body"]["weightCapacityBits"])
    result = canonical(blocks[body["result"]])
    sums, counted = needed_sums(plan, manifest["schema"])
    used = [e["ciphertext"] for g in result["groups"] for e in g["sums"] if e]
    demand(result["version"] == 1 and result["plan"]["/"] == body["plan"] and [d["/"] for d in result["datasets"]] == body["inputs"]
           and result["key"] == fingerprint and result["minimumSubjects"] == founding["policy"]["minimumSubjects"]
           and result["sums"] == sums and result["counted"] == counted and used == list(range(result["ciphertexts"]["count"]))
           and plan["packs"] == sorted({s["pack"] for s in sums}), "the result is not one of this plan")
    proven.append(f"the result is of plan {body['plan']} over exactly those datasets")
    document = canonical(blocks[content["opening"]["/"]]) if "opening" in content else None
    plaintexts, shown = open_result(blocks, result, plan, n, document), None
    if document:
        openings = [e for e in entries if e["kind"] == "opening.record" and e["body"]["result"] == content["result"]]
        demand(len(openings) == 1 and openings[0]["by"] == pool["by"] and document["version"] == 1
               and openings[0]["body"]["commitment"] == sha256(rfc8785.dumps(document)).hex()
               and document["result"] == content["result"] and document["computed"] == body["result"],
               "the opening is not the one that the custodian recorded")
        shown = table(plan, result, manifest, plaintexts, digits)
        proven.append(f"{pool['by']} recorded the opening, and each of {len(plaintexts)} plaintexts is what its ciphertext holds")
    else:
        missing.append("what the result says: the evidence holds no opening")
    for entry in entries:
        if entry["kind"] == "result.dispute":
            missing.append(f"that the result is right: {entry['by']} disputes it")
    missing.append("that the ciphertexts are the sums over the published shards: that needs the shards")
    missing.append("that the published figures are true, and that nothing follows from them with earlier openings")
    return {"valid": True, "proven": proven, "notProven": missing, "table": shown}


def main():
    parser = argparse.ArgumentParser(description="Checks a Chancery evidence file.")
    parser.add_argument("evidence")
    parser.add_argument("--consortium", help="founding record that you trust")
    parser.add_argument("--digits", type=int, default=12, help="of means and variances")
    arguments = parser.parse_args()
    try:
        report = verify(arguments.evidence, arguments.consortium, arguments.digits)
    except OSError as error:
        parser.error(str(error))
    except Exception as error:  # whatever a hostile file provokes, it proves nothing
        text = str(error) if isinstance(error, Refused) else f"it cannot be read as evidence ({type(error).__name__}: {error})"
        print(f"not proven: {text}", file=sys.stderr)
        print(json.dumps({"valid": False, "problem": text}))
        return 1
    for text in report["proven"]:
        print(f"proven: {text}", file=sys.stderr)
    for text in report["notProven"]:
        print(f"not proven: {text}", file=sys.stderr)
    print(json.dumps(report, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
