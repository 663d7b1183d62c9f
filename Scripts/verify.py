#!/usr/bin/env python3
"""A second verifier of evidence files: shares no code with Chancery, only the formats of docs/formats.md.

  Scripts/verify.py EVIDENCE.car [--consortium FOUNDING.json] [--digits 12]

Plain words of what is proven and what is not go to standard error, one JSON document to standard output.
Exit: 0 the evidence holds, 1 it does not, 2 the command is wrong. Needs these from PyPI:
"""
import argparse, base64, hashlib, json, sys
from fractions import Fraction

import ipld_car, rfc8785  # CAR files and CIDs; canonical JSON
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmpy2 import gcd, mpz, powmod
from multiformats import CID

class Refused(Exception):
    """What does not hold, in plain words."""

def demand(holds, text):
    if not holds:
        raise Refused(text)

def sha256(data):
    return hashlib.sha256(data).digest()

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    demand(base64.b64encode(data).decode() == text, "base64 is not written in its one form")
    return data

def canonical(data):
    """JSON that is the RFC 8785 text of what it says: no other order, spelling or doubled member."""
    value = json.loads(data)
    demand(rfc8785.dumps(value) == data, "JSON is not in canonical form")
    return value

def read_car(data):
    roots, blocks = ipld_car.decode(memoryview(data))
    for cid, body in blocks:
        demand(cid.hashfun.name == "sha2-256" and cid.raw_digest == sha256(body), "a block is not what its CID says")
    demand(len(roots) == 1, "the file has several roots")
    return roots[0].encode("base32"), {cid.encode("base32"): bytes(body) for cid, body in blocks}

# ---- the ledger: RFC 9162 trees, C2SP checkpoint and cosignatures, DSSE envelopes ----

def tree_root(index, size, value, path):
    """Root of the tree of `size` leaves that has the hash `value` at `index` (RFC 9162, section 2.1.3)."""
    demand(0 <= index < size and (size > 1) == bool(path), "an inclusion proof has another length")
    if size == 1:
        return value
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return sha256(b"\x01" + tree_root(index, split, value, path[:-1]) + path[-1])
    return sha256(b"\x01" + path[-1] + tree_root(index - split, size - split, value, path[:-1]))

def included(leaf, index, size, hashes, root):
    return tree_root(index, size, sha256(b"\0" + rfc8785.dumps(leaf)), [unbase64(h) for h in hashes]) == root

def check_signature(public, signature, message):
    Ed25519PublicKey.from_public_bytes(unbase64(public)).verify(signature, message)  # raises InvalidSignature

class Ledger:
    """The departments of a founding record, and one checkpoint of their section's ledger that a quorum cosigned."""

    def __init__(self, founding, digest, section, note):
        self.parties, self.note = {party["name"]: party for party in founding["parties"]}, note
        self.identity = {"consortium": digest, "section": section}
        self.departments = sorted(
            n for n, p in self.parties.items() if p["role"] == "department" and p.get("section") == section)
        keys = {n: self.parties[n]["cosigningKey"] for n in self.departments if "cosigningKey" in self.parties[n]}
        rule = founding["policy"]["quorum"]
        self.needed = {"two-thirds": len(keys) * 2 // 3 + 1, "majority": len(keys) // 2 + 1}[rule]
        self.members = sha256(rfc8785.dumps({
            "departments": [{"cosigningKey": k, "name": n} for n, k in keys.items()], "quorum": rule,
            "section": section})).hex()
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
                time = int.from_bytes(blob[4:12], "big")
                check_signature(key, blob[12:], f"cosignature/v1\ntime {time}\n{text}\n".encode())
                self.cosigners.append(name)
        demand(len(self.cosigners) >= self.needed, f"{len(self.cosigners)} departments cosigned, not {self.needed}")

    def entry(self, proof):
        """Checks one transaction's proof: in the ledger, accepted, signed by exactly those whom its kind asks for."""
        envelope, outcome, block = proof["envelope"], proof["outcome"], proof["block"]
        record, place = block["record"], proof["inclusion"]["index"] - block["index"] + block["record"]["transactions"]
        payload, kind = unbase64(envelope["payload"]), envelope["payloadType"]
        encoding = f"DSSEv1 {len(kind.encode())} {kind} {len(payload)} ".encode() + payload
        identity, short = sha256(encoding).hex(), kind.removeprefix("application/vnd.chancery.").removesuffix(".v1+json")
        what = f"{short} {identity[:12]}"
        demand(proof["checkpoint"] == self.note and proof["inclusion"]["treeSize"] == self.size,
               f"the proof of {what} is against another checkpoint")
        demand(included(envelope, proof["inclusion"]["index"], self.size, proof["inclusion"]["hashes"], self.root),
               f"{what} is not in the ledger")
        demand(included(record, block["index"], self.size, block["inclusion"], self.root), f"the block of {what} is not")
        demand(record["version"] == 1 and record["members"] == self.members, f"other members made the block of {what}")
        demand((outcome["transaction"], outcome["index"]) == (identity, place) and included(
            outcome, place, record["transactions"], proof["outcomeProof"], bytes.fromhex(record["outcomes"])),
            f"the outcome of {what} is not in its block")
        demand(outcome["accepted"] is True and "reason" not in outcome, f"{what} was refused by the ledger")
        said = canonical(payload)
        demand(said["ledger"] == self.identity, f"{what} is of another ledger")
        signers = self.departments if short == "section.open" else [said["by"]]
        keys = {sha256(unbase64(k)).hex(): k for k in (self.parties[name]["signingKey"] for name in signers)}
        demand([s["keyid"] for s in envelope["signatures"]] == sorted(keys), f"{what} is not signed by exactly its signers")
        for signature in envelope["signatures"]:
            check_signature(keys[signature["keyid"]], unbase64(signature["sig"]), encoding)
        return {"id": identity, "kind": short, "by": said["by"], "body": said["body"],
                "index": proof["inclusion"]["index"], "time": record["time"]}

# ---- the grant: who published, who allowed, what was redeemed ----

def check_key(body):
    """gcd(n, φ(n)) = 1 by eight n-th roots of hashed numbers: a ciphertext then has one plaintext only."""
    modulus, roots = unbase64(body["modulus"]), [int.from_bytes(unbase64(r), "big") for r in body["keyProof"]["roots"]]
    n, length = mpz(int.from_bytes(modulus, "big")), (int.from_bytes(modulus, "big").bit_length() + 135) // 8
    demand(n.bit_length() >= 2048 and modulus[0] and n % 2 and all(n % d for d in range(3, 1 << 16, 2)), "the key is weak")
    demand(len(roots) == 8, "the pool key's proof has another number of roots")
    for index, root in enumerate(roots):
        seed = b"chancery paillier nth-root proof v1\0" + len(modulus).to_bytes(4, "big") + modulus
        parts = (sha256(seed + index.to_bytes(4, "big") + c.to_bytes(4, "big")) for c in range(length // 32 + 1))
        target = int.from_bytes(b"".join(parts)[:length], "big") % n
        demand(0 < root < n and powmod(root, n, n) == target, "the pool key's proof does not hold")
    return n, sha256(modulus).hex()

def check_grant(entries, result_id):
    def one(kind, matches):
        found = [e for e in entries if e["kind"] == kind and matches(e)]
        demand(len(found) == 1, f"there are {len(found)} fitting transactions {kind}, not one")
        return found[0]

    def agreed(kind, member, value, dataset, first):
        """Owners of a dataset that said yes to something, whoever began it among them."""
        return ({first} | {e["by"] for e in entries if e["kind"] == kind and e["body"][member] == value
                           and dataset["name"] in (e["body"].get("datasets") or [dataset["name"]])}) & set(dataset["owners"])

    result = one("result.record", lambda e: e["id"] == result_id)
    redeem = one("token.redeem", lambda e: e["id"] == result["body"]["redemption"])
    token = one("token.request", lambda e: e["id"] == redeem["body"]["token"])
    taken, asked, datasets = redeem["body"], token["body"], {}
    demand(token["by"] == redeem["by"] == result["by"], "token, redemption and result are of different parties")
    entries = [e for e in entries if e["index"] < redeem["index"] or e["kind"].startswith("opening.")]
    for name in taken["datasets"]:
        entry = one("dataset.publish", lambda e: e["body"]["name"] == name and e["index"] < token["index"])
        body = datasets[name] = entry["body"]
        demand(entry["by"] in body["owners"] and agreed("dataset.approve", "proposal", entry["id"], body, entry["by"])
               == set(body["owners"]), f"not all owners of {name} published it")
        demand(len(agreed("token.approve", "token", token["id"], body, token["by"])) >= body["approvals"],
               f"the owners of {name} did not approve the token")
    pool = one("pool.create", lambda e: all(e["body"]["name"] == d["pool"] for d in datasets.values()))
    owners = {owner for body in datasets.values() for owner in body["owners"]}
    demand(datasets and owners <= set(pool["body"]["members"]), "a dataset is not by members of the pool")
    demand(set(taken["datasets"]) <= set(asked.get("datasets", taken["datasets"])) and set(taken["packs"]) <= set(asked["packs"])
           and asked.get("pool", pool["body"]["name"]) == pool["body"]["name"] and redeem["time"] < asked["until"],
           "the redemption takes what the token does not give")
    demand(result["body"]["plan"] == taken["plan"] and result["body"]["inputs"] == sorted(
        d["manifest"] for d in datasets.values()), "the result is not of the redemption's plan and inputs")
    call = taken.get("contract")
    if call:
        registered = one("contract.register", lambda e: e["body"]["contract"] == call["contract"])
        for name, body in datasets.items():
            approved = agreed("contract.approve", "contract", call["contract"], body, registered["by"])
            demand(len(approved) >= body["approvals"], f"the owners of {name} did not approve the registered plan")
        plan = rfc8785.dumps({**registered["body"]["template"], "parameters": call["parameters"]})
        demand(str(CID("base32", 1, "dag-json", ("sha2-256", sha256(plan)))) == taken["plan"], "the plan is not the registered one")
    demand("contracts" not in asked or call and call["contract"] in asked["contracts"], "the token is for registered plans")
    return result, redeem, token, pool, datasets

# ---- the result: ciphertexts, openings, table ----

def terms(field):
    """Scale, scaled minimum and largest slot entry of a computable column."""
    scale = 10 ** field.get("decimals", 0)
    low, high = (int(Fraction(field["constraints"][bound]) * scale) for bound in ("minimum", "maximum"))
    return scale, low, high - low

class Table:
    """What plan, manifests and result say together, and what opened plaintexts then mean."""

    def __init__(self, plan, manifests, datasets, result):
        self.plan, self.result, self.schema = plan, result, manifests[0]["schema"]
        self.fields = {field["name"]: field for field in self.schema["fields"]}
        self.pack = {column: pack for pack, columns in self.schema["packs"].items() for column in columns}
        self.layout = manifests[0]["layout"]
        for manifest in manifests:
            self.check_manifest(manifest, datasets[manifest["name"]])
        self.check_sums()

    def check_manifest(self, manifest, published):
        schema, name = manifest["schema"], manifest["name"]
        demand(manifest["version"] == 1 and manifest["key"]["fingerprint"] == published["keyFingerprint"]
               and manifest["rows"] == published["rows"]
               and {p: sorted(c) for p, c in schema["packs"].items()} == {p: sorted(c) for p, c in published["packs"].items()}
               and {f["name"] for f in schema["fields"] if f["protection"] == "public"} == set(published["publicColumns"]),
               f"the manifest of {name} is not what was published")
        fields = {field["name"]: field for field in schema["fields"]}
        for pack in self.plan["packs"]:
            slots, offset = [], 0
            for column in schema["packs"][pack]:
                field, largest = fields[column], terms(fields[column])[2]
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

    def opened(self, group, column, plaintexts, **weighted):
        """Sum, weight, and weight · Σ squares − sum² of a column in a group; None where nothing is present."""
        pack = self.pack[column]
        entry = group["sums"][self.result["sums"].index({"pack": pack, **weighted})]
        weight = int(entry["weights"][self.schema["packs"][pack].index(column)]) if entry else 0
        if not weight:
            return None
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

    def cell(self, item, group, plaintexts, digits):
        column, aggregate = item.get("column"), item.get("aggregate")
        if "group" in item:
            return group["values"][item["group"]]
        if aggregate == "count":
            return group["counts"][self.result["counted"].index(column)] if column else group["rows"]
        places = self.fields[column].get("decimals", 0)
        if aggregate == "weightedSum":
            plus, minus = (self.opened(group, column, plaintexts, weight=item["weight"], negative=n) for n in (False, True))
            return decimal((plus[0] if plus else 0) - (minus[0] if minus else 0), places) if plus or minus else None
        found = self.opened(group, column, plaintexts)
        if not found or aggregate in ("variance", "populationVariance") and found[1] < 2:
            return None
        total, weight, spread = found
        return {"sum": lambda: decimal(total, places), "mean": lambda: decimal(total / weight, digits),
                "variance": lambda: decimal(spread / (weight * (weight - 1)), digits),
                "populationVariance": lambda: decimal(spread / weight ** 2, digits)}[aggregate]()

    def rows(self, plaintexts, digits):
        return {"columns": [item["name"] for item in self.plan["select"]],
                "rows": [[self.cell(i, g, plaintexts, digits) for i in self.plan["select"]] for g in self.result["groups"]],
                "refused": [{"group": r["values"], "reason": r["reason"]} for r in self.result["refused"]]}

def decimal(value, digits):
    """Exactly so many digits, a half rounded to the even neighbour (as Python rounds fractions)."""
    whole = round(Fraction(value) * 10 ** digits)
    text = str(abs(whole)).rjust(digits + 1, "0")
    return ("-" if whole < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)

def check_openings(blocks, listed, n, document):
    """c ≡ (1 + M·n) · rⁿ (mod n²) for every ciphertext. Returns the plaintexts."""
    width, count, square, plaintexts = listed["bytes"], listed["count"], n * n, []
    data = b"".join(blocks[link["/"]] for link in listed["blocks"])
    demand(width == -(-2 * n.bit_length() // 64) * 8 and len(data) == count * width, "the ciphertext blocks do not fit")
    demand(document is None or len(document["openings"]) == count, "the opening is of another number of ciphertexts")
    for index in range(count):
        c = mpz(int.from_bytes(data[index * width:(index + 1) * width], "little"))
        demand(0 < c < square and gcd(c, n) == 1, "a ciphertext is none")
        if document:
            m, r = (mpz(document["openings"][index][key]) for key in ("plaintext", "randomness"))
            demand(0 <= m < n and 0 < r < n and gcd(r, n) == 1 and (1 + m * n) * powmod(r, n, square) % square == c,
                   "a plaintext is not what its ciphertext holds")
            plaintexts.append(int(m))
    return plaintexts

def verify(path, pinned, digits):
    root, blocks = read_car(open(path, "rb").read())
    content = canonical(blocks[root])
    founding, digest = canonical(blocks[content["founding"]["/"]]), sha256(blocks[content["founding"]["/"]]).hex()
    demand(content["version"] == 1 and digest == content["consortium"], "the founding record is not the one named")
    mine = sha256(rfc8785.dumps(json.load(open(pinned, "rb")))).hex() if pinned else digest
    demand(mine == digest, "it is of another consortium than the one pinned")
    ledger = Ledger(founding, digest, content["section"], content["checkpoint"])
    entries = [ledger.entry(canonical(blocks[link["/"]])) for link in content["transactions"]]
    demand(all(a["index"] < b["index"] for a, b in zip(entries, entries[1:])), "the transactions are out of order")
    demand([(e["index"], e["body"]["record"]) for e in entries if e["kind"] == "section.open"] == [(0, founding)],
           "the section was opened with another founding record")
    recorded, redeem, token, pool, datasets = check_grant(entries, content["result"])
    n, fingerprint = check_key(pool["body"])
    body, asked = recorded["body"], token["body"]
    demand((content["plan"]["/"], content["computed"]["/"]) == (body["plan"], body["result"]), "plan or result are others")
    plan, result, manifests = (canonical(blocks[body["plan"]]), canonical(blocks[body["result"]]),
                               [canonical(blocks[cid]) for cid in body["inputs"]])
    demand([d["/"] for d in plan["datasets"]] == body["inputs"] == [datasets[m["name"]]["manifest"] for m in manifests]
           and plan["packs"] == redeem["body"]["packs"], "the plan takes other data than was redeemed")
    demand(all(m["key"] == {"fingerprint": fingerprint, "modulusBits": n.bit_length()}
               and m["weightCapacityBits"] == pool["body"]["weightCapacityBits"] for m in manifests)
           and result["key"] == fingerprint, "a dataset or the result is not under the pool's key")
    demand(result["version"] == 1 and (result["plan"], result["datasets"]) == (content["plan"], plan["datasets"])
           and result["minimumSubjects"] == founding["policy"]["minimumSubjects"], "the result is not one of this plan")
    table = Table(plan, manifests, datasets, result)
    document = canonical(blocks[content["opening"]["/"]]) if "opening" in content else None
    plaintexts, shown = check_openings(blocks, result["ciphertexts"], n, document), None
    proven = [f"{len(entries)} transactions are in the ledger of {content['section']}, accepted and rightly signed; "
              f"{', '.join(ledger.cosigners)} cosigned its checkpoint of {ledger.size} entries ({ledger.needed} needed)",
              f"the key of pool {pool['body']['name']} has {n.bit_length()} bits, and its proof holds",
              f"{', '.join(sorted(datasets))} were published by their owners, who allowed {token['by']} to use "
              f"{', '.join(asked['packs'])} for '{asked['purpose']}'; one use was taken for plan {body['plan']}"]
    missing = [f"that the result is right: {e['by']} disputes it" for e in entries if e["kind"] == "result.dispute"]
    if document:
        records = [(e["by"], e["body"]["commitment"]) for e in entries
                   if e["kind"] == "opening.record" and e["body"]["result"] == content["result"]]
        demand(records == [(pool["by"], sha256(rfc8785.dumps(document)).hex())] and document["version"] == 1
               and (document["result"], document["computed"]) == (content["result"], body["result"]),
               "the opening is not the one that the custodian recorded")
        shown = table.rows(plaintexts, digits)
        proven.append(f"{pool['by']} recorded the opening; its {len(plaintexts)} plaintexts are what the ciphertexts hold")
    missing += [] if document else ["what the result says: the evidence holds no opening"]
    missing += [] if pinned else [f"that this is the consortium you mean: compare its fingerprint {digest}"]
    missing += ["that the ciphertexts are the sums over the published shards: that needs the shards",
                "that the published figures are true, and that nothing follows from them with earlier openings"]
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
        text = str(error) if isinstance(error, Refused) else f"it does not read as evidence: {type(error).__name__} {error}"
        report = {"valid": False, "proven": [], "notProven": [text], "table": None}
    for heading, lines in (("proven", report["proven"]), ("NOT proven", report["notProven"])):
        for line in lines:
            print(f"{heading}: {line}", file=sys.stderr)
    print(json.dumps(report, ensure_ascii=False))
    return 0 if report["valid"] else 1

if __name__ == "__main__":
    sys.exit(main())
