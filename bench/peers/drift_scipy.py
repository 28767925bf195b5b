"""The drift report as one writes it with SciPy and numpy: each figure is a function of two columns,
as SciPy's own are: PSI, Jensen-Shannon, chi-squared, KS and Wasserstein of 20 numeric columns; PSI,
Jensen-Shannon and chi-squared of 5 categorical ones, given as codes.

    drift_scipy.py DIRECTORY    prints a JSON object: CPU seconds by figure, without reading, and
                                the figures of each column
"""
import json
import pathlib
import resource
import sys
import time

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance

TENTHS = np.arange(1, 10) / 10
spent = {}


def timed(name, function, *arguments):
    start = time.process_time()
    result = function(*arguments)
    spent[name] = spent.get(name, 0.0) + time.process_time() - start
    return result


def decile_counts(reference, current):
    """Bins (edge before, edge]; an edge that comes twice is a value with a bin of its own."""
    edges, times = np.unique(np.quantile(reference, TENTHS, method="inverted_cdf"),
                             return_counts=True)
    edges = np.unique(np.concatenate([edges, np.nextafter(edges[times > 1], -np.inf)]))

    def counts(sample):
        return np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)

    return counts(reference), counts(current)


def code_counts(reference, current):
    size = int(max(reference.max(), current.max())) + 1
    return np.bincount(reference, minlength=size), np.bincount(current, minlength=size)


def used_counts(reference, current):
    count = decile_counts if reference.dtype == np.float64 else code_counts
    r, c = count(reference, current)
    used = (r + c) > 0
    return r[used], c[used]


def psi(reference, current):
    r, c = used_counts(reference, current)
    p, q = np.maximum(r, 0.5) / r.sum(), np.maximum(c, 0.5) / c.sum()
    return float(np.sum((p - q) * np.log(p / q)))


def js(reference, current):
    r, c = used_counts(reference, current)
    return float(jensenshannon(r / r.sum(), c / c.sum()))


def chi2(reference, current):
    return chi2_contingency(np.array(used_counts(reference, current)))


def compare(reference, current):
    test = timed("chi2", chi2, reference, current)
    figures = {"psi": timed("psi", psi, reference, current),
               "js": timed("js", js, reference, current),
               "chi2": float(test[0]), "chi2_p": float(test[1]), "chi2_dof": int(test[2])}
    if reference.dtype == np.float64:
        ks = timed("ks", ks_2samp, reference, current)
        figures.update(ks=float(ks.statistic), ks_p=float(ks.pvalue),
                       wasserstein=float(timed("wasserstein", wasserstein_distance, reference,
                                               current)))
    return figures


def main():
    folder = pathlib.Path(sys.argv[1])
    columns = {}
    for path in sorted((folder / "reference").iterdir()):
        kind = np.float64 if path.suffix == ".f64" else np.int32
        reference, current = (np.fromfile(folder / side / path.name, dtype=kind)
                              for side in ("reference", "current"))
        columns[path.stem] = compare(reference, current)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": sum(spent.values()), "spent": spent, "peak_mb": peak,
                      "columns": columns}))


main()
