"""Clients that submit all the time, each through some node, and write down what was acknowledged and nothing else."""
import http.server, json, threading, time, urllib.error, urllib.request


class Ledger:
    """The clients' own notes: all that the history check takes from them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}  # id: receipt
        self.findings = []
        self.attempts = 0

    def note(self, receipt):
        with self.lock:
            known = self.acknowledged.setdefault(receipt["transaction"], receipt)
            if known != receipt:
                self.findings.append(f"two receipts of one transaction: {known} and {receipt}")


class Capture(http.server.BaseHTTPRequestHandler):
    """Stands where the command looks for a node: passes its reading on to a real one, and keeps what it submits."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        for node in self.server.cluster.nodes.values():
            try:
                status, body = node.get(self.path, timeout=3)
            except OSError:
                continue
            if status < 500:
                return self.answer(status, body)
        self.answer(503, b"{}")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.captured.append(body)
        self.answer(503, b'{"detail":"captured"}')

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Feeder:
    """Envelopes as the real command makes them, signed by `statistics`."""

    def __init__(self, cluster):
        self.cluster, self.said = cluster, ""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Capture)
        self.server.cluster, self.server.captured = cluster, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def make(self, padding=0):
        """One new envelope, larger by `padding` characters; None if no node answered."""
        address = f"http://127.0.0.1:{self.server.server_port}"
        try:
            purpose = f"torture {time.monotonic_ns()}" + "." * padding
            done = self.cluster.run(
                "token", "request", "--datasets", "d1", "--packs", "care", "--purpose", purpose, "--uses", "1",
                "--until", "90d", "--as", "statistics", more={"CHANCERY_NODE": address}, timeout=60)
        except Exception as error:
            self.said = str(error)
            return None
        self.said = done.stderr.decode()
        return self.server.captured.pop() if self.server.captured else None


class Clients:
    def __init__(self, cluster, seed, count=3):
        self.cluster, self.ledger, self.feeder = cluster, Ledger(), Feeder(cluster)
        self.stop = threading.Event()
        self.waiting, self.lock = [], threading.Lock()
        self.threads = [threading.Thread(target=self.feed, daemon=True)]
        self.threads += [threading.Thread(target=self.submit, args=(seed * 31 + n,), daemon=True) for n in range(count)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def feed(self):
        while not self.stop.is_set():
            with self.lock:
                full = len(self.waiting) > 20
            envelope = None if full else self.feeder.make()
            if envelope:
                with self.lock:
                    self.waiting.append(envelope)
            else:
                time.sleep(0.2)

    def submit(self, number):
        while not self.stop.is_set():
            with self.lock:
                envelope = self.waiting.pop(0) if self.waiting else None
            if envelope is None:
                time.sleep(0.05)
                continue
            self.until_acknowledged(envelope, number)

    def burst(self, count):
        """So many at once that their batch goes by reference; False if no node answered. They go on by themselves."""
        envelopes, limit = [], time.monotonic() + 120
        while len(envelopes) < count and time.monotonic() < limit:
            # While others are killed and cut off, one command or the other may find no node.
            envelope = self.feeder.make(padding=900)
            if envelope:
                envelopes.append(envelope)
        threads = [threading.Thread(target=self.until_acknowledged, args=(envelope, number), daemon=True)
                   for number, envelope in enumerate(envelopes)]
        self.threads += threads
        for thread in threads:
            thread.start()
        return len(threads) == count

    def until_acknowledged(self, envelope, number, deadline=None):
        """The same envelope again and again, each time through the next node, as a careful client does."""
        names = list(self.cluster.nodes)
        turn = number
        while not (self.stop.is_set() and deadline is None):
            if deadline and time.monotonic() > deadline:
                return None
            node = self.cluster.nodes[names[turn % len(names)]]
            turn += 1
            self.ledger.attempts += 1
            try:
                status, body = node.post("/v1/transactions", envelope)
            except OSError:
                time.sleep(0.05)
                continue
            if status == 200:
                receipt = json.loads(body)
                self.ledger.note(receipt)
                return receipt
            if status == 422:
                self.ledger.findings.append(f"a good transaction was turned away: {body.decode()}")
                return None
            time.sleep(0.05)
        return None
