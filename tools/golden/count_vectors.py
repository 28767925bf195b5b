# Recorded answers for counts, shares and many p-values (src/data/stats):
#   python3 tools/golden/count_vectors.py > tests/golden/scipy/counts.json
# Needs SciPy 1.10.1, numpy 1.24, statsmodels 0.13.5 (Debian 12). Inputs are stored beside results.
# Numbers are strings with the shortest text that reads back to the same double; counts are integers.
# "exact" values come from whole numbers and 60-digit decimals here, not from SciPy.
import json
import math
import warnings
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.stats.contingency import association
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

warnings.filterwarnings('ignore')
getcontext().prec = 60
MASK = (1 << 64) - 1


class Generator:
    """splitmix64 and Box-Muller, as tests draw them."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0 ** -53

    def normal(self):
        u, v = self.uniform(), self.uniform()
        return math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)

    def below(self, n):
        return int(self.uniform() * n)


def text(v):
    if isinstance(v, dict):
        return {k: text(x) for k, x in v.items()}
    if isinstance(v, (list, tuple, np.ndarray)):
        return [text(x) for x in v]
    if isinstance(v, (int, np.integer, str)):
        return v if isinstance(v, str) else int(v)
    return v if v is None else repr(float(v))


def safe(f):
    try:
        return f()
    except Exception as e:
        return ['error', type(e).__name__]


# One-way tests: observed, expected (none: even), fitted parameters.
def one_way():
    cases = [([16, 18, 16, 14, 12, 12], None, 0), ([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8], 0),
             ([16, 18, 16, 14, 12, 12], None, 1), ([5], None, 0), ([50, 50], None, 0), ([999, 1], None, 0),
             ([10, 0, 30], [12, 8, 20], 0), ([100, 40, 3], [100, 43, 0], 0), ([1e9, 1e9 + 1e5], None, 0),
             ([12.5, 7.25, 0.25], [10, 8, 2], 0), ([100, 100], [100, 101], 0),
             ([10 ** 9, 2 * 10 ** 9, 3 * 10 ** 9 + 200000], [10 ** 9 + 200000, 2 * 10 ** 9, 3 * 10 ** 9], 1)]
    g = Generator(11)
    for k in (2, 10, 64, 257):
        o = [g.below(200) + 1 for _ in range(k)]
        e = [g.below(200) + 1 for _ in range(k)]
        cases.append((o, [x * sum(o) / sum(e) for x in e], 0))
    out = []
    for o, e, d in cases:
        r = dict(observed=o, expected=e, fitted=d)
        r['chi_squared'] = safe(lambda: list(stats.chisquare(o, e, d)))
        r['g'] = safe(lambda: list(stats.power_divergence(o, e, d, lambda_='log-likelihood')))
        out.append(text(r))
    return out


TABLES = [[[3, 1], [1, 3]], [[12, 5], [29, 2]], [[500, 300], [450, 410]], [[0, 7], [5, 9]], [[1, 1], [1, 1]],
          [[100, 50, 0], [40, 30, 20]], [[10, 20, 30]], [[10], [20]], [[10, 0], [20, 0]], [[0, 0], [3, 4]],
          [[10 ** 9, 10 ** 9], [10 ** 9, 10 ** 9 + 400000]], [[10 ** 9, 1], [10 ** 9, 30]],
          [[900000, 100000], [850000, 150000]], [[30, 30, 30], [31, 29, 30]], [[2, 3], [3, 2], [1, 9]],
          [[10 ** 6, 500, 3], [2 * 10 ** 6, 1100, 1]], [[0.5, 2.5], [3.5, 1.25]]]


def contingency():
    tables = list(TABLES)
    g = Generator(12)
    for k in (3, 10, 66, 258):
        a = [g.below(1000) for _ in range(k)]
        tables.append([a, [max(1, x + g.below(60) - 30) for x in a]])
    out = []
    for t in tables:
        a, r = np.array(t), dict(table=t)
        for name, yates in (('yates', True), ('plain', False)):
            r['chi_squared_' + name] = safe(lambda: stats.chi2_contingency(a, correction=yates)[:3])
            r['g_' + name] = safe(lambda: stats.chi2_contingency(a, correction=yates, lambda_='log-likelihood')[:3])
        if min(a.shape) > 1 and a.dtype.kind == 'i':
            r['cramer'] = safe(lambda: association(a, method='cramer'))
        out.append(text(r))
    return out


# The rule of pooling as the header states it, then the plain contingency test.
def pooled(a, b):
    n, m, groups, x, y = sum(a), sum(b), [], 0, 0
    for r, c in zip(a, b):
        x, y = x + r, y + c
        if Fraction((x + y) * min(n, m), n + m) >= 5:
            groups.append([x, y])
            x = y = 0
    if groups:
        groups[-1] = [groups[-1][0] + x, groups[-1][1] + y]
    return groups


def homogeneity():
    cases = [([10, 20, 30, 40], [40, 30, 20, 10]), ([100, 0, 50, 0], [90, 0, 60, 0]), ([1, 1, 1, 1], [1, 0, 2, 1]),
             ([500, 300, 2, 1, 1, 0], [480, 310, 0, 3, 1, 40]), ([1000, 1000, 0], [100, 100, 1]),
             ([0, 0, 3, 500, 2], [0, 1, 0, 600, 0]), ([10 ** 9, 10 ** 9], [10 ** 9, 10 ** 9 + 300000]),
             ([5000, 5000], [10, 10]), ([7], [9]), ([100000, 200000, 300000], [300, 200, 100])]
    g = Generator(13)
    for k in (10, 66, 128, 300):
        a = [g.below(4000) // (1 + i) for i in range(k)]
        cases.append((a, [x // 3 + g.below(4) for x in a]))
    out = []
    for a, b in cases:
        groups = pooled(a, b)
        r = [0.0, 1.0, 0]
        if len(groups) > 1:
            r = stats.chi2_contingency(np.array(groups).T, correction=False)[:3]
        out.append(text(dict(reference=a, current=b, groups=max(1, len(groups)), test=list(r))))
    return out


def exact_fisher(a, b, c, d):
    first, second, drawn = a + b, c + d, a + c
    ways = {k: math.comb(first, k) * math.comb(second, drawn - k)
            for k in range(max(0, drawn - second), min(first, drawn) + 1)}
    everything = sum(ways.values())
    p = [sum(w for w in ways.values() if w <= ways[a]), sum(w for k, w in ways.items() if k <= a),
         sum(w for k, w in ways.items() if k >= a)]
    return [float(Fraction(x, everything)) for x in p]


def fisher():
    tables = [(3, 1, 1, 3), (8, 2, 1, 5), (0, 7, 5, 9), (12, 5, 29, 2), (0, 4, 0, 9), (10, 10, 10, 10), (1, 0, 0, 1),
              (100, 2, 1000, 5), (50, 50, 20, 80), (0, 100, 30, 70), (500, 300, 450, 410), (2, 7, 8, 2), (190, 800, 200, 900),
              (3000, 2000, 2900, 2100), (40, 0, 0, 40), (1, 999, 9, 991), (5, 0, 1, 4), (400, 100, 100, 400)]
    g = Generator(14)
    for n in (5, 12, 40, 150):
        tables += [tuple(g.below(n) for _ in range(4)) for _ in range(8)]
    out = []
    for t in tables:
        a = np.array(t).reshape(2, 2)
        r = dict(table=t, scipy=[safe(lambda: list(stats.fisher_exact(a, s))) for s in ('two-sided', 'less', 'greater')])
        if 0 not in a.sum(0) and 0 not in a.sum(1):
            r['exact'] = exact_fisher(*t)
        out.append(text(r))
    return out


# ln n! to 50 digits: Stirling's series from 200 on.
def log_factorial(n):
    if n < 200:
        return Decimal(math.factorial(n)).ln()
    pi = Decimal('3.14159265358979323846264338327950288419716939937510582097494')
    x = Decimal(n)
    bernoulli = [Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66), Fraction(-691, 2730),
                 Fraction(7, 6), Fraction(-3617, 510), Fraction(43867, 798), Fraction(-174611, 330)]
    s = (x + Decimal('0.5')) * x.ln() - x + (2 * pi).ln() / 2
    for k, b in enumerate(bernoulli, 1):
        s += Decimal(b.numerator) / Decimal(b.denominator) / (2 * k * (2 * k - 1) * x ** (2 * k - 1))
    return s


def hypergeometric():
    def choose(n, k):
        return log_factorial(n) - log_factorial(k) - log_factorial(n - k)
    out = []
    for total, marked, drawn, k in ((10, 4, 5, 3), (100, 50, 50, 25), (100, 50, 50, 49), (1000, 10, 300, 0), (1000, 990, 300, 297),
                                    (10 ** 6, 1000, 5000, 5), (10 ** 6, 1000, 5000, 60), (10 ** 6, 5 * 10 ** 5, 5 * 10 ** 5, 250000),
                                    (10 ** 9, 10 ** 6, 10 ** 6, 1000), (10 ** 9, 5 * 10 ** 8, 5 * 10 ** 8, 250 * 10 ** 6 + 50000),
                                    (10 ** 12, 10 ** 11, 10 ** 6, 100000), (10 ** 12, 3, 10 ** 11, 1)):
        mass = (choose(marked, k) + choose(total - marked, drawn - k) - choose(total, drawn)).exp()
        out.append(text([total, marked, drawn, k, float(mass)]))
    return out


def proportions():
    intervals = [[k, n, confidence, *proportion_confint(k, n, 1 - confidence, m), m]
                 for k, n in ((0, 1), (1, 1), (0, 100), (5, 100), (990, 1000), (1, 10 ** 6), (5 * 10 ** 8, 10 ** 9), (3, 7))
                 for confidence in (0.5, 0.9, 0.95, 0.999) for m in ('wilson', 'beta')]
    z = []
    for k, n, l, m in ((10, 100, 20, 100), (1, 5, 4, 6), (500, 1000, 500, 1000), (0, 50, 3, 60), (999, 1000, 970, 1000),
                       (10 ** 8, 10 ** 9, 10 ** 8 + 50000, 10 ** 9), (300000, 10 ** 6, 320000, 10 ** 6)):
        z.append([k, n, l, m, *proportions_ztest([k, l], [n, m]), proportions_ztest([k, l], [n, m], alternative='smaller')[1],
                  proportions_ztest([k, l], [n, m], alternative='larger')[1]])
    pairs = []
    for b, c in ((10, 2), (25, 15), (121, 59), (5, 5), (0, 6), (1, 0), (1000, 900), (3, 3000), (500000, 502000)):
        e = mcnemar([[0, b], [c, 0]], exact=True)
        x = mcnemar([[0, b], [c, 0]], exact=False, correction=False)
        pairs.append([b, c, e.pvalue, x.statistic, x.pvalue])
    return dict(intervals=text(intervals), z=text(z), mcnemar=text(pairs))


def filled(shares):
    least = min(x for x in shares if x > 0)
    return [x if x > 0 else (0.0001 if least > 0.0001 else least / 10 ** 6) for x in shares]


def shares():
    cases = [([10, 20, 30, 40], [40, 30, 20, 10]), ([1], [5]), ([50, 50, 0], [20, 20, 60]), ([0, 10], [3, 0]), ([1, 1, 1], [1, 1, 1]),
             ([0.2, 0.8], [0.8, 0.2]), ([10 ** 9, 3, 0], [10 ** 9, 0, 2]), ([1e-300, 1], [1, 1e-300]), ([99999, 1, 0], [99000, 0, 1000]),
             ([1e8, 1e8 + 1], [1e8, 1e8])]
    g = Generator(15)
    for k in (7, 65, 300):
        cases.append(([g.below(50) for _ in range(k)], [g.below(60) for _ in range(k)]))
    out = []
    for a, b in cases:
        r, c = [x / sum(a) for x in a], [x / sum(b) for x in b]
        fr, fc = filled(r), filled(c)
        out.append(text(dict(
            reference=a, current=b, kl=stats.entropy(a, b), js=jensenshannon(a, b), js2=jensenshannon(a, b, 2),
            hellinger=math.sqrt(math.fsum((math.sqrt(x) - math.sqrt(y)) ** 2 for x, y in zip(r, c)) / 2),
            tv=math.fsum(abs(x - y) for x, y in zip(r, c)) / 2, l_infinity=max(abs(x - y) for x, y in zip(r, c)),
            psi_filled=math.fsum((x - y) * math.log(x / y) for x, y in zip(fr, fc)))))
    return out


def many_p_values():
    g = Generator(16)
    sets = [[1e-300, 1e-10, 0.5], [0.0, 0.0, 1.0], [1.0], [0.02] * 7 + [0.03] * 3, [g.uniform() for _ in range(200)],
            [round(g.uniform() ** 3, 2) for _ in range(60)], [10.0 ** -g.below(320) for _ in range(40)]]
    return [text(dict(p=p, **{k: multipletests(p, 0.05, k)[1] for k in ('bonferroni', 'sidak', 'holm', 'fdr_bh', 'fdr_by')}))
            for p in sets]


def samples():
    g = Generator(17)
    return dict(
        normal=[g.normal() for _ in range(200)], lognormal=[math.exp(g.normal()) for _ in range(100)],
        ties=[float(math.floor(3 * g.normal())) for _ in range(150)], two=[float(g.uniform() < 0.3) for _ in range(40)],
        constant=[7.25] * 9, one=[3.0], pair=[1.0, 2.0], triple=[1.0, 5.0, 2.0], huge=[-1e308, 5e307, 1e307, 0.0],
        tiny=[5e-324, 1e-323, 2e-323, 1e-322, 5e-324], outlier=[g.normal() for _ in range(50)] + [1e3],
        offset=[1e9 + g.uniform() for _ in range(30)])


RULES = dict(sqrt='sqrt', sturges='sturges', rice='rice', scott='scott', doane='doane', freedman_diaconis='fd')


def histograms():
    out = []
    for name, x in samples().items():
        r = dict(name=name, x=x, quantiles=[[q, np.quantile(x, q)] for q in (0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.95, 1)], edges={})
        for rule, numpy_name in RULES.items():
            e = safe(lambda: np.histogram_bin_edges(x, numpy_name))
            if isinstance(e, list):
                r['edges'][rule] = e
            elif len(e) > 2000:
                r['edges'][rule] = ['many', len(e)]
            elif np.isfinite(e).all():
                r['edges'][rule] = dict(edges=e, counts=np.histogram(x, e)[0])
        out.append(text(r))
    return out


def correlations():
    g = Generator(18)
    pairs = [([1.0, 2.0], [5.0, 4.0]), ([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]), ([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]),
             ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), ([1.0, 1.0, 2.0], [3.0, 3.0, 3.0]),
             (list(map(float, range(40))), [float(-x) for x in range(40)]),
             (list(map(float, range(40))), [1.0, 0.0] + list(map(float, range(2, 40)))),
             (list(map(float, range(200))), list(map(float, range(200))))]
    for n, tied, rho in ((10, 0, 0.3), (33, 0, 0.5), (34, 0, 0.5), (60, 1, 0.4), (200, 0, 0.9), (200, 1, 0.0), (300, 2, 0.8), (12, 2, 0.5)):
        x = [g.normal() for _ in range(n)]
        y = [rho * v + math.sqrt(1 - rho * rho) * g.normal() for v in x]
        if tied:
            x, y = [float(math.floor(v * 3 / tied)) for v in x], [float(math.floor(v * 2)) for v in y]
        pairs.append((x, y))
    x = [1e9 + g.uniform() for _ in range(25)]
    pairs += [(x, [v * 2 + g.uniform() for v in x]), ([v * 1e300 for v in pairs[8][0]], pairs[8][1])]
    out = []
    for x, y in pairs:
        out.append(text(dict(x=x, y=y, pearson=safe(lambda: list(stats.pearsonr(x, y))), spearman=safe(lambda: list(stats.spearmanr(x, y))),
                             kendall=safe(lambda: list(stats.kendalltau(x, y))))))
    return out


out = dict(one_way=one_way(), contingency=contingency(), homogeneity=homogeneity(), fisher=fisher(), hypergeometric=hypergeometric(),
           proportions=proportions(), shares=shares(), multiple_testing=many_p_values(), histograms=histograms(),
           correlations=correlations(), versions=dict(numpy=np.__version__, scipy=__import__('scipy').__version__,
                                                      statsmodels=__import__('statsmodels').__version__))


def lines(v):
    if isinstance(v, list):
        return '[\n' + ',\n'.join(json.dumps(x) for x in v) + '\n]'
    return '{\n' + ',\n'.join(f'{json.dumps(k)}: {json.dumps(x)}' for k, x in v.items()) + '\n}'


print('{\n' + ',\n'.join(f'{json.dumps(k)}: {lines(v)}' for k, v in out.items()) + '\n}')
