#!/usr/bin/env python3
"""Whole-server bench: decisions a second, latency and CPU of `mooring serve`, beside its peer
(FastAPI), its floor (a bare echo on our own HTTP layer, nginx `return 200`) and the disk's own
rate of syncs.

Every server gets core 0 alone, the load core 1; all on loopback, bounded in time. One JSON object
a line.
Called by ./dev bench serve [SECONDS a case]."""
import json
import random
import shutil
import subprocess
import time

from harness import (BUILD, SECONDS, SEED, Server, data_directory, disk_probe, fastapi, figures,
                     free_port, infer_body, lua, matrix_body, mooring, nginx, prepare, row, serve,
                     work, wrk)

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
    echo = Server([BUILD / "bench/bench_echo_server", "--port", port], port)
    echo = measured(echo, one_matrix, 16)
    row("bare echo on our HTTP layer, 16 connections", echo["rate"], "requests/s", **figures(echo))
    peer = measured(fastapi("none"), one_matrix, 16)
    row("FastAPI + uvicorn + XGBoost, no log, 16 connections", peer["rate"], "decisions/s",
        **figures(peer))
    ours = measured(serve("interval", *interval), one_matrix, 16)
    ratio = ours["rate"] / peer["rate"]
    row("interval sync, 16 connections", ours["rate"], "decisions/s", "FastAPI without a log",
        ratio, ">= 15", ratio >= 15, **figures(ours))
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

        before = json.loads(load(SECONDS).communicate()[0])
        during = load(SECONDS)
        for version in (2, 1, 2):
            time.sleep(SECONDS / 5)
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
    row("p99 while versions are loaded and swapped", during["p99_ms"], "ms p99", "p99 before",
        ratio, "<= 2", ratio <= 2)


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
