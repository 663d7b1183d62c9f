"""The planted fault: departments that lose what they cosigned (as if it were sent before it is stored), and an etcd
that tells another history. A check that does not find two final blocks then finds nothing."""
import glob, os, shutil, time
from clients import Clients


def run(cluster, say):
    clients = Clients(cluster, 0)
    before = {}
    for node in cluster.nodes.values():
        before[node.name] = os.path.join(cluster.folder, node.name + ".before")
        node.kill()
        shutil.copytree(node.folder(), before[node.name])
        node.start()
    limit = time.monotonic() + 90
    submit(clients, limit)
    say("a transaction is final with all departments")
    for node in cluster.nodes.values():
        node.kill()
    cluster.stop_etcd()
    cluster.start_etcd()
    names = list(cluster.nodes)
    for name in names[1:]:
        node = cluster.nodes[name]
        shutil.rmtree(node.folder())
        shutil.copytree(before[name], os.path.join(os.path.dirname(before[name]), "restored-" + name))
        shutil.move(os.path.join(os.path.dirname(before[name]), "restored-" + name), node_folder(cluster, name))
        for vote in glob.glob(os.path.join(node.folder(), "vote.json")):
            os.remove(vote)
        node.start()
    say(f"{', '.join(names[1:])} have forgotten it, and etcd is another")
    submit(clients, time.monotonic() + 90, first=1)
    cluster.nodes[names[0]].start()
    limit = time.monotonic() + 60
    while cluster.nodes[names[0]].port is None and time.monotonic() < limit:
        time.sleep(0.1)
    return [], clients.ledger


def node_folder(cluster, name):
    [home] = [path for path in glob.glob(os.path.join(cluster.home, "**", name), recursive=True) if os.path.isdir(path)]
    return os.path.join(home, "node")


def submit(clients, limit, first=0):
    envelope = None
    while envelope is None and time.monotonic() < limit:
        envelope = clients.feeder.make()
    if envelope is None:
        raise SystemExit(f"the command submitted nothing: {clients.feeder.said}")
    if clients.until_acknowledged(envelope, first, deadline=limit) is None:
        raise SystemExit("nothing became final")
