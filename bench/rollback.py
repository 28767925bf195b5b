#!/usr/bin/env python3
"""Rollback bench: 5,000 requests a second while the champion flips 1,000 times between two
versions. Called by ./dev bench rollback [FLIPS]."""
import random
import shutil
import subprocess
import sys

from harness import BUILD, MACHINE, matrix_body, mooring, prepare, serve, work

FLIPS = sys.argv[1] if len(sys.argv) > 1 else "1000"


def main():
    prepare()
    server = serve("rollback")
    try:
        local = ["--data-dir", work / "rollback"]
        mooring("version", "register", "bench", work / "half.ubj", "--training-data",
                work / "train.csv", *local)
        for version in ("2", "1"):
            mooring("version", "promote", "bench", version, "--reason", "load both", "--yes",
                    *local)
        (work / "body.json").write_text(matrix_body(random.Random(1), 1))
        return subprocess.run(
            ["taskset", "-c", "1", BUILD / "bench/bench_rollback", "--port", str(server.port),
             "--data-dir", work / "rollback", "--body", work / "body.json", "--flips", FLIPS,
             "--rate", "5000", "--machine", MACHINE]).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(work, ignore_errors=True)
