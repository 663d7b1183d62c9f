"""Results: that a token allowed them, that they are of the plan, and that the plaintexts are the ciphertexts'."""
from fractions import Fraction
import rfc8785
from gmpy2 import gcd, mpz, powmod
from multiformats import CID
from .ledger import canonical, check_key, demand, linked, one, open_ledger, sha256
from .requests import Request
from .shares import check_shares

def check_grant(entries, result_id):
    def agreed(kind, member, value, dataset, first):  # owners that said yes, whoever began it among them
        approvals = [e for e in entries if e["kind"] == kind and e["body"][member] == value and e["index"] < redeem["index"]]
        named = {e["by"] for e in approvals if dataset["name"] in e["body"].get("datasets", [dataset["name"]])}
        return (named | {first}) & set(dataset["owners"])

    result = one(entries, "result.record", lambda e: e["id"] == result_id)
    redeem = one(entries, "token.redeem", lambda e: e["id"] == result["body"]["redemption"])
    token = one(entries, "token.request", lambda e: e["id"] == redeem["body"]["token"])
    taken, asked, datasets = redeem["body"], token["body"], {}
    demand(token["by"] == redeem["by"] == result["by"], "token, redemption and result are of different parties")
    for name in taken["datasets"]:
        entry = one(entries, "dataset.publish", lambda e: e["body"]["name"] == name and e["index"] < token["index"])
        body = datasets[name] = entry["body"]
        published = agreed("dataset.approve", "proposal", entry["id"], body, entry["by"])
        demand(entry["by"] in published == set(body["owners"]), f"not all owners of {name} published it")
        approved = agreed("token.approve", "token", token["id"], body, token["by"])
        demand(len(approved) >= body["approvals"], f"the owners of {name} did not approve the token")
    pool = one(entries, "pool.create", lambda e: all(e["body"]["name"] == d["pool"] for d in datasets.values()))
    demand(datasets and all(set(d["owners"]) <= set(pool["body"]["members"]) for d in datasets.values()), "not by members")
    demand(set(taken["packs"]) <= set(asked["packs"]) and set(datasets) <= set(asked.get("datasets", datasets))
           and asked.get("pool", pool["body"]["name"]) == pool["body"]["name"], "the redemption takes more than the token")
    inputs, call = sorted(d["manifest"] for d in datasets.values()), taken.get("contract")
    demand((result["body"]["plan"], result["body"]["inputs"]) == (taken["plan"], inputs) and redeem["time"] < asked["until"],
           "the result is of another plan or other inputs, or the token had expired")
    if call:
        registered = one(entries, "contract.register", lambda e: e["body"]["contract"] == call["contract"])
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
        demand(packs[0] == packs[1] and (manifest["version"], manifest["rows"], public, manifest.get("pseudonymKey")) == (
            1, published["rows"], published["publicColumns"], published.get("pseudonymKey")), f"the manifest of {name} is not what was published")
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

def check_openings(blocks, listed, n, document, shared, request=None):
    # c ≡ (1 + M·n) · rⁿ (mod n²) for every ciphertext, or the parts of enough holders open it. Returns the plaintexts
    width, count, square, plaintexts = listed["bytes"], listed["count"], n * n, []
    data = b"".join(blocks[link["/"]] for link in listed["blocks"])
    demand(width == -(-2 * n.bit_length() // 64) * 8 and len(data) == count * width, "the ciphertext blocks do not fit")
    demand(document is None or shared or request or len(document["openings"]) == count, "the opening is of another number of ciphertexts")
    ciphertexts = []
    for index in range(count):
        c = mpz(int.from_bytes(data[index * width:(index + 1) * width], "little"))
        demand(0 < c < square and gcd(c, n) == 1, "a ciphertext is none")
        ciphertexts.append(c)
        if document and not shared and not request:
            m, r = (mpz(document["openings"][index][key]) for key in ("plaintext", "randomness"))
            demand(0 <= m < n and 0 < r < n and gcd(r, n) == 1 and (1 + m * n) * powmod(r, n, square) % square == c,
                   "a plaintext is not what its ciphertext holds")
            plaintexts.append(int(m))
    if not shared and not request: return plaintexts
    demand(document["openings"] == [], "an opening of a shared key gives randomness")
    if request:  # by escrow, without the custodian: parts that the holders' grants have the digests of
        plain = {"computed": document["computed"], "result": document["result"], "version": 1}
        if count: return request.open(document["parts"], ciphertexts, lambda part: rfc8785.dumps({**plain, "part": part}))
        demand(document["parts"] == [] and request.used is not None and all(
            request.grants[h] == sha256(rfc8785.dumps(plain)).hex() for h in request.used), "a part is another")
        return []
    return shared.open(ciphertexts, document["parts"], b"chancery opening part v1" + bytes.fromhex(document["result"]))

def verify_result(content, blocks, pinned):
    founding, digest, ledger, entries = open_ledger(content, blocks, pinned)
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
    shared, holders, request = None, None, None
    if document and "sharedKey" in content and "sharing" not in pool["body"]:
        used = one(entries, "escrow.open", lambda e: "opening" in e["body"])
        request = Request(used["body"]["request"], {"result": content["result"]}, pool["by"], {"pool": pool["body"]["name"]}, n,
                          fingerprint, ledger, entries, linked(content, "sharedKey", blocks), linked(content, "granted", blocks))
        demand(request.asked["by"] == token["by"] and recorded["index"] < request.asked["index"]
               and used["body"]["opening"]["commitment"] == sha256(rfc8785.dumps(document)).hex()
               and canonical(blocks[content["sharedKey"]["/"]]) == {
                   "holders": request.holders, "key": request.record, "pool": pool["body"]["name"]},
               "the opening is not the one that the requester recorded")
    if document and "sharing" in pool["body"]:
        shared, holders = check_shares(content, blocks, entries, pool, n, fingerprint, document, token["by"])
    plaintexts, shown = check_openings(blocks, result["ciphertexts"], n, document, shared, request), None
    proven = [f"{len(entries)} transactions are in the ledger of {content['section']}, accepted and rightly signed",
              f"{', '.join(ledger.cosigners)} cosigned its checkpoint of {ledger.size} entries; {ledger.needed} are needed", *ledger.history(),
              f"the key of pool {pool['body']['name']} has {n.bit_length()} bits, and its proof holds",
              f"the owners of {', '.join(sorted(datasets))} allowed {token['by']} {', '.join(asked['packs'])}: {asked['purpose']}"]
    missing = [f"that the result is right: {e['by']} disputes it" for e in entries if e["kind"] == "result.dispute"]
    if document:
        records = [(e["by"], e["body"]["result"], e["body"]["commitment"]) for e in entries if e["kind"] == "opening.record"]
        demand((document["version"], document["result"], document["computed"]) == (1, content["result"], body["result"]),
               "the opening is of another result")
        demand(shared or request or records == [(pool["by"], content["result"], sha256(rfc8785.dumps(document)).hex())],
               "the opening is not the one that the custodian recorded")
        shown = table.opened_table(plaintexts)
        who = f"{', '.join(holders)}, holders of shares of epoch {shared.epoch}, recorded parts of" if shared else f"{pool['by']} recorded"
        if request:
            more, less = request.findings()
            proven, missing, who = proven + more, missing + less, "parts of the holders' grants, without the custodian, are"
        proven.append(f"{who} the opening; its {len(plaintexts)} plaintexts are what the ciphertexts hold")
    missing += ([] if document else ["what the result says: there is no opening"]) + (
        [] if pinned else [f"that this is the consortium you mean: compare its fingerprint {digest}"])
    missing += ["that the ciphertexts are the sums over the published shards", "that the published figures are true"]
    return {"valid": True, "proven": proven, "notProven": missing, "table": shown}
