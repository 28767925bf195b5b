#!/usr/bin/env python3
"""Bench of the safeguards: what limits cost in memory (bench_limits), what twenty of them cost the
whole server, and how fast and how surely the kill switch stops it under load.

Called by ./dev bench limits [SECONDS a case]. KILLS=N sets the trials of the kill switch."""
import json
import os
import random
import select
import shutil
import socket
import subprocess
import time
import urllib.request

from harness import (BUILD, SEED, figures, lua, matrix_body, prepare, row, serve, work, wrk)

INFER = "/v2/models/bench/infer"
KILLS = int(os.environ.get("KILLS", 1000))
TWENTY = "\n".join(
    f"  - {{name: l{i}, {kind}}}" for i, kind in enumerate(
        ["sum: prediction, over: 24h, max: 1000000000, latch: false"] * 6 +
        ["count: 1000000000, over: day"] * 4 + ["count: 1000000000, over: lifetime"] * 3 +
        ["rate: 1000000/s, burst: 1000000"] * 2 +
        ["sum: prediction, over: 1h, max: 1000000000, latch: false, weight: positive"] * 3 +
        ['share: "prediction > 2", over: day, max: 50%, after: 10'] * 2))


def contract(limits):
    path = work / "contract.yaml"
    text = path.read_text().split("limits:\n")[0]
    path.write_text(text + ("limits:\n" + limits + "\n" if limits else ""))


def whole_server(rng):
    """Interval sync, 16 connections, without and with twenty limits, in turn."""
    script = lua("one_matrix.lua", [matrix_body(rng, 1) for _ in range(64)])
    best = {"": None, TWENTY: None}
    for _ in range(2):
        for limits in best:
            contract(limits)
            server = serve("limits", "--ack", "written")
            try:
                result = wrk(server, script, 16, INFER)
            finally:
                server.stop()
            if best[limits] is None or result["rate"] > best[limits]["rate"]:
                best[limits] = result
    bare, limited = best[""], best[TWENTY]
    lost = 1 - limited["rate"] / bare["rate"]
    row("no limits, 16 connections", bare["rate"], "decisions/s", **figures(bare))
    row("twenty limits, 16 connections", limited["rate"], "decisions/s", "no limits", lost,
        "falls by <= 0.1", lost <= 0.1, **figures(limited))


class Load:
    """Closed-loop connections of one thread that reads what each answer says."""

    def __init__(self, port, bodies, connections):
        self.sockets, self.buffers, self.idle = [], {}, []
        self.requests = [
            (f"POST {INFER} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
             f"Content-Length: {len(body)}\r\n\r\n{body}").encode() for body in bodies]
        self.turn, self.admitted, self.others = 0, 0, 0
        for _ in range(connections):
            one = socket.create_connection(("127.0.0.1", port))
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(one)
            self.buffers[one] = b""
        for one in self.sockets:
            self.ask(one)

    def ask(self, one):
        self.turn = (self.turn + 1) % len(self.requests)
        one.sendall(self.requests[self.turn])

    def resume(self):
        """Asks on the connections that wait for nothing."""
        for one in self.idle:
            self.ask(one)
        self.idle.clear()

    def step(self, seconds, again=True):
        """Reads what is there; returns whether anything was."""
        ready, _, _ = select.select(self.sockets, [], [], seconds)
        for one in ready:
            self.buffers[one] += one.recv(65536)
            while self.take(one, again):
                pass
        return bool(ready)

    def take(self, one, again):
        head, mark, rest = self.buffers[one].partition(b"\r\n\r\n")
        if not mark:
            return False
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(rest) < length:
            return False
        body, self.buffers[one] = rest[:length], rest[length:]
        if b'"verdict":"admit"' in body:
            self.admitted += 1
        else:
            self.others += 1
        if again:
            self.ask(one)
        else:
            self.idle.append(one)
        return True


def call(port, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def kill(port):
    """Throws and waits on a socket of its own; the milliseconds to the acknowledgement."""
    body = json.dumps({"scope": "model", "model": "bench", "author": "bench", "reason": "trial"})
    one = socket.create_connection(("127.0.0.1", port))
    one.sendall((f"POST /api/v1/kills HTTP/1.1\r\nHost: localhost\r\n"
                 f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                 f"Connection: close\r\n\r\n{body}").encode())
    return one


def release(port, number):
    asked = call(port, "/api/v1/changes", {"kind": "kill_release", "kill": number,
                                           "reason": "trial", "author": "maker"})["change"]
    call(port, f"/api/v1/changes/{asked['id']}/approve",
         {"author": "checker", "hash": asked["hash"]})


def kills(rng):
    """Sixteen connections ask all the time; what arrives after the acknowledgement must not carry
    a model's value. Bytes that had arrived before it was read were sent before it."""
    contract("")
    server = serve("kill", "--ack", "written")
    after, took = 0, []
    try:
        load = Load(server.port, [matrix_body(rng, 1) for _ in range(64)], 16)
        for _ in range(KILLS):
            until = time.monotonic() + 0.02
            while time.monotonic() < until:
                load.step(0.01)
            begun, order, answer = time.monotonic(), kill(server.port), b""
            while True:
                ready, _, _ = select.select([order, *load.sockets], [], [], 5)
                if order in ready:
                    more = order.recv(65536)
                    if not more:
                        break
                    answer += more
                    if b"took_us" in answer:
                        break
                load.step(0)
            took.append((time.monotonic() - begun) * 1000)
            load.step(0, again=False)  # what had arrived by now left before
            load.admitted = load.others = 0
            load.resume()
            until = time.monotonic() + 0.02
            while time.monotonic() < until:
                load.step(0.005)
            after += load.admitted
            order.close()
            release(server.port, json.loads(answer.split(b"\r\n\r\n", 1)[1])["kill"]["id"])
            load.admitted = load.others = 0
    finally:
        server.stop()
    took.sort()
    worst = took[-1]
    row("kill: call to acknowledgement, worst", worst, "ms", "100 ms", worst / 100, "<= 1",
        worst <= 100, median_ms=round(took[len(took) // 2], 3), trials=len(took))
    row("kill: model's answers after the acknowledgement", after, "answers", "0", None, "= 0",
        after == 0, trials=len(took))


def main():
    subprocess.run([BUILD / "bench/bench_limits"], check=True)
    prepare()
    rng = random.Random(SEED)
    whole_server(rng)
    kills(rng)


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(work, ignore_errors=True)
