"""Stands before etcd, for tests: garble.py SEED FILE HOST:PORT… Prints the address to use in etcd's place, and goes on until
it is stopped. While FILE is there, what etcd answers is spoilt in the ways that it names; FILE.counts says how often."""
import json, os, sys, time
from network import Proxy, Rules

seed, flag = int(sys.argv[1]), sys.argv[2]
rules = Rules()
proxies = []
for number, member in enumerate(sys.argv[3:]):
    proxies.append(Proxy(rules, "node", f"etcd{number}"))
    proxies[-1].target = int(member.rsplit(":", 1)[1])
ways = [(f"etcd{number}", "node") for number in range(len(proxies))]
print("etcd://" + ",".join(f"127.0.0.1:{proxy.port}" for proxy in proxies), flush=True)
known, said, changes = [], None, 0
while True:
    try:
        kinds = open(flag).read().split()
    except OSError:
        kinds = []
    if kinds != known:
        known, changes = kinds, changes + 1
        # Not the same at every time.
        rules.set_garbled(ways if kinds else [], kinds, 1_000 * seed + changes)
        # A watch that hears nothing has nothing to be spoilt: it is begun anew, under the new conditions.
        rules.reset_all()
    with rules.lock:
        counts = dict(rules.counts)
    if counts != said:
        said = counts
        with open(flag + ".new", "w") as file:
            json.dump(counts, file)
        os.replace(flag + ".new", flag + ".counts")
    time.sleep(0.02)
