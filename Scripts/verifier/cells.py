"""Single cells of sealed columns: that they were published, how they came to be opened, and what they say."""
import struct
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gmpy2 import gcd, mpz, powmod
from .ledger import canonical, check_key, demand, linked, one, open_ledger
from .requests import Request

def shard_of(row, manifest, blocks):  # the shard in which a row stands, its row there, and how many rows it has
    listed = manifest.get("shards")
    if listed is None: listed = [s for index in manifest["indexes"] for s in canonical(blocks[index["link"]["/"]])["shards"]]
    for shard in listed:
        if row < shard["rows"]: return blocks[shard["link"]["/"]], row, shard["rows"]
        row -= shard["rows"]
    raise ValueError("there is no such row")

def stored_cell(shard, row, rows, place, width):  # what a shard has of a sealed column: the box, and the key's ciphertext
    magic, version, found, _, count, size, _ = struct.unpack_from("<8s6I", shard)
    demand((magic, version, found, size) == (b"CHSHARD\n", 1, rows, len(shard)), "the shard is none, or another")
    table = [struct.unpack_from("<HHIII", shard, 32 + 16 * i) for i in range(count)]
    parts = {kind: shard[start:start + length] for kind, column, start, length, _ in table if column == place}
    cells, keys, bitmap = parts[6], parts[7], 8 * -(-rows // 64)
    demand(len(keys) == rows * width, "the shard's keys are of another width")
    demand(cells[row // 8] >> row % 8 & 1, "the cell has no value")
    first, last = struct.unpack_from("<2I", cells, bitmap + 4 * row)
    texts = cells[bitmap + 4 * (rows + 1):]
    demand(first <= last <= len(texts), "the shard's cells are malformed")
    return texts[first:last], mpz(int.from_bytes(keys[row * width:(row + 1) * width], "little"))

def open_box(box, key, dataset, row, field):
    demand(0 <= key < 1 << 256, "the cell's key is none")
    place = b"chancery sealed cell v1\0" + dataset.encode() + b"\0" + row.to_bytes(8, "big") + field.encode()
    plain = AESGCM(int(key).to_bytes(32, "big")).decrypt(box[:12], box[12:], place)
    length = int.from_bytes(plain[:4], "big")
    demand(length <= len(plain) - 4 and not any(plain[4 + length:]), "the cell's text is malformed")
    return plain[4:4 + length].decode()

def verify_cell(content, blocks, pinned):
    founding, digest, ledger, entries = open_ledger(content, blocks, pinned)
    cell = content["cell"]
    row, field = cell["row"], cell["field"]
    published = one(entries, "dataset.publish", lambda e: e["body"]["manifest"] == cell["manifest"])
    body, owner = published["body"], published["by"]
    agreed = {owner} | {e["by"] for e in entries if e["kind"] == "dataset.approve" and e["body"]["proposal"] == published["id"]}
    demand(owner in body["owners"] and agreed >= set(body["owners"]), "not all owners published the dataset")
    sealed = body.get("sealed", {"columns": []})
    demand(field in sealed["columns"] and 0 <= row < body["rows"], "the dataset has no such sealed cell")
    n, fingerprint = check_key(one(entries, "field-key.register", lambda e: e["by"] == owner)["body"])
    manifest = canonical(blocks[cell["manifest"]])
    named = {"fingerprint": fingerprint, "modulusBits": n.bit_length()}
    demand((manifest["version"], manifest["name"], manifest["rows"]) == (1, body["name"], body["rows"])
           and manifest.get("sealedKey") == named and sealed["keyFingerprint"] == fingerprint, "the manifest is another's")
    request = None
    if "request" in content:
        request = Request(content["request"], {"cell": cell}, owner, {"dataset": body["name"]}, n, fingerprint, ledger, entries,
                          linked(content, "sharedKey", blocks), linked(content, "granted", blocks), body["owners"])
        demand(published["index"] < request.asked["index"], "the request came before the dataset")
    proven = [f"{len(entries)} transactions are in the ledger of {content['section']}, accepted and rightly signed",
              f"{', '.join(ledger.cosigners)} cosigned its checkpoint of {ledger.size} entries; {ledger.needed} are needed", *ledger.history(),
              f"row {row}, column {field} of {body['name']} is sealed under the key for fields of {owner}, whose proof holds"]
    missing = [] if pinned else [f"that this is the consortium you mean: compare its fingerprint {digest}"]
    if request:
        more, less = request.findings()
        proven, missing = proven + more, missing + less
    shown = None
    if "opening" in content:
        value = opened(canonical(blocks[content["opening"]["/"]]), cell, body["name"], manifest, blocks, n, request)
        shown = {"dataset": body["name"], "field": field, "row": row, "value": value}
        proven.append("what was shown opens the cell in the published shard, and nothing else could")
    else: missing.append("what the cell says")
    missing += ["that nothing else was said of it", "that the published values are true"]
    return {"valid": True, "proven": proven, "notProven": missing, "table": None, "cell": shown}

def opened(document, cell, dataset, manifest, blocks, n, request):
    place = [f["name"] for f in manifest["schema"]["fields"]].index(cell["field"])
    field = manifest["schema"]["fields"][place]
    demand(field["protection"] == "sealed" or field.get("escrowed"), "the column is not sealed")
    shard, row, rows = shard_of(cell["row"], manifest, blocks)
    box, c = stored_cell(shard, row, rows, place, 8 * -(-2 * n.bit_length() // 64))
    demand(0 < c < n * n and gcd(c, n) == 1, "the cell's key is no ciphertext")
    if request:
        demand(set(document) == {"parts", "version"} and document["version"] == 1, "it has no parts of the holders")
        key = request.open(document["parts"], [c])[0]
    else:
        demand(set(document) == {"opening", "version"} and document["version"] == 1, "it is not one of the owner")
        key, r = (mpz(document["opening"][name]) for name in ("plaintext", "randomness"))
        demand(0 <= key < n and 0 < r < n and gcd(r, n) == 1 and (1 + key * n) * powmod(r, n, n * n) % (n * n) == c,
               "the key is not what its ciphertext holds")
    return open_box(box, key, dataset, cell["row"], cell["field"])
