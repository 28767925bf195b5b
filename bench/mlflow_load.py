"""What bench/mlflow.py asks with: a server of its own, connections that send prebuilt requests,
rows of results. Python's standard library only."""
import json
import os
import pathlib
import re
import selectors
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 42
MIB = 1 << 20
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def machine():
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return f"{os.cpu_count()} x {line.split(':', 1)[1].strip()}"
    return f"{os.cpu_count()} cores"


def medium(path):
    """The kind of file system that a path lies on."""
    path, best, kind = str(pathlib.Path(path).resolve()), "", "?"
    with open("/proc/mounts") as lines:
        for line in lines:
            _, at, found = line.split()[:3]
            inside = path == at or path.startswith(at.rstrip("/") + "/")
            if inside and len(at) >= len(best):
                best, kind = at, found
    return kind


class Report:
    """Rows of results, one JSON object a line; counts the bars that were missed."""

    def __init__(self, kind):
        self.machine, self.medium, self.missed = machine(), kind, 0

    def row(self, case, value, unit, against="", ratio=None, bar="", passed=None, **more):
        """`ratio` is how many times better than `against`, or value over it where it says so."""
        line = {"bench": "mlflow", "case": case, "value": round(value, 4), "unit": unit,
                "against": against, "ratio": None if ratio is None else round(ratio, 3),
                "bar": bar, "pass": None if passed is None else bool(passed), **more,
                "medium": self.medium, "machine": self.machine, "seed": SEED}
        self.missed += passed is not None and not passed
        print(json.dumps(line), flush=True)


class Server:
    """`mooring serve` on loopback, with its data in a directory."""

    def __init__(self, directory):
        program = ROOT / "build/release/src/app/mooring"
        program = os.environ.get("MOORING", program)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = pathlib.Path(f"{directory}.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--data-dir", str(directory), "--port", str(self.port)],
                stdout=log, stderr=log)
        begun = time.monotonic()
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begun > 60:
                raise SystemExit(f"the server does not start: see {self.log}")
            time.sleep(0.01)

    def answers(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def cpu_ms(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * TICK_MS

    def memory_mib(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(field + r":\s+(\d+)", status.read()).group(1)) / 1024

    def peak_mib(self):
        return self.memory_mib("VmHWM")

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as refs:
            refs.write("5")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def request(method, path, body=b""):
    """The bytes of a request; a body that is not bytes goes as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body, separators=(",", ":")).encode()
    length = f"Content-Length: {len(body)}\r\n" if body or method != "GET" else ""
    kind = "Content-Type: application/json\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{kind}{length}\r\n".encode() + body


def api(path):
    return "/api/2.0/mlflow/" + path


def head_of(text):
    """Status, length of the body and where it begins; None while the head is not all there."""
    end = text.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(text[:end]).lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return int(head[9:12]), length, end + 4


class Connection:
    """One connection of a client that waits for each answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self):
        """Status and body of the next answer."""
        got = bytearray()
        while True:
            more = self.socket.recv(MIB)
            if not more:
                raise SystemExit("the server closed a connection")
            got += more
            head = head_of(got)
            if head is not None:
                break
        status, length, begin = head
        while len(got) < begin + length:
            more = self.socket.recv(MIB)
            if not more:
                raise SystemExit("the server closed a connection")
            got += more
        return status, bytes(got[begin:])

    def ask(self, raw):
        self.socket.sendall(raw)
        status, body = self.answer()
        if status != 200:
            raise SystemExit(f"{raw[:200]!r}: {status} {body[:300]!r}")
        return body

    def call(self, method, path, body=b""):
        return json.loads(self.ask(request(method, path, body)))

    def post(self, path, **body):
        return self.call("POST", api(path), body)


def many(port, requests, connections):
    """Sends what the iterator gives, each connection the next one when its answer came; seconds."""
    chosen, requests, begun = selectors.DefaultSelector(), iter(requests), time.monotonic()
    for _ in range(connections):
        raw = next(requests, None)
        if raw is None:
            break
        one = Connection(port)
        chosen.register(one.socket, selectors.EVENT_READ, one)
        one.socket.sendall(raw)
    while chosen.get_map():
        for key, _ in chosen.select():
            status, body = key.data.answer()
            if status != 200:
                raise SystemExit(f"{status} {body[:300]!r}")
            raw = next(requests, None)
            if raw is None:
                chosen.unregister(key.data.socket)
                key.data.socket.close()
            else:
                key.data.socket.sendall(raw)
    return time.monotonic() - begun


def measure(server, requests, seconds):
    """Sends prebuilt requests on one connection, for a time at most (and twenty at least): CPU
    milliseconds of the server a request, wall milliseconds a request, the median, how many."""
    one, took = Connection(server.port), []
    cpu, begun = server.cpu_ms(), time.monotonic()
    for raw in requests:
        start = time.monotonic()
        one.ask(raw)
        end = time.monotonic()
        took.append(end - start)
        if end - begun > seconds and len(took) >= 20:
            break
    wall, cpu = time.monotonic() - begun, server.cpu_ms() - cpu
    took.sort()
    return {"cpu_ms": cpu / len(took), "wall_ms": wall / len(took) * 1000,
            "p50_ms": took[len(took) // 2] * 1000, "p99_ms": took[len(took) * 99 // 100] * 1000,
            "best_ms": took[0] * 1000, "count": len(took)}
