"""The history check: reads the clients' acknowledgements, and afterwards the ledgers of all nodes."""
import base64, hashlib, json


def identifier(envelope):
    """The transaction's id: SHA-256 of the DSSE pre-authentication encoding."""
    kind = envelope["payloadType"].encode()
    payload = base64.b64decode(envelope["payload"])
    text = b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload)) + payload
    return hashlib.sha256(text).hexdigest()


def ledger(node):
    blocks = []
    while True:
        status, body = node.get(f"/v1/blocks/{len(blocks)}", timeout=10)
        if status != 200:
            return blocks
        blocks.append(json.loads(body))


def check(cluster, notes, ledgers, began):
    """What is wrong; empty if nothing is. `began`: the height from which the departments order together."""
    found = list(notes.findings)
    roots = {}
    for name, blocks in ledgers.items():
        places, time = {}, ""
        for height, block in enumerate(blocks):
            known = roots.setdefault(height, (name, block["root"]))
            if known[1] != block["root"]:
                found.append(f"two final blocks of height {height}: {known[0]} has {known[1]}, {name} {block['root']}")
            if block["record"]["time"] < time:
                found.append(f"{name}: the time goes back at height {height}")
            time = block["record"]["time"]
            lines = {line.split(" ")[1] for line in block["checkpoint"].split("\n") if line.startswith("\u2014 ")}
            if height >= began and len(lines) < cluster.quorum:
                found.append(f"{name}: block {height} carries {len(lines)} cosignatures of {cluster.quorum}")
            for envelope in block["envelopes"]:
                id = identifier(envelope)
                if id in places:
                    found.append(f"{name}: {id} stands at heights {places[id]} and {height}")
                places[id] = height
        for id, receipt in notes.acknowledged.items():
            if places.get(id) != receipt["height"]:
                found.append(f"{name}: {id}, acknowledged at height {receipt['height']}, stands at {places.get(id)}")
    if len({len(blocks) for blocks in ledgers.values()}) > 1:
        found.append(f"the nodes do not agree: {({name: len(blocks) for name, blocks in ledgers.items()})} blocks")
    return found


def fsck(cluster, names):
    """Every node's ledger executed again from the first block by the command, all cosignatures checked."""
    found = []
    for name in names:
        address = f"http://127.0.0.1:{cluster.nodes[name].port}"
        done = cluster.run("ledger", "fsck", "--as", name, more={"CHANCERY_NODE": address}, timeout=300)
        if done.returncode != 0:
            found.append(f"fsck through {name} ends with {done.returncode}: {done.stdout.decode()} {done.stderr.decode()}")
    return found
