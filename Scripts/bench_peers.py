"""The measuring half of Scripts/bench-peers: see there.

Of every operation each program in turn does a short repetition, again and again; the operation that has had the least
time comes next. A figure is the tenth percentile of the repetitions. What runs on one core is pinned to the same core
for all programs, and counted in seconds of CPU of the whole process, so that a busy machine does not favour whoever
has the shorter operations; on an idle machine that is the clock's time. Figures for all cores are the clock's.

What is timed:
  ours             `chancery bench paillier --interactive`: encrypt, decrypt and × in batches of 32 integers, sums of
                   ciphertexts as limbs in memory; `add, singly` is one call on two ciphertexts
  python-paillier  the public API on integers: public_key.encrypt, private_key.decrypt, EncryptedNumber + and *;
                   `raw` is EncryptedNumber._raw_add, without encoding and objects. gmpy2 must be in use.
  HEU ZPaillier    heu.numpy on arrays of 64 (one call for all, encoding not counted): encrypt, decrypt, sum, mul; a
                   weighted sum is mul by an array of plaintexts, then sum; packing is its BatchIntegerEncoder
                   (two values a ciphertext). A single `add` is heu.phe's evaluator.
The peers' weighted sums and sums are of few elements: their cost an element does not depend on how many there are.
"""

import argparse
import datetime
import json
import os
import random
import subprocess
import sys
import time

# Long enough for the clock, short enough that everybody sees the same load.
REPETITION = 0.02
ARRAY = 64

# id, title; the ids are those of `chancery bench paillier --interactive`.
OPERATIONS = [
    ("encrypt", "encrypt, public key, α of n/2 bits"),
    ("encryptShort", "encrypt, α of 512 bits"),
    ("encryptOwner", "encrypt by the key's owner"),
    ("decrypt", "decrypt"),
    ("addInSum", "add, in a sum"),
    ("addRaw", "add, in a sum; python-paillier raw"),
    ("add", "add, singly"),
    ("multiply32", "× 32-bit scalar"),
    ("weightedSum", "weighted sum, an element"),
    ("pack", "encrypt, a packed 32-bit value"),
]
# Rows that differ in the peer's way alone are measured once for us.
SAME_OURS = {"addRaw": "addInSum"}
# A peer without a way of its own does what its plain encryption does.
SAME_PEER = {"encryptShort": "encrypt", "encryptOwner": "encrypt"}


class Ours:
    """A `chancery` process that answers with measurements."""

    def __init__(self, bits, threads, elements, cores):
        command = [os.environ["CHANCERY_BINARY"], "bench", "paillier", "--interactive", "--bits", str(bits),
                   "--threads", threads, "--elements", str(elements)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.clock = "cpu" if threads == "1" else "wall"
        self.ids = [operation["id"] for operation in self.answer()["operations"]]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bench-peers: chancery ended early")
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"bench-peers: chancery: {answer['error']}")
        return answer

    def measure(self, identifier):
        """Seconds an item, of one repetition."""
        self.process.stdin.write(f"{identifier} {REPETITION}\n")
        self.process.stdin.flush()
        answer = self.answer()
        return answer[self.clock] / answer["count"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """Closures of a Python package, each with the number of items that a call does."""

    def __init__(self, operations):
        self.operations = operations
        self.ids = list(operations)

    def measure(self, identifier):
        count, body = self.operations[identifier]
        done, start, begin = 0, time.process_time(), time.monotonic()
        while not done or time.monotonic() - begin < REPETITION:
            body()
            done += count
        return (time.process_time() - start) / done

    def close(self):
        pass


def python_paillier(bits):
    import phe
    import phe.util

    if not phe.util.HAVE_GMP:
        sys.exit("bench-peers: python-paillier does not use gmpy2 here: the comparison would be unfair")
    public, private = phe.generate_paillier_keypair(n_length=bits)
    values = [random.getrandbits(32) for _ in range(ARRAY)]
    weights = [random.getrandbits(32) | 1 << 31 for _ in range(ARRAY)]
    encrypted = [public.encrypt(value) for value in values]
    left, right, raw = encrypted[0], encrypted[1], encrypted[1].ciphertext(be_secure=False)

    def add_up():
        total = encrypted[0]
        for number in encrypted[1:]:
            total = total + number

    def add_up_raw():
        total = raw
        for _ in range(ARRAY):
            total = left._raw_add(total, raw)

    return Peer({
        "encrypt": (1, lambda: public.encrypt(values[0])),
        "decrypt": (1, lambda: private.decrypt(left)),
        "addInSum": (ARRAY - 1, add_up),
        "addRaw": (ARRAY, add_up_raw),
        "add": (1, lambda: left + right),
        "multiply32": (1, lambda: left * weights[0]),
        "weightedSum": (ARRAY, lambda: sum(number * weight for number, weight in zip(encrypted, weights))),
        "pack": (1, lambda: public.encrypt(values[0])),
    })


def heu_zpaillier(bits):
    import numpy
    from heu import numpy as arrays
    from heu import phe

    kit = phe.setup(phe.SchemaType.ZPaillier, bits)
    many = arrays.HeKit(kit)
    encryptor, evaluator, decryptor = many.encryptor(), many.evaluator(), many.decryptor()
    encoder = kit.bigint_encoder()

    def plaintexts(low, shape, encoding):
        return many.array(numpy.random.randint(low, 1 << 32, size=shape, dtype=numpy.int64), encoding)

    values, weights = plaintexts(0, ARRAY, encoder), plaintexts(1 << 31, ARRAY, encoder)
    pairs = plaintexts(0, (ARRAY, 2), kit.batch_integer_encoder())
    encrypted = encryptor.encrypt(values)
    left, right = kit.encryptor().encrypt_raw(5), kit.encryptor().encrypt_raw(7)
    single = kit.evaluator()
    return Peer({
        "encrypt": (ARRAY, lambda: encryptor.encrypt(values)),
        "decrypt": (ARRAY, lambda: decryptor.decrypt(encrypted)),
        "addInSum": (ARRAY, lambda: evaluator.sum(encrypted)),
        "add": (1, lambda: single.add(left, right)),
        "multiply32": (ARRAY, lambda: evaluator.mul(encrypted, weights)),
        "weightedSum": (ARRAY, lambda: evaluator.sum(evaluator.mul(encrypted, weights))),
        "pack": (2 * ARRAY, lambda: encryptor.encrypt(pairs)),
    })


def alternate(programs, seconds, rounds):
    """`{operation: {program: seconds an item}}`, tenth percentiles."""
    measured = [i for i, _ in OPERATIONS if any(i in program.ids for program in programs.values())]
    samples = {identifier: {name: [] for name in programs} for identifier, _ in OPERATIONS}
    spent = {identifier: 0.0 for identifier in measured}
    turns = {identifier: 0 for identifier in measured}
    start = time.monotonic()
    while True:
        waiting = measured
        if time.monotonic() - start >= seconds:
            waiting = [i for i in measured if turns[i] < rounds]
        if not waiting:
            break
        identifier = min(waiting, key=lambda i: (spent[i], turns[i]))
        begin = time.monotonic()
        for name, program in programs.items():
            if identifier in program.ids:
                samples[identifier][name].append(program.measure(identifier))
        spent[identifier] += max(time.monotonic() - begin, 1e-6)
        turns[identifier] += 1
    found = {}
    for identifier, columns in samples.items():
        found[identifier] = {
            name: sorted(times)[len(times) // 10] for name, times in columns.items() if times}
    return found, turns


def fill_in(found, peers):
    for same, identifier in SAME_OURS.items():
        for name in ("ours", "ours, all cores"):
            if name in found[identifier]:
                found[same][name] = found[identifier][name]
    for same, identifier in SAME_PEER.items():
        for name in peers:
            found[same][name] = found[identifier][name]


def microseconds(value):
    if value is None:
        return "–"
    value *= 1e6
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value, ours):
    return "–" if value is None or ours is None else f"{value / ours:.2g}×" if value / ours < 10 else f"{value / ours:.0f}×"


def rows(found, peers):
    yield ["µs an item", "ours, a core", "ours, all cores", "gain of all"] + [
        cell for name in peers for cell in (name, "ratio")]
    for identifier, title in OPERATIONS:
        columns = found[identifier]
        ours, every = columns.get("ours"), columns.get("ours, all cores")
        if not columns or (ours is None and identifier == "encryptOwner"):
            continue
        line = [title, microseconds(ours), microseconds(every), ratio(ours, every) if ours else "–"]
        for name in peers:
            line += [microseconds(columns.get(name)), ratio(columns.get(name), ours)]
        yield line


def text(table):
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        yield "  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])])


def markdown(table):
    yield "| " + " | ".join(table[0]) + " |"
    yield "|---" + "|--:" * (len(table[0]) - 1) + "|"
    for row in table[1:]:
        yield "| " + " | ".join(row) + " |"


def machine(cores):
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{name}, {len(cores)} cores"


def measure(bits, options, cores):
    core = {max(cores)}
    # The machine's load before we add to it.
    load = os.getloadavg()
    os.sched_setaffinity(0, core)
    programs = {"python-paillier": python_paillier(bits)}
    try:
        programs["HEU ZPaillier"] = heu_zpaillier(bits)
    except ImportError as error:
        print(f"without HEU: {error}", file=sys.stderr)
    peers = list(programs)
    programs = {"ours": Ours(bits, "1", options.elements, core), **programs,
                "ours, all cores": Ours(bits, "all", options.elements, cores)}
    found, turns = alternate(programs, options.seconds, options.rounds)
    for program in programs.values():
        program.close()
    os.sched_setaffinity(0, cores)
    # A row of two is not measured twice for us; each was measured for the peers.
    fill_in(found, peers)
    table = list(rows(found, peers))
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    repetitions = sorted(turns.values())
    print(f"{bits} bits · {machine(cores)} · {date} · load {load[0]:.1f} before, {os.getloadavg()[0]:.1f} after · "
          f"weighted sums of ours: {options.elements} elements · {repetitions[0]} to {repetitions[-1]} repetitions\n")
    print("\n".join((markdown if options.markdown else text)(table)), end="\n\n", flush=True)
    return {"bits": bits, "date": date, "load": load, "seconds": found}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="Scripts/bench-peers")
    parser.add_argument("--bits", default="2048,3072", help="lengths of the modulus, with commas (2048,3072)")
    parser.add_argument("--seconds", type=float, default=120, help="how long to alternate, for each length (120)")
    parser.add_argument("--rounds", type=int, default=10, help="repetitions of each operation at the least (10)")
    parser.add_argument("--elements", type=int, default=10_000, help="elements of our sums (10000)")
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/performance.md")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    cores = os.sched_getaffinity(0)
    results = [measure(int(bits), options, cores) for bits in options.bits.split(",")]
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine(cores), "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
