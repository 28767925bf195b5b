#!/usr/bin/env python3
"""Bench of MLflow's protocol: what its calls cost the server, over loopback and with everything
durable, beside what they cost MLflow's own server (peers/mlflow_server.json).

./dev bench mlflow [--dir DIRECTORY] [--seconds 3] [--runs 100000] [--megabytes 1024]
                   [--files 10000] [--only calls,scale,artifacts] [--keep]

`calls`: CPU and wall time of a call, one connection. `scale`: an experiment of --runs runs of 50
metrics with two points each; with --keep it is left in the directory and found there again.
`artifacts`: a large file up and down beside the bare disk, and small ones. The directory says which
medium is measured (/dev/shm: memory); the server's data lie in a new directory inside it. Rows are
JSON objects, one a line; exit code 1 when a bar is missed."""
import argparse
import itertools
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

from mlflow_load import MIB, ROOT, SEED, Connection, Report, Server, api, many, measure, medium, \
    request

START = 1_700_000_000_000
PEER = json.loads((ROOT / "bench/peers/mlflow_server.json").read_text())
AGAINST = "MLflow " + PEER["server"].split()[1]
KEYS, POINTS = 50, 2


def against_mlflow(report, case, result, least, most_cpu=None, **more):
    """A row of CPU a request beside MLflow's; the ratio is how many times less."""
    peer = PEER["cpu_ms"][case]
    ratio = peer / max(result["cpu_ms"], 1e-6)
    bar = "" if least is None else f">= {least} x"
    passed = None if least is None else ratio >= least
    if most_cpu is not None:
        bar, passed = f"{bar}, <= {most_cpu} ms", passed and result["cpu_ms"] <= most_cpu
    figures = {key: round(result[key], 4) for key in ("wall_ms", "p50_ms", "p99_ms", "count")}
    report.row(case, result["cpu_ms"], "CPU ms/request", f"{AGAINST}: {peer} ms", ratio, bar,
               passed, **figures, **more)


def create_run(experiment, number):
    return request("POST", api("runs/create"), {"experiment_id": experiment,
                                                "start_time": START + number,
                                                "run_name": f"r{number}"})


def thousand_metrics(run, number):
    """The batch of MLflow's measurement: ten keys, a hundred steps."""
    metrics = [{"key": f"m{i % 10}", "value": i * 0.5, "timestamp": START + number,
                "step": number * 100 + i // 10} for i in range(1000)]
    return request("POST", api("runs/log-batch"), {"run_id": run, "metrics": metrics})


def writes(report, server, one, seconds):
    experiment = one.post("experiments/create", name="writes")["experiment_id"]
    raw = [create_run(experiment, i) for i in range(20_000)]
    against_mlflow(report, "runs/create", measure(server, raw, seconds), 30)

    run = one.post("runs/create", experiment_id=experiment, start_time=START)
    run = run["run"]["info"]["run_id"]
    raw = [request("POST", api("runs/log-metric"),
                   {"run_id": run, "key": f"k{i}", "value": 1.5, "timestamp": START, "step": 1})
           for i in range(20_000)]
    against_mlflow(report, "runs/log-metric", measure(server, raw, seconds), 30)

    run = one.post("runs/create", experiment_id=experiment, start_time=START)
    run = run["run"]["info"]["run_id"]
    raw = [thousand_metrics(run, i) for i in range(1000)]
    result = measure(server, raw, seconds)
    against_mlflow(report, "runs/log-batch, 1,000 metrics", result, 30, 3.5)
    rate = 1e6 / result["wall_ms"]
    report.row("metrics logged, one connection", rate, "metrics/s", bar=">= 300000",
               passed=rate >= 300_000)

    run = one.post("runs/create", experiment_id=experiment, start_time=START)
    run = run["run"]["info"]["run_id"]
    one.post("runs/log-batch", run_id=run,
             metrics=[{"key": f"m{i}", "value": i, "timestamp": START, "step": 0}
                      for i in range(1000)])
    raw = [request("GET", api(f"runs/get?run_id={run}"))] * 5000
    against_mlflow(report, "runs/get, 1,000 metrics", measure(server, raw, seconds), None)


def searches(report, server, one, seconds, rng):
    """A thousand runs of 10 metrics, 10 params and 3 tags."""
    experiment = one.post("experiments/create", name="searches")["experiment_id"]
    for i in range(1000):
        run = json.loads(one.ask(create_run(experiment, i)))["run"]["info"]["run_id"]
        one.post("runs/log-batch", run_id=run,
                 metrics=[{"key": f"m{k}", "value": rng.random(), "timestamp": START, "step": 0}
                          for k in range(10)],
                 params=[{"key": f"p{k}", "value": str(rng.randrange(5))} for k in range(10)],
                 tags=[{"key": f"t{k}", "value": "v"} for k in range(3)])
    for case, most, asked in (
            ("runs/search, 1,000 runs in a page", 1000, {}),
            ("runs/search, 100 of 1,000 in order", 100, {"order_by": ["metrics.m1 DESC"]}),
            ("runs/search, 100 of 1,000 by filter", 100,
             {"filter": "metrics.m1 > 0.5 and params.p1 = '3'"})):
        raw = request("POST", api("runs/search"),
                      {"experiment_ids": [experiment], "max_results": most, **asked})
        found = len(json.loads(one.ask(raw)).get("runs", []))
        against_mlflow(report, case, measure(server, [raw] * 5000, seconds), 50, runs=found)


def aliases(report, server, one, seconds):
    one.post("registered-models/create", name="bench")
    for i in range(10):
        one.post("model-versions/create", name="bench", source=f"mlflow-artifacts:/x/{i}")
    raw = [request("POST", api("registered-models/alias"),
                   {"name": "bench", "alias": "champion", "version": str(1 + i % 10)})
           for i in range(10)]
    raw = list(itertools.islice(itertools.cycle(raw), 20_000))
    against_mlflow(report, "alias set", measure(server, raw, seconds), 30)
    raw = [request("GET", api("registered-models/alias?name=bench&alias=champion"))] * 50_000
    against_mlflow(report, "alias get", measure(server, raw, seconds), 30)


def calls(report, directory, options):
    server = Server(directory / "calls")
    try:
        one, rng = Connection(server.port), random.Random(SEED)
        raw = [request("GET", "/health")] * 50_000
        against_mlflow(report, "health", measure(server, raw, options.seconds), None)
        writes(report, server, one, options.seconds)
        searches(report, server, one, options.seconds, rng)
        aliases(report, server, one, options.seconds)
        report.row("memory after the calls", server.peak_mib(), "MiB")
    finally:
        server.stop()


def fill(report, data, runs):
    """The runs of the scale bench, over HTTP: created first, then a batch each."""
    server = Server(data)
    try:
        one = Connection(server.port)
        experiment = one.post("experiments/create", name="scale")["experiment_id"]
        tags = [[{"key": "mlflow.user", "value": user}] for user in ("ann", "bob", "eve")]
        seconds = many(server.port, (
            request("POST", api("runs/create"),
                    {"experiment_id": experiment, "start_time": START + i, "run_name": f"r{i}",
                     "tags": tags[i % 3]}) for i in range(runs)), 32)
        ids, token = [], None
        while len(ids) < runs:
            page = one.post("runs/search", experiment_ids=[experiment], max_results=50_000,
                            **({"page_token": token} if token else {}))
            ids += [run["info"]["run_id"] for run in page["runs"]]
            token = page.get("next_page_token")
        ids.reverse()  # the newest came first; runs are logged in the order they began in
        rng = random.Random(SEED)
        seconds += many(server.port, (batch_of(run, rng) for run in ids), 32)
        seconds += many(server.port, (
            request("POST", api("runs/update"), {"run_id": run, "status": "FINISHED",
                                                 "end_time": START + rng.randrange(10**9)})
            for run in ids), 32)
        report.row("fill, 32 connections", 3 * runs / seconds, "requests/s", runs=runs)
    finally:
        server.stop()
    (data / "filled").write_text(f"{runs} {experiment}")


def batch_of(run, rng):
    points = ",".join(f'{{"key":"metric_{k}","value":{rng.random()},"timestamp":'
                      f'{START + step * 1000},"step":{step}}}'
                      for step in range(POINTS) for k in range(KEYS))
    return request("POST", api("runs/log-batch"),
                   f'{{"run_id":"{run}","metrics":[{points}]}}'.encode())


def scale(report, directory, options):
    data = directory / "scale"
    if not (data / "filled").exists():
        fill(report, data, options.runs)
    runs, experiment = (data / "filled").read_text().split()
    size = sum(file.stat().st_size for file in data.glob("tracking.db*"))
    points = int(runs) * KEYS * POINTS
    report.row("database", size / points, "bytes/point", bar="<= 40", passed=size / points <= 40,
               points=points)
    begun = time.monotonic()
    server = Server(data)
    report.row("start to ready", time.monotonic() - begun, "s", runs=int(runs))
    try:
        ask_at_scale(report, server, experiment, options.seconds)
        report.row("memory, after all searches", server.peak_mib(), "MiB", bar="<= 300",
                   passed=server.peak_mib() <= 300)
    finally:
        server.stop()


def ask_at_scale(report, server, experiment, seconds):
    """Each case's median wall time, and the first call, when nothing was remembered."""
    filtered = "metrics.metric_1 > 0.5 AND metrics.metric_2 < 0.3"
    for case, asked, most in (
            ("first page", {}, 50),
            ("filter and order", {"filter": filtered, "order_by": ["metrics.metric_0 DESC"]}, 50),
            ("order by a metric", {"order_by": ["metrics.metric_0 DESC"]}, 50),
            ("narrow filter", {"filter": "metrics.metric_1 > 0.999",
                               "order_by": ["metrics.metric_0"]}, 50),
            ("filter by a tag", {"filter": "tags.mlflow.user = 'eve'"}, 50),
            ("order by end time", {"filter": "metrics.metric_1 > 0.5",
                                   "order_by": ["attributes.end_time DESC"]}, 50),
            ("order by name", {"order_by": ["attributes.run_name"]}, 50),
            ("order by two metrics", {"filter": "metrics.metric_1 > 0.5", "order_by": [
                "metrics.metric_0", "metrics.metric_3 DESC"]}, 50)):
        raw = request("POST", api("runs/search"),
                      {"experiment_ids": [experiment], "max_results": 100, **asked})
        one = Connection(server.port)
        begun = time.monotonic()
        found = len(json.loads(one.ask(raw)).get("runs", []))
        first = (time.monotonic() - begun) * 1000
        result = measure(server, [raw] * 1000, seconds)
        report.row(f"at scale: {case}", result["p50_ms"], "ms", bar=f"<= {most} ms",
                   passed=result["p50_ms"] <= most, first_ms=round(first, 2), runs=found,
                   best_ms=round(result["best_ms"], 2), cpu_ms=round(result["cpu_ms"], 3))


def bare_disk(path, megabytes, block):
    """MB a second written and synced, and read from where the system has it in memory."""
    begun = time.monotonic()
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
    for _ in range(megabytes):
        os.write(handle, block)
    os.fsync(handle)
    written = megabytes * MIB / 1e6 / (time.monotonic() - begun)
    begun = time.monotonic()
    os.lseek(handle, 0, os.SEEK_SET)
    into = bytearray(MIB)
    while os.readv(handle, [into]):
        pass
    read = megabytes * MIB / 1e6 / (time.monotonic() - begun)
    os.close(handle)
    path.unlink()
    return written, read


def artifact(name):
    return f"/api/2.0/mlflow-artifacts/artifacts/1/{'ab' * 16}/artifacts/{name}"


def upload(server, megabytes, block):
    one = Connection(server.port)
    begun = time.monotonic()
    one.socket.sendall(f"PUT {artifact('model.bin')} HTTP/1.1\r\nHost: localhost\r\n"
                       f"Content-Length: {megabytes * MIB}\r\n\r\n".encode())
    for _ in range(megabytes):
        one.socket.sendall(block)
    status, body = one.answer()
    if status != 200:
        raise SystemExit(f"upload: {status} {body[:300]!r}")
    return megabytes * MIB / 1e6 / (time.monotonic() - begun)


def download(server, megabytes):
    one = Connection(server.port)
    begun = time.monotonic()
    one.socket.sendall(request("GET", artifact("model.bin")))
    into, got = bytearray(MIB), 0
    while got < megabytes * MIB:
        more = one.socket.recv_into(into)
        if more == 0:
            raise SystemExit("download: the server closed the connection")
        got += more
    return megabytes * MIB / 1e6 / (time.monotonic() - begun)


def large(report, server, directory, megabytes):
    block = random.Random(SEED).randbytes(MIB)
    written, read = bare_disk(directory / "bare", megabytes, block)
    report.row("bare disk: write and sync", written, "MB/s", megabytes=megabytes)
    report.row("bare disk: read again", read, "MB/s", megabytes=megabytes)
    for case, floor, work in (
            ("upload of one file", written, lambda: upload(server, megabytes, block)),
            ("download of one file", read, lambda: download(server, megabytes))):
        server.forget_peak()
        before, cpu = server.memory_mib(), server.cpu_ms()
        rate = work()
        cpu = server.cpu_ms() - cpu
        report.row(case, rate, "MB/s", f"bare disk: {floor:.0f} MB/s", rate / floor, ">= 500",
                   rate >= 500, cpu_ms_per_mb=round(cpu / (megabytes * MIB / 1e6), 3))
        grown = server.peak_mib() - before
        report.row(f"{case}: memory grows by", grown, "MiB", bar="<= 32", passed=grown <= 32)


def small(report, server, files):
    body = bytearray(random.Random(SEED).randbytes(4096))

    def puts():
        for i in range(files):
            number = b"%8d" % i
            body[:len(number)] = number
            yield request("PUT", artifact(f"small/{i}"), bytes(body))

    gets = (request("GET", artifact(f"small/{i}")) for i in range(files))
    for case, asked, bar in (("small files up", puts(), 2000), ("small files down", gets, 2000)):
        cpu = server.cpu_ms()
        rate = files / many(server.port, asked, 8)
        report.row(f"{case}, 4 KiB, 8 connections", rate, "files/s", bar=f">= {bar}",
                   passed=rate >= bar, cpu_ms=round((server.cpu_ms() - cpu) / files, 4))


def artifacts(report, directory, options):
    server = Server(directory / "artifacts")
    try:
        large(report, server, directory, options.megabytes)
        small(report, server, options.files)
    finally:
        server.stop()


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    words.add_argument("--dir", default=ROOT / "build", type=pathlib.Path)
    words.add_argument("--seconds", default=3.0, type=float)
    words.add_argument("--runs", default=100_000, type=int)
    words.add_argument("--megabytes", default=1024, type=int)
    words.add_argument("--files", default=10_000, type=int)
    words.add_argument("--only", default="calls,scale,artifacts")
    words.add_argument("--keep", action="store_true")
    options = words.parse_args()
    report = Report(medium(options.dir))
    if options.keep:
        directory = options.dir / f"mlflow-bench-{options.runs}"
        directory.mkdir(parents=True, exist_ok=True)
        for other in ("calls", "artifacts"):
            shutil.rmtree(directory / other, ignore_errors=True)
    else:
        directory = pathlib.Path(tempfile.mkdtemp(prefix="mlflow-bench-", dir=options.dir))
    try:
        for part in (calls, scale, artifacts):
            if part.__name__ in options.only.split(","):
                part(report, directory, options)
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
