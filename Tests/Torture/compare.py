"""Holds the ledgers of nodes that run against each other, for tests: compare.py QUORUM URL… Ends with 1 and says what is
wrong. Standard input: ids of transactions that were acknowledged, one a line."""
import ssl, sys, urllib.error, urllib.request
import history


class Node:
    def __init__(self, url):
        self.url, self.context = url, ssl.create_default_context()
        # Blocks prove themselves by their cosignatures; whose certificate this is does not matter here.
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def get(self, path, timeout):
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout, context=self.context) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class Notes:
    findings, acknowledged = [], {}


class Cluster:
    quorum = int(sys.argv[1])


def ordered(blocks):
    """The height from which the departments order together: before, one operator made the blocks."""
    return next((n for n, block in enumerate(blocks) if block["record"]["mechanism"].get("name") != "embedded"), len(blocks))


acknowledged = sys.stdin.read().split()
ledgers = {url: history.ledger(Node(url)) for url in sys.argv[2:]}
# They run on meanwhile; what all have is held against each other.
common = min(len(blocks) for blocks in ledgers.values())
ledgers = {url: blocks[:common] for url, blocks in ledgers.items()}
found = history.check(Cluster, Notes, ledgers, min(ordered(blocks) for blocks in ledgers.values()))
for url, blocks in ledgers.items():
    ids = {history.identifier(envelope) for block in blocks for envelope in block["envelopes"]}
    found += [f"{url}: {id} was acknowledged, and is not there" for id in acknowledged if id not in ids]
print("\n".join(found), file=sys.stderr)
sys.exit(1 if found else 0)
