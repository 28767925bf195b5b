"""What the whole-server benches share: a model made by XGBoost itself, servers on core 0, wrk on
core 1, results as JSON lines. The first argument of a bench is the seconds a case may take."""
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
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0

work = pathlib.Path(tempfile.mkdtemp(prefix="mooring-bench-", dir=ROOT / "build"))
peer_path = str(ROOT / ".deps/peers/usr/lib/python3/dist-packages")
PYTHON = "/usr/bin/python3"


def machine() -> str:
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return f"{os.cpu_count()} x {line.split(':', 1)[1].strip()}"
    return f"{os.cpu_count()} cores"


MACHINE = machine()
BENCH = pathlib.Path(sys.argv[0]).stem


def row(case, value, unit, against="", ratio=None, bar="", passed=None, **more):
    """One line of result. `ratio` is value over `against`, or what the bar speaks of."""
    line = {"bench": BENCH, "case": case, "value": round(value, 4), "unit": unit,
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
    """Closed-loop load from core 1: requests a second, milliseconds by quantile, server CPU."""
    seconds = seconds or SECONDS
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", "--latency", "-s",
               str(script), f"http://127.0.0.1:{server.port}{path}"]
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
    keys = ("p50_ms", "p95_ms", "p99_ms", "cpu_us", "errors")
    return {key: round(result[key], 3) for key in keys}


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
m[: {TREES} // 2].save_model(r"{work}/half.ubj")
with open(r"{work}/train.csv", "w") as out:
    out.write(",".join(names) + "\\n")
    for r in x[:5000]:
        out.write(",".join(f"{{v:.6g}}" for v in r) + "\\n")
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
                    f"server {{ listen 127.0.0.1:{port};"
                    f" location / {{ return 200 '{answer}'; }} }} }}")
    return Server(["/usr/sbin/nginx", "-c", conf], port)
