"""Runs a consortium under everything that can go wrong, and checks the history afterwards. See Scripts/torture."""
import argparse, os, random, shutil, sys, threading, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clients import Clients
from cluster import Cluster
from faults import Faults
import history, planted


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/torture")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--once", metavar="FAULTS",
                        help="instead of minutes of whatever comes, each of these faults once, with commas between")
    parser.add_argument("--departments", type=int, default=4, choices=(3, 4, 7))
    parser.add_argument("--keep", action="store_true", help="leave the folder with ledgers and logs")
    parser.add_argument("--planted-fault", action="store_true",
                        help="let departments forget what they cosigned, and etcd lie: the check has to find it")
    options = parser.parse_args()
    known = Faults(None, None, None, None).kinds()
    unknown = set((options.once or "").split(",")) - set(known) - {""}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}. There are {', '.join(known)}")
    return options


def supervise(cluster, over):
    """Starts again who has ended for want of space, as whoever runs it would. On a busy machine it may end long after the
    disk was full; and who ends for another reason, or without one, is not helped."""
    while not over.wait(0.2):
        for node in cluster.nodes.values():
            if not node.is_up() and node.ended_for_want_of_space():
                node.start()


def settle(cluster, clients, seconds):
    """All faults are over. The nodes have to agree, and a new transaction has to become final at all of them."""
    cluster.rules.heal()
    cluster.rules.reset_all()
    for node in cluster.nodes.values():
        node.go_on()
        if not node.is_up():
            node.start()
    over = threading.Event()
    supervisor = threading.Thread(target=supervise, args=(cluster, over))
    supervisor.start()
    try:
        return disagreement(cluster, clients, seconds)
    finally:
        over.set()
        supervisor.join()


def disagreement(cluster, clients, seconds):
    limit = time.monotonic() + seconds
    envelope = None
    while envelope is None and time.monotonic() < limit:
        envelope = clients.feeder.make()
    receipt = envelope and clients.until_acknowledged(envelope, 0, deadline=limit)
    if not receipt:
        return ["nothing becomes final any more, though all are there: " + str(states(cluster))]
    while time.monotonic() < limit:
        heights = {node.name: height(node) for node in cluster.nodes.values()}
        if len(set(heights.values())) == 1 and min(heights.values()) >= receipt["height"]:
            return []
        time.sleep(0.2)
    return ["the nodes do not come to agree: " + str(states(cluster))]


def height(node):
    try:
        return (node.json("/v1/status") or {}).get("height", -1)
    except OSError:
        return -1


def states(cluster):
    found = {}
    for node in cluster.nodes.values():
        try:
            found[node.name] = (node.json("/v1/status"), node.get("/ready")[1].decode())
        except OSError as error:
            found[node.name] = str(error)
    return found


def run(options):
    began = time.monotonic()
    cluster = Cluster(options.departments)

    def say(text):
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)

    say(f"{options.departments} departments, quorum {cluster.quorum}, seed {options.seed}, in {cluster.folder}")
    try:
        for node in cluster.nodes.values():
            node.start()
        first = min_height(cluster)
        if options.planted_fault:
            findings, notes = planted.run(cluster, say)
            ledgers = {name: history.ledger(node) for name, node in cluster.nodes.items()}
            findings = history.check(cluster, notes, ledgers, first + 1)
            return report(findings, notes, ledgers, options, say, cluster)
        clients = Clients(cluster, options.seed)
        clients.start()
        faults = Faults(cluster, clients, random.Random(options.seed), say)
        if options.once:
            faults.once(options.once.split(","))
        end = time.monotonic() + (0 if options.once else options.minutes * 60)
        while time.monotonic() < end:
            faults.choose()
            time.sleep(faults.random.uniform(0, 1))
        say("all faults end")
        findings = settle(cluster, clients, 120)
        clients.stop.set()
        for thread in clients.threads:
            thread.join(timeout=70)
        findings += settle(cluster, clients, 60)
        ledgers = {name: history.ledger(node) for name, node in cluster.nodes.items()}
        findings += history.check(cluster, clients.ledger, ledgers, first + 1)
        findings += history.fsck(cluster, list(cluster.nodes))
        findings += [f"it never happened: {kind}" for kind in faults.never()]
        for kind, (tried, done) in sorted(faults.happened.items()):
            say(f"  really {kind}: {done} of {tried}")
        if faults.steps:
            say(f"  killed in: {', '.join(f'{k} {v}' for k, v in sorted(faults.steps.items()))}")
        if getattr(faults, "silent", 0):
            findings.append(f"{faults.silent} times no node said that it waits for cosignatures")
        if faults.untried():
            say(f"not in this run: {', '.join(faults.untried())}")
        say(f"faults: {', '.join(f'{k} {v}' for k, v in sorted(faults.counts.items()))}; {clients.ledger.attempts} attempts")
        return report(findings, clients.ledger, ledgers, options, say, cluster)
    finally:
        cluster.close()
        if not options.keep:
            shutil.rmtree(cluster.folder, ignore_errors=True)


def min_height(cluster):
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        heights = [height(node) for node in cluster.nodes.values()]
        if min(heights) >= 0:
            return min(heights)
        time.sleep(0.1)
    raise SystemExit(f"the nodes did not start: see {cluster.folder}")


def report(findings, notes, ledgers, options, say, cluster):
    say(f"history: {len(notes.acknowledged)} acknowledged, {max(len(b) for b in ledgers.values())} blocks at "
        f"{len(ledgers)} nodes")
    for finding in findings:
        say(f"VIOLATION  {finding}")
    if findings:
        options.keep = True
        say(f"seed {options.seed}; ledgers and logs are in {cluster.folder}")
        return 1
    say("nothing acknowledged was lost, nothing applied twice, all roots equal, every block has its quorum")
    return 0


if __name__ == "__main__":
    sys.exit(run(arguments()))
