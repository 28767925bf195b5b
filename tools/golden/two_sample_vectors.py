# Golden vectors of the two-sample tests, from SciPy 1.10.1 (Debian 12's python3-scipy):
#   python3 tools/golden/two_sample_vectors.py > tests/golden/scipy/two_sample.json
# No data are stored: the samples are drawn by the generator below, which
# src/data/stats/testing/draws.h repeats (seeds 3000 + n and 4000 + m). Results are strings with the
# shortest text that reads back to the same double; ["error", type] where SciPy refuses.
# Shapes `huge` and `denormal` are given to SciPy times a power of two, at which it neither
# overflows nor rounds, and its distances are scaled back: the true answers on the values as drawn.
import json
import math
import sys
import warnings

import numpy as np
from scipy import stats

warnings.filterwarnings('ignore')
MASK = (1 << 64) - 1


class Generator:  # splitmix64, uniform in [0, 1), Box-Muller's cosine branch
    def __init__(self, seed):
        self.state = seed & MASK

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.bits() >> 11) * 2.0**-53

    def normal(self):
        u, v = self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)


def draw(shape, n, seed, shift):
    g = Generator(seed)
    one = {
        'normal': lambda: g.normal() + shift,
        'wide': lambda: 2 * g.normal() + shift,
        'lognormal': lambda: math.exp(g.normal() + shift),
        'ties': lambda: float(math.floor(3 * g.normal() + 2 * shift)),
        'uniform': lambda: g.uniform() + shift,
        'const': lambda: 1.0 + shift,
        'two': lambda: float(g.uniform() < 0.3 + 0.2 * shift),
        'huge': lambda: (2 * g.uniform() - 1) * (1 - shift) * 1e308,
        'denormal': lambda: math.floor(1000 * g.uniform() + shift) * 2.0**-1074,
    }[shape]
    return np.array([one() for _ in range(n)])


def power_for(shape):  # the power of two at which SciPy sees the values
    return {'huge': -1024, 'denormal': 1074}.get(shape, 0)


def safe(f):
    try:
        return [repr(float(v)) for v in f()]
    except Exception as e:
        return ['error', type(e).__name__]


def pair(r):
    return r.statistic, r.pvalue


def anderson(x):
    r = stats.anderson_ksamp(x)
    return r.statistic, r.significance_level


def compare(a, b, power, big):
    up = (lambda v: v) if power == 0 else (lambda v: math.ldexp(v, -power))
    root = (lambda v: v) if power == 0 else (lambda v: math.ldexp(v, -power // 2))
    x, y = np.ldexp(a, power), np.ldexp(b, power)
    r = dict(ks=safe(lambda: pair(stats.ks_2samp(x, y))),
             ks_asymptotic=safe(lambda: pair(stats.ks_2samp(x, y, method='asymp'))),
             w1=safe(lambda: [up(stats.wasserstein_distance(x, y))]),
             energy=safe(lambda: [root(stats.energy_distance(x, y))]),
             student=safe(lambda: stats.ttest_ind(x, y)),
             welch=safe(lambda: stats.ttest_ind(x, y, equal_var=False)),
             welch_less=safe(lambda: stats.ttest_ind(x, y, equal_var=False, alternative='less')))
    if big:
        return r
    r.update(mwu=safe(lambda: stats.mannwhitneyu(x, y)),
             mwu_less=safe(lambda: stats.mannwhitneyu(x, y, alternative='less')),
             mwu_greater=safe(lambda: stats.mannwhitneyu(x, y, alternative='greater')),
             cvm=safe(lambda: pair(stats.cramervonmises_2samp(x, y))),
             anderson=safe(lambda: anderson([x, y])),
             epps_singleton=safe(lambda: stats.epps_singleton_2samp(x, y)))
    return r


FAMILIES = [('normal', 'normal', 0.0), ('normal', 'normal', 0.1), ('normal', 'normal', 0.5),
            ('normal', 'normal', 3.0), ('normal', 'wide', 0.0), ('lognormal', 'lognormal', 0.2),
            ('ties', 'ties', 0.0), ('ties', 'ties', 0.5), ('const', 'const', 0.0),
            ('const', 'const', 1.0), ('uniform', 'uniform', 5.0), ('huge', 'huge', 0.1),
            ('denormal', 'denormal', 100.0), ('two', 'two', 0.5)]
SIZES = [(5, 5), (8, 20), (100, 100), (999, 1001), (10000, 10000), (10001, 9999)]
BIG = [(100000, 200000)]
BIG_FAMILIES = [FAMILIES[i] for i in (0, 1, 7)]


def samples():
    plan = [(n, m, f, False) for n, m in SIZES for f in FAMILIES]
    plan += [(n, m, f, True) for n, m in BIG for f in BIG_FAMILIES]
    plan += [(9999, 10000, f, True) for f in FAMILIES[:2]]
    for n, m, (first, second, shift), big in plan:
        a, b = draw(first, n, 3000 + n, 0.0), draw(second, m, 4000 + m, shift)
        yield dict(first=first, second=second, shift=shift, n=n, m=m,
                   **compare(a, b, power_for(first), big))


def survivals():  # [d, n, P(D_n >= d)]
    for n in (1, 2, 3, 7, 20, 60, 139, 140, 141, 300, 1000, 5000, 20000, 66667, 99999, 100001,
              400000, 999999, 1000001, 2500000):
        for z in (0.02, 0.1, 0.21, 0.3, 0.4, 0.55, 0.7, 0.86, 0.88, 1.0, 1.3, 1.48, 1.49, 1.7, 1.99,
                  2.01, 2.7, 4.0, 7.0, 11.0, 15.0, 18.5):
            d = z / math.sqrt(n)
            if d < 1:
                yield [repr(d), n, repr(float(stats.kstwo.sf(d, n)))]


def weighted():  # data stored
    for seed, n, m in ((61, 4, 3), (62, 12, 9), (63, 30, 31)):
        g = Generator(seed)
        x = [round(g.normal(), 2) for _ in range(n)]
        y = [round(g.normal() + 0.5, 1) for _ in range(m)]
        u = [round(3 * g.uniform(), 1) for _ in range(n)]
        v = [round(g.uniform(), 2) for _ in range(m)]
        yield dict(x=x, y=y, u=u, v=v, w1=repr(float(stats.wasserstein_distance(x, y, u, v))))


def many():  # Anderson-Darling of three and four samples; seeds 3000 + the size
    for shape, sizes, shifts in (('normal', (5, 9, 14), (0.0, 0.2, 0.9)),
                                 ('normal', (40, 41, 42), (0.0, 0.1, 0.4)),
                                 ('ties', (30, 50, 20, 61), (0.0, 0.1, 0.2, 0.3)),
                                 ('lognormal', (200, 300, 150), (0.0, 0.0, 0.3))):
        x = [draw(shape, n, 3000 + n, s) for n, s in zip(sizes, shifts)]
        yield dict(shape=shape, sizes=sizes, shifts=shifts,
                   anderson=safe(lambda: anderson(x)))


def lines(items):
    return '[\n' + ',\n'.join(json.dumps(x) for x in items) + '\n]'


if __name__ == '__main__':
    parts = dict(samples=samples(), survivals=survivals(), weighted=weighted(), many=many())
    sys.stdout.write('{\n' + ',\n'.join(f'"{k}": {lines(v)}' for k, v in parts.items()) + '\n}\n')
