"""Requests for an opening by escrow: who asked, who was told, who granted it and when, and what was made of it."""
import base64
import datetime
import rfc8785
from .ledger import demand, one, sha256
from .shares import SharedKey

def names(node): return [node] if isinstance(node, str) else [name for below in node["of"] for name in names(below)]
def shape(node): return "holder" if isinstance(node, str) else {**node, "of": [shape(below) for below in node["of"]]}
def suffice(node, parties):
    if isinstance(node, str): return node in parties
    return sum(suffice(below, parties) for below in node["of"]) >= node["threshold"]
def later(time, seconds):
    moment = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

class Request:
    def __init__(self, identity, what, owner, place, n, fingerprint, founding, entries, owners=()):  # place: the dataset or the pool
        rules = [r for r in founding["policy"].get("escrow", {"rules": []})["rules"] if r["owner"] == owner]
        asked = one(entries, "escrow.request", lambda e: e["id"] == identity)
        demand(len(rules) == 1 and asked["body"]["what"] == what, "the request is of another thing, or there is no escrow")
        self.rule, self.asked, self.holders = rules[0], asked, names(rules[0]["holders"])
        deposit = one(entries, "escrow.deposit", lambda e: (e["by"], e["body"].get("pool")) == (owner, place.get("pool")))
        acknowledged = {e["by"] for e in entries if e["kind"] == "escrow.acknowledge" and e["index"] < asked["index"]
                        and e["body"]["deposit"] == deposit["id"]}
        demand(acknowledged == set(self.holders), "not all holders had acknowledged their shares")
        demand(deposit["body"]["record"]["structure"] == shape(self.rule["holders"]), "the key is shared otherwise than ruled")
        self.shared = SharedKey({"holders": self.holders, "key": deposit["body"]["record"]}, n, fingerprint)
        self.record = deposit["body"]["record"]
        self.opens = later(asked["time"], self.rule["waitSeconds"])
        self.check_notices(what, owner, place, deposit["id"], owners)
        self.grants, self.used = self.check_grants(entries), None
        self.check_use(entries)
    def check_notices(self, what, owner, place, deposit, owners):  # the outcome commits to all that the request wrote
        asked, self.told = self.asked, sorted({owner, *owners, *self.rule["told"]})
        record = {**place, "at": asked["time"], "deposit": deposit, "id": asked["id"], "notBefore": self.opens, "owner": owner,
                  "requester": asked["by"], "terms": asked["body"]}
        writes = [[f"escrow-request/{asked['id']}", record]]
        for party in self.told:
            writes.append([f"escrow-notice/{party}/{asked['id']}", {
                "at": asked["time"], "event": "requested", "owner": owner, "party": party, "what": what,
                "reason": asked["body"]["reason"], "request": asked["id"], "requester": asked["by"]}])
        listed = [[key, base64.b64encode(rfc8785.dumps(value)).decode()] for key, value in sorted(writes, key=lambda w: w[0])]
        demand(sha256(rfc8785.dumps(listed)).hex() == asked["writes"], "the outcome is not that the owner was told")
    def check_grants(self, entries):
        given = [e for e in entries if e["kind"] == "escrow.grant" and e["body"]["request"] == self.asked["id"]]
        grants = {e["by"]: e["body"]["grant"]["part"] for e in given}
        demand(len(grants) == len(given) and set(grants) <= set(self.holders) - {self.asked["by"]}, "somebody could not grant it")
        demand(all(self.opens <= e["time"] < self.asked["body"]["until"] for e in given), "it was granted out of its time")
        return grants
    def check_use(self, entries):
        uses = [e for e in entries if e["kind"] == "escrow.open" and e["body"]["request"] == self.asked["id"]]
        if not uses: return
        used = uses[0]["body"]["used"]
        demand(len(uses) == 1 and uses[0]["by"] == self.asked["by"] and uses[0]["time"] < self.asked["body"]["until"]
               and set(used) <= set(self.grants) and suffice(self.rule["holders"], used), "the use is not of these grants")
        self.used, self.use = used, uses[0]["body"]
    def open(self, parts, ciphertexts, written=rfc8785.dumps):  # written: what the digest in a grant is of
        demand(self.used is not None, "no use is recorded")
        numbers = [part["holder"] for part in parts]
        demand(numbers == sorted(set(numbers)) and [h for i, h in enumerate(self.holders, 1) if i in numbers]
               == [h for h in self.holders if h in self.used], "the parts are not those of the recorded use")
        for part in parts:
            demand(sha256(written(part)).hex() == self.grants[self.holders[part["holder"] - 1]],
                   "a part is not the one that its giver signed for")
        return self.shared.open(ciphertexts, parts, bytes.fromhex(self.asked["id"]))
    def findings(self):
        asked, granted = self.asked, suffice(self.rule["holders"], self.grants)
        proven = [f"{asked['by']} asked for it at {asked['time']}, because: '{asked['body']['reason']}'; the same transaction "
                  f"told {', '.join(self.told)}"]
        missing = [] if granted else ["that enough holders granted it"]
        if granted:
            proven.append(f"{', '.join(sorted(self.grants))} granted it, none before {self.opens}, and suffice without {asked['by']}")
            missing.append("that the period's limit was kept: the whole ledger shows it")
        if self.used is None: missing.append("that it was opened: no use of it is recorded here")
        else: proven.append(f"{asked['by']} recorded the use, with the parts of {', '.join(self.used)}")
        return proven, missing
