#!/usr/bin/env python3
"""Makes tests/golden/exact/columns.json: what SciPy and numpy say of small columns, for the test of
exact drift statistics. Run with SciPy 1.10.1 and numpy:

    python3 tools/golden/exact_vectors.py > tests/golden/exact/columns.json

Long columns are not written out: "stride" [n, a, m, b] stands for ((i * a) % m) * b, i < n.
"""
import json
import math
import random

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance

rng = random.Random(20031)


def normal(n, mean=0.0, sd=1.0):
    return [rng.gauss(mean, sd) for _ in range(n)]


def stride(n, a, m, b):
    return {"stride": [n, a, m, b]}


def written_out(column):
    if isinstance(column, list):
        return column
    n, a, m, b = column["stride"]
    return [((i * a) % m) * b for i in range(n)]


def finite(column):
    kept = [x for x in written_out(column) if x is not None and not isinstance(x, str)]
    return np.array(kept, dtype=np.float64)


def cuts(reference):
    """Deciles of the reference; a value that is two of them is cut off below and above."""
    edges = np.sort(reference)[[math.ceil(k * len(reference) / 10) - 1 for k in range(1, 10)]]
    values, times = np.unique(edges, return_counts=True)
    return [(v, side) for v, t in zip(values, times)
            for side in (("left", "right") if t > 1 else ("right",))]


def decile_counts(reference, current):
    def counts(sample):
        ordered = np.sort(sample)
        below = [np.searchsorted(ordered, v, side) for v, side in cuts(reference)]
        return np.diff([0, *below, len(sample)])

    return counts(reference), counts(current)


def of_groups(r, c):
    used = (r + c) > 0
    r, c = r[used].astype(float), c[used].astype(float)
    n, m = r.sum(), c.sum()
    p, q = np.maximum(r, 0.5) / n, np.maximum(c, 0.5) / m
    chi2, chi2_p, dof, _ = chi2_contingency(np.array([r, c]))
    psi = float(np.sum((p - q) * np.log(p / q)))
    return {"groups": len(r), "psi": psi,
            "psi_adjusted": psi - (len(r) - 1) * (1 / n + 1 / m),
            "js": float(jensenshannon(r / n, c / m)),
            "chi2": float(chi2), "chi2_p": float(chi2_p), "chi2_dof": int(dof)}


def numeric(name, reference, current):
    r, c = finite(reference), finite(current)
    ks = ks_2samp(r, c)
    w = float(wasserstein_distance(r, c))
    expect = {"mean": float(r.mean()), "deviation": float(r.std()), "ks": float(ks.statistic),
              "ks_p": float(ks.pvalue), "wasserstein": w,
              "wasserstein_scaled": w / max(float(r.std()), 0.001),
              **of_groups(*decile_counts(r, c))}
    return {"name": name, "reference": reference, "current": current, "expect": expect}


def category(name, reference, current):
    values = sorted(set(reference) | set(current))
    r = np.array([reference.get(v, 0) for v in values])
    c = np.array([current.get(v, 0) for v in values])
    p, q = r / r.sum(), c / c.sum()
    expect = {"l_infinity": float(np.abs(p - q).max()), "unseen_share": float(q[r == 0].sum()),
              **of_groups(r, c)}
    return {"name": name, "reference": reference, "current": current, "expect": expect}


def main():
    gaps = [None if i % 7 == 0 else "inf" if i % 11 == 0 else rng.gauss(3, 2) for i in range(150)]
    numbers = [
        numeric("normal moved by 0.4", normal(300), normal(200, 0.4)),
        numeric("same normal", normal(157), normal(211)),
        numeric("wider", normal(120), normal(120, 0, 3)),
        numeric("lognormal", [math.exp(x) for x in normal(200)],
                [math.exp(1.2 * x) for x in normal(180)]),
        numeric("counts with ties", [float(rng.randrange(6)) for _ in range(250)],
                [float(rng.randrange(7)) for _ in range(190)]),
        numeric("mostly zero", [0.0 if rng.random() < 0.7 else rng.random() for _ in range(200)],
                [0.0 if rng.random() < 0.5 else rng.random() for _ in range(200)]),
        numeric("constant that moves up", [5.0] * 60, [6.0] * 40),
        numeric("constant that moves down", [5.0] * 60, [4.0] * 40),
        numeric("two values", [0.0, 1.0] * 50, [0.0, 1.0, 1.0] * 30),
        numeric("apart", [float(i) for i in range(30)], [float(i) for i in range(100, 140)]),
        numeric("one value each", [1.0], [2.0]),
        numeric("few", normal(5), normal(8, 1)),
        numeric("missing and infinite", gaps, normal(90, 3, 2)),
        numeric("large", [x * 1e100 for x in normal(100)], [x * 1e100 for x in normal(100, 0.2)]),
        numeric("small deviation", [x * 1e-6 for x in normal(100)],
                [x * 1e-6 for x in normal(100, 1)]),
        numeric("long, same", stride(12000, 7919, 10007, 1 / 8192),
                stride(9000, 104729, 10009, 1 / 8192)),
        numeric("long, moved", stride(20000, 7919, 10007, 1 / 8192),
                stride(15000, 104729, 10009, 1.02 / 8192)),
    ]
    texts = [
        category("two levels", {"yes": 120, "no": 80}, {"yes": 90, "no": 110}),
        category("several", {"a": 400, "b": 300, "c": 200, "d": 100},
                 {"a": 350, "b": 320, "c": 180, "d": 150}),
        category("unseen and gone", {"a": 40, "b": 30, "c": 5}, {"a": 33, "b": 20, "new": 7}),
        category("same", {"x": 10, "y": 20, "": 3}, {"x": 10, "y": 20, "": 3}),
        category("one level", {"x": 10}, {"x": 7}),
        category("many", {f"v{i}": 1000 // (i + 1) for i in range(60)},
                 {f"v{i}": 900 // (i + 2) + 1 for i in range(64)}),
    ]
    print(json.dumps({"source": f"SciPy {scipy.__version__}, numpy {np.__version__}",
                      "numeric": numbers, "categories": texts}, indent=None,
                     separators=(",", ":")).replace('{"name"', '\n{"name"'))


main()
