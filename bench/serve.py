#!/usr/bin/env python3
"""Whole-server bench: decisions a second, latency and CPU of `mooring serve`, beside its peer (FastAPI),
its floor (a bare echo on our own HTTP layer, nginx `return 200`) and the disk's own rate of syncs.

Every server gets core 0 alone, the load core 1; all on loopback, bounded in time. One JSON object a line.
Called by ./dev bench serve [SECONDS a case]."""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
FEATURES, TREES, DEPTH, SEED = 20, 100, 6, 20011

parser = argparse.ArgumentParser()
parser.add_argument("seconds", nargs="?", type=float, default=4.0)
arguments = parser.parse_args()
work = pathlib.Path(tempfile.mkdtemp(prefix="mooring-bench-", dir=ROOT / "build"))
peer_path = str(ROOT / ".deps/peers/usr/lib/python3/dist-packages")
PYTHON = "/usr/bin/python3"


def machine() -> str:
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return f"{os.cpu_count()} x {line.split(':', 1)[1].strip()}"
    return f"{os.cpu_count()} cores"


MACHINE = machine()


def row(case, value, unit, against="", ratio=None, bar="", passed=None, **more):
    line = {"bench": "serve", "case": case, "value": round(value, 4), "unit": unit,
            "against": against, "ratio": None if ratio is None else round(ratio, 3), "bar": bar,
            "pass": passed, **more, "machine": MACHINE, "seed": SEED}
    print(json.dumps(line), flush=True)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process on core 0 that answers on a port; knows its own CPU time."""

    def __init__(self, command, port, ready="/v2/health/ready", env=None):
        self.port, self.process = port, subprocess.Popen(
            ["taskset", "-c", "0", *map(str, command)], env={**os.environ, **(env or {})},
            stdout=open(work / "server.out", "ab"), stderr=subprocess.STDOUT)
        self.start = time.monotonic()
        while time.monotonic() - self.start < 30:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=1).read()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"server ended: see {work}/server.out")
                time.sleep(0.005)
        self.ready_s = time.monotonic() - self.start

    def pids(self):
        own = self.process.pid
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(own)], capture_output=True,
                                  text=True).stdout.split()
        return [own, *map(int, children)]

    def cpu_s(self) -> float:
        total = 0
        for pid in self.pids():
            try:
                fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wrk(server, script, connections, path, seconds=None):
    """Closed-loop load from core 1: requests a second, milliseconds by quantile, CPU of the server."""
    seconds = seconds or arguments.seconds
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", "--latency", "-s", str(script),
               f"http://127.0.0.1:{server.port}{path}"]
    subprocess.run([*command[:6], "-d1s", *command[6:]], capture_output=True)  # warm-up
    before, t0 = server.cpu_s(), time.monotonic()
    out = subprocess.run([*command[:6], f"-d{max(1, round(seconds))}s", *command[6:]],
                         capture_output=True, text=True).stdout
    cpu, wall = server.cpu_s() - before, time.monotonic() - t0
    found = re.search(r"ROW (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)", out)
    if not found:
        raise SystemExit("wrk said:\n" + out)
    requests, errors, p50, p95, p99, p999 = map(float, found.groups())
    rate = requests / wall
    return {"rate": rate, "errors": errors, "p50_ms": p50 / 1000, "p95_ms": p95 / 1000,
            "p99_ms": p99 / 1000, "p999_ms": p999 / 1000,
            "cpu_us": 1e6 * cpu / max(1.0, requests)}


def figures(result):
    return {key: round(result[key], 3) for key in ("p50_ms", "p95_ms", "p99_ms", "cpu_us", "errors")}


def disk_probe(seconds=1.0) -> float:
    """One 512-byte record, one fdatasync: how many a second this disk does just now."""
    fd = os.open(work / "probe", os.O_CREAT | os.O_RDWR)
    os.posix_fallocate(fd, 0, 64 << 20)
    count, offset, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        os.pwrite(fd, b"x" * 512, offset)
        os.fdatasync(fd)
        count, offset = count + 1, (offset + 512) % (64 << 20)
    os.close(fd)
    return count / seconds


def lua(name, bodies):
    """A wrk script that goes round a few bodies, so that no answer can be remembered."""
    text = ["local bodies = {"] + [json.dumps(body) + "," for body in bodies] + ["}", """
local at = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read +
              summary.errors.write + summary.errors.timeout
  io.write(string.format("ROW %d %d %d %d %d %d\\n", summary.requests, bad,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    latency:percentile(99.9)))
end"""]
    path = work / name
    path.write_text("\n".join(text))
    return path


def infer_body(rng, rows):
    data = [[round(rng.gauss(0, 1), 4) for _ in range(rows)] for _ in range(FEATURES)]
    return json.dumps({"inputs": [{"name": f"f{i}", "shape": [rows], "datatype": "FP64",
                                   "data": column} for i, column in enumerate(data)]})


def matrix_body(rng, rows):
    data = [round(rng.gauss(0, 1), 4) for _ in range(rows * FEATURES)]
    return json.dumps({"inputs": [{"name": "input", "shape": [rows, FEATURES], "datatype": "FP64",
                                   "data": data}]})


def prepare():
    """The model (by XGBoost itself), its training data, its contract."""
    code = f"""
import numpy as np, xgboost
rng = np.random.default_rng({SEED})
x = rng.normal(size=(20000, {FEATURES})).astype(np.float32)
y = (x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=20000) > 0).astype(np.float32)
names = [f"f{{i}}" for i in range({FEATURES})]
m = xgboost.train(dict(objective="binary:logistic", max_depth={DEPTH}, eta=0.1, nthread=2, seed=1),
                  xgboost.DMatrix(x, y, feature_names=names), {TREES})
m.save_model(r"{work}/model.ubj")
with open(r"{work}/train.csv", "w") as out:
    out.write(",".join(names) + "\\n")
    for r in x[:5000]:
        out.write(",".join(f"{{v:.6g}}" for v in r) + "\\n")
m.set_attr()
"""
    subprocess.run([PYTHON, "-c", code], env={**os.environ, "PYTHONPATH": peer_path}, check=True)
    inputs = "\n".join(f"  f{i}: {{type: float32, min: -20, max: 20}}" for i in range(FEATURES))
    (work / "contract.yaml").write_text(
        "model: bench\npurpose: throughput\nowner: {team: bench}\ninputs:\n" + inputs +
        "\noutput: {name: prediction, task: binary, min: 0, max: 1}\nfallback: [deny]\n")
    (work / "peer.ubj").write_bytes((work / "model.ubj").read_bytes())


def mooring(*words):
    done = subprocess.run([str(BUILD / "src/app/mooring"), *map(str, words)], capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise SystemExit(f"mooring {' '.join(map(str, words))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def data_directory(name):
    path = work / name
    shutil.rmtree(path, ignore_errors=True)
    local = ["--data-dir", path]
    mooring("apply", work / "contract.yaml", *local)
    mooring("version", "register", "bench", work / "model.ubj", "--training-data",
            work / "train.csv", *local)
    mooring("version", "promote", "bench", "1", "--reason", "bench", "--yes", *local)
    return path


def serve(name, *flags):
    port = free_port()
    return Server([BUILD / "src/app/mooring", "serve", "--data-dir", data_directory(name), "--port",
                   port, *flags], port)


def fastapi(log):
    port = free_port()
    return Server([PYTHON, "-m", "uvicorn", "fastapi_scorer:app", "--port", port, "--log-level",
                   "warning", "--loop", "uvloop", "--http", "httptools"], port,
                  env={"PYTHONPATH": f"{peer_path}:{ROOT}/bench/peers", "MODEL": f"{work}/peer.ubj",
                       "LOG": log, "DATABASE": f"{work}/peer.db", "OMP_NUM_THREADS": "1"})


def nginx():
    port = free_port()
    conf = work / "nginx.conf"
    answer = "x" * 186
    conf.write_text(f"daemon off; worker_processes 1; pid {work}/nginx.pid; error_log /dev/null;\n"
                    "events { worker_connections 1024; }\nhttp { access_log off;"
                    " keepalive_requests 100000000;\n"
                    f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{answer}'; }} }} }}")
    return Server(["/usr/sbin/nginx", "-c", conf], port)


INFER = "/v2/models/bench/infer"


def measured(server, script, connections, path=INFER, seconds=None):
    try:
        result = wrk(server, script, connections, path, seconds)
        result["rss_mb"], result["ready_s"] = server.rss_mb(), server.ready_s
        return result
    finally:
        server.stop()


def main():
    rng = random.Random(SEED)
    prepare()
    one = lua("one.lua", [infer_body(rng, 1) for _ in range(64)])
    one_matrix = lua("one_matrix.lua", [matrix_body(rng, 1) for _ in range(64)])
    hundred = lua("hundred.lua", [matrix_body(rng, 100) for _ in range(16)])
    interval = ("--ack", "written")

    start()
    floor = measured(nginx(), one_matrix, 16)
    row("nginx return 200, 16 connections", floor["rate"], "requests/s", **figures(floor))
    port = free_port()
    echo = measured(Server([BUILD / "bench/bench_echo_server", "--port", port], port), one_matrix, 16)
    row("bare echo on our HTTP layer, 16 connections", echo["rate"], "requests/s", **figures(echo))
    peer = measured(fastapi("none"), one_matrix, 16)
    row("FastAPI + uvicorn + XGBoost, no log, 16 connections", peer["rate"], "decisions/s",
        **figures(peer))
    ours = measured(serve("interval", *interval), one_matrix, 16)
    ratio = ours["rate"] / peer["rate"]
    row("interval sync, 16 connections", ours["rate"], "decisions/s", "FastAPI without a log", ratio,
        ">= 15", ratio >= 15, **figures(ours))
    ratio = ours["cpu_us"] / echo["cpu_us"]
    row("interval sync, CPU a decision", ours["cpu_us"], "us", "echo on our HTTP layer", ratio,
        "<= 2", ratio <= 2)
    ratio = ours["cpu_us"] / floor["cpu_us"]
    row("interval sync, CPU a decision", ours["cpu_us"], "us", "nginx return 200", ratio,
        "aim <= 1.5", ratio <= 1.5)
    row("resident memory under load", ours["rss_mb"], "MB", "bar 40", ours["rss_mb"] / 40, "<= 1",
        ours["rss_mb"] <= 40)
    tensors = measured(serve("tensors", *interval), one, 16)
    row("interval sync, one tensor a feature, 16 connections", tensors["rate"], "decisions/s",
        "one matrix", tensors["rate"] / ours["rate"], **figures(tensors))

    safety(one_matrix, interval, ours)
    synced(one_matrix, interval)

    open_loop(rng)
    many = measured(serve("hundred", *interval), hundred, 16)
    rows_per_cpu = 100 / (many["cpu_us"] / 1e6)
    row("100 rows a request", rows_per_cpu, "rows/CPU s", "MLflow's scorer, 19,000 rows/CPU s",
        rows_per_cpu / 19000, ">= 20", rows_per_cpu >= 20 * 19000, **figures(many))


def start():
    """Process start to the first ready answer with one tree model, and memory just then."""
    times, memory = [], []
    path = data_directory("start")
    for _ in range(5):
        port = free_port()
        server = Server([BUILD / "src/app/mooring", "serve", "--data-dir", path, "--port", port],
                        port)
        times.append(server.ready_s)
        memory.append(server.rss_mb())
        server.stop()
    middle = sorted(times)[2]
    row("start to ready, median of 5", middle, "s", "0.3 s", middle / 0.3, "<= 1", middle <= 0.3)
    most = max(memory)
    row("memory when ready", most, "MB", "40 MB", most / 40, "<= 1", most <= 40)


def safety(script, interval, ours):
    """What each part of the safety costs, switched off one by one, and all at once."""
    for off in ("validation", "journal", "profiles"):
        bare = measured(serve("without", *interval, "--bench-without", off), script, 16)
        row(f"price of {off}", bare["rate"], "decisions/s without", "all on",
            1 - ours["rate"] / bare["rate"], **figures(bare))
    bare = measured(serve("without", *interval, "--bench-without", "validation,journal,profiles"),
                    script, 16)
    cost = 1 - ours["rate"] / bare["rate"]
    row("price of all safety", bare["rate"], "decisions/s without", "all on", cost, "<= 0.25",
        cost <= 0.25, **figures(bare))


def open_loop(rng):
    """Half of the synced capacity, due at fixed times, while the champion is swapped and back."""
    bodies = work / "bodies.txt"
    bodies.write_text("\n".join(matrix_body(rng, 1) for _ in range(64)) + "\n")
    server = serve("open")
    local = ["--data-dir", work / "open"]
    mooring("version", "register", "bench", work / "model.ubj", "--training-data",
            work / "train.csv", *local)
    try:
        capacity = wrk(server, lua("open.lua", bodies.read_text().splitlines()), 64, INFER)["rate"]

        def load(seconds):
            command = ["taskset", "-c", "1", BUILD / "bench/bench_load", "--port", server.port,
                       "--path", INFER, "--bodies", bodies, "--rate", capacity / 2,
                       "--connections", 64, "--seconds", seconds]
            return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)

        before = json.loads(load(arguments.seconds).communicate()[0])
        during = load(arguments.seconds)
        for version in (2, 1, 2):
            time.sleep(arguments.seconds / 5)
            mooring("version", "promote", "bench", version, "--reason", "swap", "--yes", *local)
        during = json.loads(during.communicate()[0])
    finally:
        server.stop()
    for name, result in (("", before), (" while versions are loaded and swapped", during)):
        row(f"half load, open loop, synced{name}", result["p95_ms"], "ms p95", "10 ms",
            result["p95_ms"] / 10, "<= 1", result["p95_ms"] <= 10,
            **{key: result[key] for key in ("per_s", "p50_ms", "p99_ms", "p999_ms", "failed",
                                            "not_200")})
    ratio = during["p99_ms"] / max(before["p99_ms"], 1e-3)
    row("p99 while versions are loaded and swapped", during["p99_ms"], "ms p99", "p99 before", ratio,
        "<= 2", ratio <= 2)


def synced(script, interval):
    """Answers only after fdatasync, against a durable Python service and the disk itself."""
    peer = measured(fastapi("wal_full"), script, 64)
    row("FastAPI + SQLite WAL full, 64 connections", peer["rate"], "decisions/s", **figures(peer))
    for connections in (64, 256):
        before = disk_probe()
        ours = measured(serve("synced"), script, connections)
        probe = max(before, disk_probe())
        ratio = ours["rate"] / peer["rate"]
        row(f"synced, {connections} connections", ours["rate"], "decisions/s",
            "FastAPI + SQLite WAL full", ratio, ">= 20", ratio >= 20, **figures(ours))
        ratio = ours["rate"] / probe
        row(f"synced, {connections} connections", ours["rate"], "decisions/s",
            f"one sync a record ({probe:.0f}/s)", ratio, ">= 5", ratio >= 5)
    free = measured(serve("interval256", *interval), script, 256)
    ratio = ours["rate"] / free["rate"]
    row("synced against interval, 256 connections", ours["rate"], "decisions/s",
        f"interval ({free['rate']:.0f}/s)", ratio, ">= 0.6", ratio >= 0.6)


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(work, ignore_errors=True)
