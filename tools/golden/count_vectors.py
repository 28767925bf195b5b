# Recorded answers for counts, shares and many p-values (src/data/stats):
#   python3 tools/golden/count_vectors.py > tests/golden/scipy/counts.json
# Needs SciPy 1.10.1, numpy 1.24, statsmodels 0.13.5 (Debian 12). Inputs are stored beside results.
# Numbers are strings, the shortest text that reads back to the same double; counts are integers.
# "exact" values come from whole numbers and 60-digit decimals here, not from SciPy.
import json
import math
import warnings
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import scipy
import statsmodels
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.stats.contingency import association
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

warnings.filterwarnings('ignore')
getcontext().prec = 60
MASK = (1 << 64) - 1
M, G = 10 ** 6, 10 ** 9
LOG = 'log-likelihood'


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
ONE_WAY = [
    ([16, 18, 16, 14, 12, 12], None, 0),
    ([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8], 0),
    ([16, 18, 16, 14, 12, 12], None, 1),
    ([5], None, 0),
    ([50, 50], None, 0),
    ([999, 1], None, 0),
    ([10, 0, 30], [12, 8, 20], 0),
    ([100, 40, 3], [100, 43, 0], 0),
    ([1e9, 1e9 + 1e5], None, 0),
    ([12.5, 7.25, 0.25], [10, 8, 2], 0),
    ([100, 100], [100, 101], 0),
    ([G, 2 * G, 3 * G + 200000], [G + 200000, 2 * G, 3 * G], 1),
]


def one_way():
    cases, g = list(ONE_WAY), Generator(11)
    for k in (2, 10, 64, 257):
        o = [g.below(200) + 1 for _ in range(k)]
        e = [g.below(200) + 1 for _ in range(k)]
        cases.append((o, [x * sum(o) / sum(e) for x in e], 0))
    out = []
    for o, e, d in cases:
        r = dict(observed=o, expected=e, fitted=d)
        r['chi_squared'] = safe(lambda: list(stats.chisquare(o, e, d)))
        r['g'] = safe(lambda: list(stats.power_divergence(o, e, d, lambda_=LOG)))
        out.append(text(r))
    return out


# 2 sum O ln(O / E) in 60 digits: SciPy's own sum is good to some 1e-16 of the counts' sum only.
def exact_g(table):
    rows = [sum(map(Fraction, x)) for x in table]
    columns = [sum(map(Fraction, x)) for x in zip(*table)]
    total = Decimal(0)
    for i, row in enumerate(table):
        for j, cell in enumerate(row):
            if cell:
                e = rows[i] * columns[j] / sum(rows)
                total += Decimal(cell) * (Decimal(cell) * e.denominator / e.numerator).ln()
    return float(2 * total)


TABLES = [
    [[3, 1], [1, 3]], [[12, 5], [29, 2]], [[500, 300], [450, 410]], [[0, 7], [5, 9]],
    [[1, 1], [1, 1]], [[100, 50, 0], [40, 30, 20]], [[10, 20, 30]], [[10], [20]],
    [[10, 0], [20, 0]], [[0, 0], [3, 4]], [[G, G], [G, G + 400000]], [[G, 1], [G, 30]],
    [[900000, 100000], [850000, 150000]], [[30, 30, 30], [31, 29, 30]],
    [[2, 3], [3, 2], [1, 9]], [[M, 500, 3], [2 * M, 1100, 1]], [[0.5, 2.5], [3.5, 1.25]],
]


def contingency():
    tables, g = list(TABLES), Generator(12)
    for k in (3, 10, 66, 258):
        a = [g.below(1000) for _ in range(k)]
        tables.append([a, [max(1, x + g.below(60) - 30) for x in a]])
    out = []
    for t in tables:
        a, r = np.array(t), dict(table=t)
        for name, yates in (('yates', True), ('plain', False)):
            chi = safe(lambda: stats.chi2_contingency(a, yates)[:3])
            r['chi_squared_' + name] = chi
            r['g_' + name] = safe(lambda: stats.chi2_contingency(a, yates, LOG)[:3])
        if not isinstance(r['g_plain'], list):
            r['g_exact'] = exact_g(t)
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


HOMOGENEITY = [
    ([10, 20, 30, 40], [40, 30, 20, 10]),
    ([100, 0, 50, 0], [90, 0, 60, 0]),
    ([1, 1, 1, 1], [1, 0, 2, 1]),
    ([500, 300, 2, 1, 1, 0], [480, 310, 0, 3, 1, 40]),
    ([1000, 1000, 0], [100, 100, 1]),
    ([0, 0, 3, 500, 2], [0, 1, 0, 600, 0]),
    ([G, G], [G, G + 300000]),
    ([5000, 5000], [10, 10]),
    ([7], [9]),
    ([100000, 200000, 300000], [300, 200, 100]),
]


def homogeneity():
    cases, g, out = list(HOMOGENEITY), Generator(13), []
    for k in (10, 66, 128, 300):
        a = [g.below(4000) // (1 + i) for i in range(k)]
        cases.append((a, [x // 3 + g.below(4) for x in a]))
    for a, b in cases:
        groups, r = pooled(a, b), [0.0, 1.0, 0]
        if len(groups) > 1:
            r = stats.chi2_contingency(np.array(groups).T, False)[:3]
        r = dict(reference=a, current=b, groups=max(1, len(groups)), test=list(r))
        out.append(text(r))
    return out


# Two-sided, less, greater.
def exact_fisher(a, b, c, d):
    first, second, drawn = a + b, c + d, a + c
    possible = range(max(0, drawn - second), min(first, drawn) + 1)
    ways = {k: math.comb(first, k) * math.comb(second, drawn - k) for k in possible}
    counts = [sum(w for w in ways.values() if w <= ways[a]),
              sum(w for k, w in ways.items() if k <= a),
              sum(w for k, w in ways.items() if k >= a)]
    return [float(Fraction(x, sum(ways.values()))) for x in counts]


FISHER = [
    (3, 1, 1, 3), (8, 2, 1, 5), (0, 7, 5, 9), (12, 5, 29, 2), (0, 4, 0, 9), (10, 10, 10, 10),
    (1, 0, 0, 1), (100, 2, 1000, 5), (50, 50, 20, 80), (0, 100, 30, 70), (500, 300, 450, 410),
    (2, 7, 8, 2), (190, 800, 200, 900), (3000, 2000, 2900, 2100), (40, 0, 0, 40),
    (1, 999, 9, 991), (5, 0, 1, 4), (400, 100, 100, 400),
]


def fisher():
    tables, g, out = list(FISHER), Generator(14), []
    for n in (5, 12, 40, 150):
        tables += [tuple(g.below(n) for _ in range(4)) for _ in range(8)]
    for t in tables:
        a = np.array(t).reshape(2, 2)
        sides = ('two-sided', 'less', 'greater')
        r = dict(table=t, scipy=[safe(lambda: list(stats.fisher_exact(a, s))) for s in sides])
        if 0 not in a.sum(0) and 0 not in a.sum(1):
            r['exact'] = exact_fisher(*t)
        out.append(text(r))
    return out


PI = Decimal('3.14159265358979323846264338327950288419716939937510582097494')
BERNOULLI = [Fraction(*x) for x in ((1, 6), (-1, 30), (1, 42), (-1, 30), (5, 66), (-691, 2730),
                                    (7, 6), (-3617, 510), (43867, 798), (-174611, 330))]


# ln n! to 40 digits: Stirling's series from 200 on.
def log_factorial(n):
    if n < 200:
        return Decimal(math.factorial(n)).ln()
    x = Decimal(n)
    s = (x + Decimal('0.5')) * x.ln() - x + (2 * PI).ln() / 2
    for k, b in enumerate(BERNOULLI, 1):
        below = b.denominator * 2 * k * (2 * k - 1) * x ** (2 * k - 1)
        s += Decimal(b.numerator) / below
    return s


# Total, marked, drawn, value.
HYPERGEOMETRIC = [
    (10, 4, 5, 3), (100, 50, 50, 25), (100, 50, 50, 49), (1000, 10, 300, 0),
    (1000, 990, 300, 297), (M, 1000, 5000, 5), (M, 1000, 5000, 60),
    (M, M // 2, M // 2, M // 4), (G, M, M, 1000), (G, G // 2, G // 2, G // 4 + 50000),
    (1000 * G, 100 * G, M, 100000), (1000 * G, 3, 100 * G, 1),
    (1000 * G, 500 * G, 1, 0), (1000 * G, 3, 1000 * G - 2, 3), (1000 * G, 7 * M, 2 * M, 0),
]


def hypergeometric():
    def choose(n, k):
        return log_factorial(n) - log_factorial(k) - log_factorial(n - k)

    out = []
    for total, marked, drawn, k in HYPERGEOMETRIC:
        mass = choose(marked, k) + choose(total - marked, drawn - k) - choose(total, drawn)
        out.append(text([total, marked, drawn, k, float(mass.exp())]))
    return out


SUCCESSES = [(0, 1), (1, 1), (0, 100), (5, 100), (990, 1000), (1, M), (G // 2, G), (3, 7)]
TWO_SHARES = [
    (10, 100, 20, 100), (1, 5, 4, 6), (500, 1000, 500, 1000), (0, 50, 3, 60),
    (999, 1000, 970, 1000), (G // 10, G, G // 10 + 50000, G), (300000, M, 320000, M),
]
DISCORDANT = [(10, 2), (25, 15), (121, 59), (5, 5), (0, 6), (1, 0), (1000, 900), (3, 3000),
              (500000, 502000)]


def proportions():
    intervals, z, pairs = [], [], []
    for k, n in SUCCESSES:
        for confidence in (0.5, 0.9, 0.95, 0.999):
            for method in ('wilson', 'beta'):
                low, high = proportion_confint(k, n, 1 - confidence, method)
                intervals.append([k, n, confidence, low, high, method])
    for k, n, l, m in TWO_SHARES:
        sides = [proportions_ztest([k, l], [n, m], alternative=s)[1]
                 for s in ('smaller', 'larger')]
        z.append([k, n, l, m, *proportions_ztest([k, l], [n, m]), *sides])
    for b, c in DISCORDANT:
        exact = mcnemar([[0, b], [c, 0]], exact=True)
        chi = mcnemar([[0, b], [c, 0]], exact=False, correction=False)
        pairs.append([b, c, exact.pvalue, chi.statistic, chi.pvalue])
    return dict(intervals=text(intervals), z=text(z), mcnemar=text(pairs))


def filled(x):
    least = min(v for v in x if v > 0)
    return [v if v > 0 else (0.0001 if least > 0.0001 else least / 10 ** 6) for v in x]


SHARES = [
    ([10, 20, 30, 40], [40, 30, 20, 10]), ([1], [5]), ([50, 50, 0], [20, 20, 60]),
    ([0, 10], [3, 0]), ([1, 1, 1], [1, 1, 1]), ([0.2, 0.8], [0.8, 0.2]), ([G, 3, 0], [G, 0, 2]),
    ([1e-300, 1], [1, 1e-300]), ([99999, 1, 0], [99000, 0, 1000]), ([1e8, 1e8 + 1], [1e8, 1e8]),
]


def shares():
    cases, g, out = list(SHARES), Generator(15), []
    for k in (7, 65, 300):
        cases.append(([g.below(50) for _ in range(k)], [g.below(60) for _ in range(k)]))
    for a, b in cases:
        r, c = [x / sum(a) for x in a], [x / sum(b) for x in b]
        squares = math.fsum((math.sqrt(x) - math.sqrt(y)) ** 2 for x, y in zip(r, c))
        apart = [abs(x - y) for x, y in zip(r, c)]
        psi = math.fsum((x - y) * math.log(x / y) for x, y in zip(filled(r), filled(c)))
        out.append(text(dict(
            reference=a, current=b, kl=stats.entropy(a, b), js=jensenshannon(a, b),
            js2=jensenshannon(a, b, 2), hellinger=math.sqrt(squares / 2),
            tv=math.fsum(apart) / 2, l_infinity=max(apart), psi_filled=psi)))
    return out


def many_p_values():
    g = Generator(16)
    sets = [[1e-300, 1e-10, 0.5], [0.0, 0.0, 1.0], [1.0], [0.02] * 7 + [0.03] * 3]
    sets.append([g.uniform() for _ in range(200)])
    sets.append([round(g.uniform() ** 3, 2) for _ in range(60)])
    sets.append([10.0 ** -g.below(320) for _ in range(40)])
    methods = ('bonferroni', 'sidak', 'holm', 'fdr_bh', 'fdr_by')
    return [text(dict(p=p, **{k: multipletests(p, 0.05, k)[1] for k in methods})) for p in sets]


def samples():
    g = Generator(17)
    out = dict(normal=[g.normal() for _ in range(200)])
    out['lognormal'] = [math.exp(g.normal()) for _ in range(100)]
    out['ties'] = [float(math.floor(3 * g.normal())) for _ in range(150)]
    out['two'] = [float(g.uniform() < 0.3) for _ in range(40)]
    out['constant'], out['one'], out['pair'] = [7.25] * 9, [3.0], [1.0, 2.0]
    out['triple'], out['huge'] = [1.0, 5.0, 2.0], [-1e308, 5e307, 1e307, 0.0]
    out['tiny'] = [5e-324, 1e-323, 2e-323, 1e-322, 5e-324]
    out['outlier'] = [g.normal() for _ in range(50)] + [1e3]
    out['offset'] = [1e9 + g.uniform() for _ in range(30)]
    return out


RULES = dict(sqrt='sqrt', sturges='sturges', rice='rice', scott='scott', doane='doane',
             freedman_diaconis='fd')


def histograms():
    out = []
    for name, x in samples().items():
        at = (0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.95, 1)
        r = dict(name=name, x=x, quantiles=[[q, np.quantile(x, q)] for q in at], edges={})
        for rule, numpy_name in RULES.items():
            e = np.histogram_bin_edges(x, numpy_name)
            if len(e) < 2000:
                r['edges'][rule] = dict(edges=e, counts=np.histogram(x, e)[0])
        out.append(text(r))
    return out


def correlated(g, n, tied, rho):
    x = [g.normal() for _ in range(n)]
    y = [rho * v + math.sqrt(1 - rho * rho) * g.normal() for v in x]
    if tied:
        x = [float(math.floor(v * 3 / tied)) for v in x]
        y = [float(math.floor(v * 2)) for v in y]
    return x, y


def correlations():
    g, forty = Generator(18), [float(i) for i in range(40)]
    pairs = [([1.0, 2.0], [5.0, 4.0]), ([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]),
             ([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]), ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]),
             ([1.0, 1.0, 2.0], [3.0, 3.0, 3.0]), (forty, [-x for x in forty]),
             (forty, [1.0, 0.0] + forty[2:])]
    pairs.append(([float(i) for i in range(200)], [float(i) for i in range(200)]))
    for n, tied, rho in ((10, 0, 0.3), (33, 0, 0.5), (34, 0, 0.5), (60, 1, 0.4), (200, 0, 0.9),
                         (200, 1, 0.0), (300, 2, 0.8), (12, 2, 0.5)):
        pairs.append(correlated(g, n, tied, rho))
    x = [1e9 + g.uniform() for _ in range(25)]
    pairs.append((x, [v * 2 + g.uniform() for v in x]))
    pairs.append(([v * 1e300 for v in pairs[8][0]], pairs[8][1]))
    out = []
    for x, y in pairs:
        r = dict(x=x, y=y, pearson=list(stats.pearsonr(x, y)))
        r['spearman'], r['kendall'] = list(stats.spearmanr(x, y)), list(stats.kendalltau(x, y))
        out.append(text(r))
    return out


def lines(v):
    if isinstance(v, list):
        return '[\n' + ',\n'.join(json.dumps(x) for x in v) + '\n]'
    items = (f'{json.dumps(k)}: {json.dumps(x)}' for k, x in v.items())
    return '{\n' + ',\n'.join(items) + '\n}'


OUT = dict(one_way=one_way(), contingency=contingency(), homogeneity=homogeneity(),
           fisher=fisher(), hypergeometric=hypergeometric(), proportions=proportions(),
           shares=shares(), multiple_testing=many_p_values(), histograms=histograms(),
           correlations=correlations(),
           versions={m.__name__: m.__version__ for m in (np, scipy, statsmodels)})
print('{\n' + ',\n'.join(f'{json.dumps(k)}: {lines(v)}' for k, v in OUT.items()) + '\n}')
