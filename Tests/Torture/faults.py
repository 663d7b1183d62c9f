"""What goes wrong in a run. Each fault begins, lasts for a while and ends; several are there at once."""
import os, random, threading, time
from cluster import encode
from network import Garbler


class Faults:
    def __init__(self, cluster, clients, generator, say):
        self.cluster, self.clients, self.random, self.say = cluster, clients, generator, say
        self.counts, self.happened, self.steps = {}, {}, {}
        self.step = 0

    def kinds(self):
        return {kind.__name__: kind for kind in (
            self.kill, self.kill_all, self.pause, self.kill_member, self.cut_one_way, self.cut_pair, self.cut_off,
            self.cut_from_etcd, self.slow, self.reset, self.wrong_clock, self.full_disk, self.crash_point,
            self.crash_step, self.rebuild, self.compact, self.tamper, self.flood, self.no_quorum, self.garble,
            self.burst)}

    def choose(self):
        kinds = list(self.kinds().values()) + [self.kill, self.crash_step]
        self.do(self.random.choice(kinds), self.random.uniform(0.5, 4))

    def do(self, kind, seconds):
        self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        kind(seconds)

    def once(self, names):
        """Each of these faults, briefly, in the order of the seed; once more where it did not really happen."""
        known = self.kinds()
        for name in self.random.sample(names, len(names)):
            for _ in range(3):
                before = {kind: done for kind, (_, done) in self.happened.items()}
                tried = {kind: tried for kind, (tried, _) in self.happened.items()}
                self.do(known[name], self.random.uniform(0.5, 1.5))
                if all(done > before.get(kind, 0) for kind, (count, done) in self.happened.items()
                       if count > tried.get(kind, 0)):
                    break

    def untried(self):
        return sorted(set(self.kinds()) - set(self.counts))

    def really(self, kind, did=True):
        """Notes whether what was meant to go wrong did: a fault that never happened is not tested."""
        tried, done = self.happened.get(kind, (0, 0))
        self.happened[kind] = (tried + 1, done + bool(did))

    def never(self):
        return [kind for kind, (tried, done) in self.happened.items() if tried > 2 and not done]

    def some(self, count=1):
        return self.random.sample(list(self.cluster.nodes.values()), count)

    def restart(self, *nodes):
        for node in nodes:
            node.kill()
            node.start()

    def kill(self, seconds):
        node = self.some()[0]
        self.say(f"kill -9 {node.name} for {seconds:.1f} s")
        node.kill()
        time.sleep(seconds)
        node.start()

    def kill_all(self, seconds):
        self.say("kill -9 of all nodes at once")
        for node in self.cluster.nodes.values():
            node.kill()
        for node in self.cluster.nodes.values():
            node.start()
        time.sleep(seconds)

    def pause(self, seconds):
        node = self.some()[0]
        self.say(f"SIGSTOP {node.name} for {2 * seconds:.1f} s")
        node.pause()
        time.sleep(2 * seconds)
        node.go_on()

    def kill_member(self, seconds):
        number = self.random.randint(1, 3)
        self.say(f"kill -9 member {number} of etcd for {seconds:.1f} s")
        self.cluster.kill_member(number)
        time.sleep(seconds)
        self.cluster.start_member(number)

    def cutting(self, pairs, seconds, what):
        self.say(f"{what} for {seconds:.1f} s")
        self.cluster.rules.set_cut(pairs)
        time.sleep(seconds)
        self.cluster.rules.heal()
        # What was swallowed broke the streams.
        self.cluster.rules.reset_all()

    def cut_one_way(self, seconds):
        a, b = self.some(2)
        self.cutting([(a.name, b.name)], seconds, f"nothing gets from {a.name} to {b.name}")

    def cut_pair(self, seconds):
        a, b = self.some(2)
        self.cutting([(a.name, b.name), (b.name, a.name)], seconds, f"{a.name} and {b.name} cut apart")

    def cut_off(self, seconds):
        node, ends = self.some()[0], list(self.cluster.nodes) + ["etcd1", "etcd2", "etcd3"]
        self.cutting([p for e in ends for p in ((node.name, e), (e, node.name))], seconds, f"{node.name} cut off")

    def cut_from_etcd(self, seconds):
        node = self.some()[0]
        members = [f"etcd{n}" for n in (1, 2, 3)]
        self.cutting([p for e in members for p in ((node.name, e), (e, node.name))], seconds,
                     f"{node.name} cut off from etcd")

    def slow(self, seconds):
        node, lag = self.some()[0], self.random.uniform(0.05, 0.5)
        self.say(f"{node.name} {lag:.2f} s away for {seconds:.1f} s")
        ends = list(self.cluster.nodes) + ["etcd1", "etcd2", "etcd3"]
        self.cluster.rules.set_delay([p for e in ends for p in ((node.name, e), (e, node.name))], lag)
        time.sleep(seconds)
        self.cluster.rules.heal()

    def reset(self, seconds):
        self.say("all connections reset")
        self.cluster.rules.reset_all()
        time.sleep(seconds / 4)

    def wrong_clock(self, seconds):
        node = self.some()[0]
        node.offset = self.random.choice([-3600, 3600])
        self.say(f"{node.name} begins anew with its clock {node.offset:+d} s off")
        self.restart(node)
        limit, off = time.monotonic() + seconds + 10, None
        time.sleep(seconds)
        while time.monotonic() < limit and node.is_up() and node.port is None:
            time.sleep(0.1)
        off = node.log_is_off()
        self.really("a clock an hour off, as its log says", off is not None and abs(off - node.offset) < 600)
        node.offset = 0
        self.restart(node)

    def full_disk(self, seconds):
        node = self.some()[0]
        self.say(f"the disk of {node.name} is full for {seconds:.1f} s")
        open(node.full, "w").close()
        time.sleep(seconds)
        os.remove(node.full)
        hit = node.full + ".hit"
        self.really("a call that failed with ENOSPC", os.path.exists(hit))
        if os.path.exists(hit):
            os.remove(hit)
        if not node.is_up():
            self.restart(node)

    def crash_point(self, seconds):
        """Killed just before, or half-way through, one call by which it changes files: whichever step that is."""
        node = self.some()[0]
        node.crash_at, node.tears = self.random.randint(1, 200), self.random.random() < 0.3
        self.say(f"{node.name} is killed at its call {node.crash_at}{', half done' if node.tears else ''}")
        self.restart(node)
        # On a busy machine it takes its time to get there.
        limit = time.monotonic() + 15 + 3 * seconds
        while node.is_up() and time.monotonic() < limit:
            time.sleep(0.05)
        self.really("killed in the call chosen", not node.is_up() and os.path.exists(node.died))
        self.clear(node)

    def clear(self, node):
        """It begins again, and lives."""
        node.crash_at, node.arms = None, False
        for path in (node.arm, node.died):
            if os.path.exists(path):
                os.remove(path)
        self.restart(node)

    def crash_step(self, seconds):
        """Killed in one call after the other of those by which a running node takes part in a height: with what it
        proposes, holds, votes and appends, as all nodes take their turns. Each time one call later."""
        node = self.some()[0]
        self.step = self.step % 48 + 1
        node.crash_at, node.tears, node.arms = self.step, self.random.random() < 0.3, True
        self.say(f"{node.name} is killed at call {self.step} of its work{', half done' if node.tears else ''}")
        self.restart(node)
        limit = time.monotonic() + 15
        while time.monotonic() < limit and node.is_up() and not self.takes_part(node):
            time.sleep(0.05)
        open(node.arm, "w").close()
        limit = time.monotonic() + 10 + 3 * seconds
        while node.is_up() and time.monotonic() < limit:
            time.sleep(0.02)
        died = not node.is_up() and os.path.exists(node.died)
        self.really("killed at a step of a height", died)
        if died:
            name = open(node.died).read()
            self.steps[name] = self.steps.get(name, 0) + 1
        self.clear(node)

    def takes_part(self, node):
        try:
            return node.get("/health", timeout=2)[0] == 200
        except OSError:
            return False

    def rebuild(self, seconds):
        node = self.some()[0]
        self.say(f"{node.name} begins anew with an empty folder")
        node.kill()
        before = len(os.listdir(node.folder()))
        home = os.path.dirname(node.folder())
        node.empty()
        self.really("a folder that was emptied", before > 0 and not os.path.exists(os.path.join(home, "node")))
        time.sleep(seconds)
        node.start()

    def garble(self, seconds):
        """What a node hears of etcd is spoilt: cut off, flipped, doubled, swapped, late, or a page of another server."""
        node = self.some()[0]
        self.say(f"what etcd says to {node.name} is spoilt for {seconds:.1f} s")
        before = sum(self.cluster.rules.counts.values())
        ways = [(f"etcd{n}", node.name) for n in (1, 2, 3)]
        self.cluster.rules.set_garbled(ways, Garbler.KINDS, self.random.getrandbits(32))
        self.cluster.rules.reset_all()
        time.sleep(seconds)
        self.cluster.rules.heal()
        self.cluster.rules.reset_all()
        self.really("an answer of etcd that was spoilt", sum(self.cluster.rules.counts.values()) > before)

    def compact(self, seconds):
        _, revision = self.cluster.batch_keys()
        self.say(f"etcd forgets what is older than revision {revision - 3}")
        self.cluster.call_etcd("/v3/kv/compaction", {"revision": str(max(revision - 3, 1))})
        time.sleep(seconds / 4)

    def tamper(self, seconds):
        """A department writes over and deletes batches, and writes what is none."""
        # Departments that have just begun have written none yet.
        limit = time.monotonic() + 30
        while not self.cluster.batch_keys()[0] and time.monotonic() < limit:
            time.sleep(0.1)
        keys, _ = self.cluster.batch_keys()
        self.really("batches that were there to be tampered with", keys)
        if not keys:
            return
        self.say("batches written over, deleted and made up in etcd")
        newest = max(int(key[-12:]) for key in keys)
        prefix = keys[0].split("/batch/")[0] + "/batch/"
        for _ in range(10):
            name = self.random.choice(list(self.cluster.nodes))
            key = self.random.choice(keys + [f"{prefix}{name}/{newest + self.random.randint(0, 4):012d}"])
            if self.random.random() < 0.4:
                self.cluster.call_etcd("/v3/kv/deleterange", {"key": encode(key)})
            else:
                value = self.random.choice([b"", b"nonsense", b"chancery-batch-v1\n", os.urandom(200_000)])
                self.cluster.call_etcd("/v3/kv/put", {"key": encode(key), "value": encode(value)})

    def flood(self, seconds):
        """Nonsense to every node's endpoints, as much as goes."""
        self.say("every node flooded with nonsense")
        bodies = [b"C\xff\xff\xff\xff", b"T\0\0\0\2{}", os.urandom(1 << 20), b"C\0\0\0\2{}" * 10_000, b"x" * (5 << 20)]
        for node in self.cluster.nodes.values():
            for path in ("/v1/messages", "/v1/transactions"):
                try:
                    node.post(path, self.random.choice(bodies), timeout=3)
                except OSError:
                    pass

    def burst(self, seconds):
        """Many at once, and a node is killed while their batch goes from department to department."""
        node = self.some()[0]
        wait = self.random.uniform(0.02, 0.2)
        sent = self.clients.burst(24)
        self.really("burst", sent)
        time.sleep(wait)
        self.say(f"24 at once, and {node.name} killed after {wait * 1000:.0f} ms for {seconds:.1f} s")
        node.kill()
        time.sleep(seconds)
        node.start()

    def no_quorum(self, seconds):
        """Too few are left: one that is left has to say what it waits for, and nothing may become final."""
        count = len(self.cluster.nodes) - self.cluster.quorum + 1
        gone = self.some(count)
        self.say(f"no quorum without {', '.join(n.name for n in gone)}")
        for node in gone:
            node.kill()
        left = [n for n in self.cluster.nodes.values() if n not in gone]
        limit, said = time.monotonic() + 60, None
        while time.monotonic() < limit and not said:
            for node in left:
                try:
                    status, body = node.get("/ready", timeout=2)
                    if status == 503 and b"cosignatures" in body and gone[0].name.encode() in body:
                        said = body.decode()
                except OSError:
                    pass
            time.sleep(0.1)
        self.really("told by /ready whom it waits for", said)
        if not said and all(n.is_up() for n in left):
            self.silent = getattr(self, "silent", 0) + 1
        for node in gone:
            node.start()
        if said:
            self.say(f"  {left[0].name} says: {said[:160]}")
