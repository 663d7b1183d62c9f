"""Departments' nodes and etcd as processes, on loopback, in a folder of their own."""
import base64, datetime, glob, json, os, re, shutil, signal, subprocess, tempfile, threading, time, urllib.error, urllib.request
from network import Proxy, Rules, owner_of_port

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PASSPHRASE = "a passphrase for torture"


def binary():
    named = os.environ.get("CHANCERY_BINARY")
    if named:
        return named
    for configuration in ("release", "debug"):
        path = os.path.join(ROOT, ".build", configuration, "chancery")
        if os.access(path + "-node", os.X_OK):
            return path
    raise SystemExit("build first: swift build -c release")


def preload(name):
    """Compiles a C file of the tests to a library that is preloaded."""
    out = os.path.join(tempfile.mkdtemp(prefix="chancery-preload-"), os.path.basename(name) + ".so")
    compiler = shutil.which("clang") or shutil.which("cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", out, name, "-ldl"], check=True)
    return out


class Node:
    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.process, self.port, self.stopped = None, None, False
        self.offset = 0
        self.crash_at, self.tears, self.arms = None, False, False
        self.arm, self.died = (os.path.join(cluster.folder, f"{name}.{end}") for end in ("arm", "died"))
        self.log = os.path.join(cluster.folder, name + ".log")
        self.full = os.path.join(cluster.folder, name + ".full")
        self.inbound = Proxy(cluster.rules, lambda port: owner_of_port(port, cluster.pids()), name)
        self.etcd = [Proxy(cluster.rules, name, f"etcd{n}") for n in range(1, 4)]

    @property
    def home(self):
        return os.path.join(self.cluster.home, self.name)

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def ended_for_want_of_space(self):
        with open(self.log, "rb") as log:
            return any(b"no space left" in line for line in log.read().splitlines()[-3:])

    def start(self):
        for proxy, url in zip(self.etcd, self.cluster.members):
            proxy.target = int(url.rsplit(":", 1)[1])
        libraries, more = [self.cluster.fulldisk], {"FULLDISK": self.full}
        if self.offset or self.crash_at:
            libraries.append(self.cluster.crashpoint)
        if self.offset:
            more["CRASHPOINT_CLOCK_AHEAD"] = str(self.offset)
        if self.crash_at:
            more.update(CRASHPOINT_KILL_AT=str(self.crash_at), CRASHPOINT_DIED=self.died)
            if self.arms:
                more["CRASHPOINT_ARM"] = self.arm
            if self.tears:
                more["CRASHPOINT_TEAR"] = "1"
        more["LD_PRELOAD"] = ":".join(libraries)
        more["CHANCERY_ADVERTISE"] = f"http://127.0.0.1:{self.inbound.port}"
        ordering = "etcd://" + ",".join(f"127.0.0.1:{p.port}" for p in self.etcd)
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [binary(), "serve", "--as", self.name, "--ordering", ordering], env=self.cluster.environment(more),
            stdout=subprocess.PIPE, stderr=log)
        log.close()
        self.port = None
        threading.Thread(target=self.read_port, args=(self.process,), daemon=True).start()

    def read_port(self, process):
        line = process.stdout.readline().decode()
        found = re.search(r":(\d+)\s*$", line)
        if found and process is self.process:
            self.port = int(found.group(1))
            self.inbound.target = self.port

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.port, self.stopped, self.inbound.target = None, False, None

    def pause(self):
        if self.is_up():
            self.process.send_signal(signal.SIGSTOP)
            self.stopped = True

    def go_on(self):
        if self.stopped and self.process:
            self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def empty(self):
        shutil.rmtree(os.path.join(self.folder()), ignore_errors=True)

    def log_is_off(self):
        """By how many seconds the clock of the newest line in its log is off; None if nothing was logged."""
        try:
            line = open(self.log, "rb").read().splitlines()[-1][:24].decode()
            written = datetime.datetime.strptime(line, "%Y-%m-%dT%H:%M:%S%z").timestamp()
        except (OSError, IndexError, ValueError):
            return None
        return written - time.time()

    def folder(self):
        return glob.glob(os.path.join(self.cluster.home, "**", self.name, "node"), recursive=True)[0]

    def get(self, path, timeout=5):
        """Straight to the node, past the proxies: the test looks, it takes no part."""
        if self.port is None:
            raise OSError("not listening")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def json(self, path):
        status, body = self.get(path)
        return json.loads(body) if status == 200 else None

    def post(self, path, body, timeout=8):
        if self.port is None:
            raise OSError("not listening")
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class Cluster:
    def __init__(self, departments, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="chancery-torture-")
        self.home = os.path.join(self.folder, "consortium")
        self.rules = Rules()
        self.names = [f"site{n}" for n in range(1, departments + 1)]
        self.quorum = 2 * departments // 3 + 1
        self.fulldisk = preload(os.path.join(HERE, "fulldisk.c"))
        self.crashpoint = preload(os.path.join(ROOT, "Tests/EndToEndTests/CrashPoints/crashpoint.c"))
        self.etcd, self.members, self.etcd_folder = None, [], None
        self.found()
        self.start_etcd()
        self.nodes = {name: Node(self, name) for name in self.names}

    def environment(self, more=None):
        return {
            "PATH": os.environ["PATH"], "HOME": "/nonexistent", "CHANCERY_HOME": self.home,
            "CHANCERY_PASSPHRASE": PASSPHRASE, **(more or {}),
        }

    def run(self, *arguments, more=None, timeout=120):
        return subprocess.run(
            [binary(), *arguments], env=self.environment(more), cwd=self.folder, capture_output=True, timeout=timeout)

    def must(self, *arguments, more=None):
        done = self.run(*arguments, more=more)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.decode()}")
        return done.stdout.decode()

    def found(self):
        policies = os.path.join(self.folder, "policies")
        os.makedirs(policies)
        parties = [f"  - {{name: {n}, role: department, section: health, area: {n}, superior: ministry}}" for n in self.names]
        parties += ["  - {name: ministry, role: superior}", "  - {name: statistics, role: collaborator}"]
        with open(os.path.join(policies, "consortium.yaml"), "w") as file:
            file.write("name: torture\nsections:\n  - health\nparties:\n" + "\n".join(parties)
                       + "\nsharing:\n  minimumSubjects: 5\n  quorum: two-thirds\n  transactionHours: 24\n")
        with open(os.path.join(self.folder, "schema.json"), "w") as file:
            file.write('{"fields": [{"name": "plan", "type": "integer", "protection": "public"},'
                       '{"name": "person", "type": "integer", "protection": "pseudonym"},'
                       '{"name": "cost", "type": "number", "protection": "computable", "decimals": 2,'
                       '"constraints": {"minimum": 0, "maximum": 1000}}], "packs": {"care": ["cost"]},'
                       '"subject": "person", "missingValues": [""]}')
        with open(os.path.join(self.folder, "table.csv"), "w") as file:
            file.write("plan,person,cost\n" + "".join(f"{n % 2},{n},{n}.50\n" for n in range(12)))
        self.must("found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing")
        self.must("pool", "create", "health", "--members", ",".join(self.names), "--custodian", "ministry",
                  "--bits", "2048", "--as", "ministry")
        self.must("publish", "table.csv", "--schema", "schema.json", "--pool", "health", "--name", "d1", "--as", "site1")
        for name in self.names:
            self.must("ledger", "cosign", "--as", name)

    def start_etcd(self):
        self.etcd_folder = tempfile.mkdtemp(prefix="etcd-", dir=self.folder)
        self.etcd = subprocess.Popen(
            [os.path.join(ROOT, "Scripts/start-etcd"), "3", self.etcd_folder], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        line = self.etcd.stdout.readline().decode().strip()
        if not line:
            raise RuntimeError("etcd did not start")
        self.members = ["http://" + part for part in line[len("etcd://"):].split(",")]

    def stop_etcd(self):
        for number in (1, 2, 3):
            self.kill_member(number)
        self.etcd.terminate()
        self.etcd.wait()

    def kill_member(self, number):
        try:
            os.kill(int(open(f"{self.etcd_folder}/member{number}.pid").read()), signal.SIGKILL)
        except (OSError, ValueError):
            pass

    def start_member(self, number):
        subprocess.run([os.path.join(ROOT, "Scripts/start-etcd"), "--member", str(number), self.etcd_folder],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)

    def call_etcd(self, path, body):
        for url in self.members:
            try:
                request = urllib.request.Request(url + path, data=json.dumps(body).encode(), method="POST")
                with urllib.request.urlopen(request, timeout=3) as answer:
                    return json.loads(answer.read())
            except OSError:
                continue
        return None

    def batch_keys(self):
        everything = {"key": encode("chancery/"), "range_end": encode("chancery0")}
        answer = self.call_etcd("/v3/kv/range", {**everything, "keys_only": True}) or {}
        keys = [base64.b64decode(pair["key"]).decode() for pair in answer.get("kvs", [])]
        return [key for key in keys if re.search(r"/batch/[^/]+/\d{12}$", key)], int(
            (answer.get("header") or {}).get("revision", 0))

    def pids(self):
        return {n.name: n.process.pid for n in self.nodes.values() if n.is_up()}

    def close(self):
        for node in self.nodes.values():
            node.kill()
        self.stop_etcd()


def encode(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
