"""The network between the processes: TCP proxies that can delay, swallow, cut, reset and garble, for each pair and
direction."""
import os, random, select, socket, threading, time


class Rules:
    """What happens between two named ends. Asked at every chunk, so a change takes effect at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.cut = set()  # (from, to): nothing goes this way
        self.delay = {}  # (from, to): seconds
        self.generation = 0  # raised: every connection that is open is reset
        self.garbled = {}  # (from, to): what a Garbler may do with what goes this way
        self.seed, self.counts = 0, {}

    def passes(self, a, b):
        with self.lock:
            return (a, b) not in self.cut

    def lag(self, a, b):
        with self.lock:
            return self.delay.get((a, b), 0)

    def set_cut(self, pairs):
        with self.lock:
            self.cut = set(pairs)

    def set_delay(self, pairs, seconds):
        with self.lock:
            self.delay = {pair: seconds for pair in pairs}

    def reset_all(self):
        with self.lock:
            self.generation += 1

    def set_garbled(self, pairs, kinds, seed):
        with self.lock:
            self.garbled, self.seed = {pair: kinds for pair in pairs}, seed

    def garbler(self, a, b):
        with self.lock:
            self.seed += 1
            return Garbler(self, (a, b), random.Random(self.seed))

    def heal(self):
        with self.lock:
            self.cut, self.delay, self.garbled = set(), {}, {}


class Garbler:
    """Spoils what goes one way of one connection, chunk by chunk. A watch of etcd sends each change in a chunk, so that
    changes come twice and in another order; an answer to a call is one chunk, so that it is cut off, has flipped bytes,
    belongs to an earlier call, or is a page of somebody else's server."""
    KINDS = ("cut", "flip", "repeat", "late", "slow", "html", "error", "empty", "nothing", "behind")

    def __init__(self, rules, way, generator):
        self.rules, self.way, self.random, self.held = rules, way, generator, b""

    def spoil(self, chunk):
        """What is sent in the place of `chunk`, and whether the connection ends with it."""
        with self.rules.lock:
            kinds = self.rules.garbled.get(self.way)
        chunk, self.held = chunk + self.held, b""
        # Half of it goes through, so that there is something to be spoilt later.
        if not kinds or self.random.random() < 0.5:
            return chunk, False
        kind = self.random.choice(kinds)
        with self.rules.lock:
            self.rules.counts[kind] = self.rules.counts.get(kind, 0) + 1
        return getattr(self, kind)(chunk)

    def cut(self, chunk):
        return chunk[:self.random.randrange(len(chunk))], True

    def flip(self, chunk):
        spoilt = bytearray(chunk)
        for _ in range(self.random.randint(1, 4)):
            spoilt[self.random.randrange(len(spoilt))] ^= 1 << self.random.randrange(8)
        return bytes(spoilt), False

    def repeat(self, chunk):
        return chunk + chunk, False

    def late(self, chunk):
        self.held = chunk
        return b"", False

    def behind(self, chunk):
        """A change that comes behind the next one, on a connection that is whole otherwise."""
        return self.late(chunk) if b'"events"' in chunk else (chunk, False)

    def slow(self, chunk):
        time.sleep(self.random.uniform(0.1, 1))
        return chunk, False

    def html(self, chunk):
        return page(b"200 OK", b"text/html", b"<html><body>Please log in to the network.</body></html>"), True

    def error(self, chunk):
        return page(b"500 Internal Server Error", b"text/plain", b"etcdserver: mvcc: database space exceeded"), True

    def empty(self, chunk):
        return page(b"200 OK", b"application/json", b""), True

    def nothing(self, chunk):
        """JSON leaves out what is zero: as if no key were there, and nothing had ever happened."""
        return page(b"200 OK", b"application/json", b"{}"), True


def page(status, kind, body):
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (status, kind, len(body), body)


class Proxy:
    """Listens on a port of its own, and carries to `target`. `source` names the client's end, or finds it out."""

    def __init__(self, rules, source, destination):
        self.rules, self.source, self.destination = rules, source, destination
        self.target = None
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, address = self.listener.accept()
            threading.Thread(target=self.carry, args=(client, address), daemon=True).start()

    def carry(self, client, address):
        source = self.source(address[1]) if callable(self.source) else self.source
        generation = self.rules.generation
        try:
            if self.target is None:
                return abort(client)
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            return abort(client)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(20)
        holed = set()
        ways = {client: (server, source, self.destination), server: (client, self.destination, source)}
        garblers = {end: self.rules.garbler(a, b) for end, (_, a, b) in ways.items()}
        try:
            while self.rules.generation == generation:
                readable, _, _ = select.select(list(ways), [], [], 0.2)
                for end in readable:
                    other, a, b = ways[end]
                    chunk = end.recv(1 << 16)
                    if not chunk:
                        return
                    if end in holed or not self.rules.passes(a, b):
                        # As with a cable that is pulled. TCP never goes on behind a hole: this way is silent until
                        # the connection ends, also when the cut is over before that.
                        holed.add(end)
                        continue
                    lag = self.rules.lag(a, b)
                    if lag:
                        time.sleep(lag)
                    chunk, ends = garblers[end].spoil(chunk)
                    if chunk:
                        other.sendall(chunk)
                    if ends:
                        return
            abort(client)
            abort(server)
        except OSError:
            pass
        finally:
            client.close()
            server.close()


def abort(end):
    """Ends it with a reset."""
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        end.close()
    except OSError:
        pass


def owner_of_port(port, processes):
    """Which of `processes` (name: pid) has the client's end of a connection from `port`."""
    inode = None
    with open("/proc/net/tcp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == port and fields[9] != "0":
                inode = fields[9]
    if inode:
        for name, pid in processes.items():
            try:
                for entry in os.scandir(f"/proc/{pid}/fd"):
                    if os.readlink(entry.path) == f"socket:[{inode}]":
                        return name
            except OSError:
                continue
    return "client"
