"""Requests for an opening by escrow: who asked, who was told, who granted it and when, and what was made of it."""
import base64
import datetime
import rfc8785
from .ledger import canonical, demand, one, sha256, unbase64
from .shares import SharedKey

def names(node): return [node] if isinstance(node, str) else [name for below in node["of"] for name in names(below)]
def shape(node): return "holder" if isinstance(node, str) else {**node, "of": [shape(below) for below in node["of"]]}
def suffice(node, parties):
    if isinstance(node, str): return node in parties
    return sum(suffice(below, parties) for below in node["of"]) >= node["threshold"]
def later(time, seconds):
    moment = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

class Deposit:  # a key in escrow whose shares all their holders have acknowledged, dealt by the owner or renewed by holders
    def __init__(self, epoch, shown, owner, pool, n, fingerprint, ledger, entries):
        own = [e for e in entries if e["kind"] == "escrow.acknowledge" and (e["body"]["owner"], e["body"].get("pool")) == (owner, pool)]
        dealt = [e for e in entries if e["kind"] == "escrow.deposit" and (e["by"], e["body"].get("pool")) == (owner, pool)
                 and e["body"]["record"]["epoch"] == epoch]
        if dealt:
            demand(len(dealt) == 1, "there are two deposits of one epoch")
            self.begun, record = dealt[0], dealt[0]["body"]["record"]
        else:
            demand(shown and shown["key"]["epoch"] == epoch and (shown.get("owner"), shown.get("pool")) == (
                None if pool else owner, pool), "the published values of the shares are missing")
            digest, record = sha256(rfc8785.dumps(shown)).hex(), shown["key"]
            own = [e for e in own if e["body"].get("key") == digest]
            self.begun = one(entries, "escrow.renew", lambda e: own and e["id"] == own[0]["body"]["deposit"]
                             and (e["body"]["owner"], e["body"].get("pool")) == (owner, pool))
        said = [e for e in own if e["body"]["deposit"] == self.begun["id"]]
        self.rule = ledger.rule(owner, self.begun["height"])
        self.holders, self.record = names(self.rule["holders"]), record
        demand({e["by"] for e in said} == set(self.holders), "not all holders had acknowledged their shares")
        demand(record["structure"] == shape(self.rule["holders"]) and (not shown or (shown["holders"], shown["key"]) == (
            self.holders, record)), "the key is shared otherwise than ruled")
        self.in_force = max(e["index"] for e in said)
        self.shared = SharedKey({"holders": self.holders, "key": record}, n, fingerprint)

class Request:
    def __init__(self, identity, what, owner, place, n, fingerprint, ledger, entries, shown, writes, owners=()):  # place: dataset or pool
        asked = one(entries, "escrow.request", lambda e: e["id"] == identity)
        demand(asked["body"]["what"] == what, "the request is of another thing")
        self.asked, self.owner, self.ledger, self.rule = asked, owner, ledger, ledger.rule(owner, asked["height"])
        self.opens, self.limit = later(asked["time"], self.rule["waitSeconds"]), None
        made = self.check_notices(what, place, entries, owners)
        given = [e for e in entries if e["kind"] == "escrow.grant" and e["body"]["request"] == identity]
        shares = [e["body"].get("epoch", 1) for e in given] or [shown["key"]["epoch"] if shown else 1]
        counted = [e for e in given if e["body"].get("epoch", 1) == max(shares)]  # shares before those count for nothing
        deposit = Deposit(max(shares), shown, owner, place.get("pool"), n, fingerprint, ledger, entries)
        first = asked["index"] if made == deposit.begun["id"] else min([e["index"] for e in counted], default=1 << 62)
        demand(deposit.in_force < first, "not all holders had acknowledged their shares")
        self.holders, self.shared, self.record, self.gates = deposit.holders, deposit.shared, deposit.record, deposit.rule["holders"]
        self.grants, self.used = self.check_grants(counted), None
        if writes is not None: self.check_limit(counted, writes)
        self.check_use(entries)
    def check_notices(self, what, place, entries, owners):  # the outcome commits to all that the request wrote; returns the deposit named
        asked, owner, self.told = self.asked, self.owner, sorted({self.owner, *owners, *self.rule["told"]})
        for made in entries:
            dealt = (made["by"] if made["kind"] == "escrow.deposit" else made["body"].get("owner"), made["body"].get("pool"))
            if made["kind"] not in ("escrow.deposit", "escrow.renew") or dealt != (owner, place.get("pool")): continue
            record = {**place, "at": asked["time"], "deposit": made["id"], "id": asked["id"], "notBefore": self.opens,
                      "owner": owner, "requester": asked["by"], "terms": asked["body"]}
            writes = [[f"escrow-request/{asked['id']}", record]]
            for party in self.told:
                writes.append([f"escrow-notice/{party}/{asked['id']}", {
                    "at": asked["time"], "event": "requested", "owner": owner, "party": party, "what": what,
                    "reason": asked["body"]["reason"], "request": asked["id"], "requester": asked["by"]}])
            listed = [[key, base64.b64encode(rfc8785.dumps(value)).decode()] for key, value in sorted(writes, key=lambda w: w[0])]
            if sha256(rfc8785.dumps(listed)).hex() == asked["writes"] and made["index"] < asked["index"]: return made["id"]
        raise ValueError("the outcome is not that the owner was told")
    def check_grants(self, given):
        grants = {e["by"]: e["body"]["grant"]["part"] for e in given}
        demand(len(grants) == len(given) and set(grants) <= set(self.holders) - {self.asked["by"]}, "somebody could not grant it")
        demand(all(self.opens <= e["time"] < self.asked["body"]["until"] for e in given), "it was granted out of its time")
        return grants
    def check_limit(self, given, writes):  # the grant that made it whole wrote how many the period had with it
        digest, key = sha256(rfc8785.dumps(writes)).hex(), f"escrow-count/{self.owner}"
        whole, counts = [e for e in given if e["writes"] == digest], [value for name, value in writes if name == key]
        demand(len(whole) == len(counts) == 1, "what is shown of the last grant is not what it wrote")
        times, rule = canonical(unbase64(counts[0]))["times"], self.ledger.rule(self.owner, whole[0]["height"])
        start = later(whole[0]["time"], -rule["periodSeconds"])
        demand(times[-1] == whole[0]["time"] and all(start < time for time in times[:-1]) and len(times) <= rule["mostGrants"],
               "it was granted beyond the period's limit")
        self.limit = len(times), rule["mostGrants"], rule["periodSeconds"]
    def check_use(self, entries):
        uses = [e for e in entries if e["kind"] == "escrow.open" and e["body"]["request"] == self.asked["id"]]
        if not uses: return
        used = uses[0]["body"]["used"]
        demand(len(uses) == 1 and uses[0]["by"] == self.asked["by"] and uses[0]["time"] < self.asked["body"]["until"]
               and set(used) <= set(self.grants) and suffice(self.gates, used), "the use is not of these grants")
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
        asked, granted = self.asked, suffice(self.gates, self.grants)
        proven = [f"{asked['by']} asked for it at {asked['time']}, because: '{asked['body']['reason']}'; the same transaction "
                  f"told {', '.join(self.told)}"]
        missing = [] if granted else ["that enough holders granted it"]
        if granted:
            proven.append(f"{', '.join(sorted(self.grants))} granted it, none before {self.opens}, and suffice without {asked['by']}")
            if self.limit: proven.append("it was number %d of at most %d granted in full within %d seconds" % self.limit)
            else: missing.append("that the period's limit was kept: the file does not show the count")
        if self.used is None: missing.append("that it was opened: no use of it is recorded here")
        else: proven.append(f"{asked['by']} recorded the use, with the parts of {', '.join(self.used)}")
        return proven, missing
