"""Quality metrics, isotonic curves, calibration and intervals by scikit-learn 1.2.1,
statsmodels 0.13.5 and SciPy 1.10.1 (Debian 12: python3-sklearn, -statsmodels, -scipy).

    python3 tools/golden/metric_vectors.py > tests/golden/scipy/metrics.json

No data are stored: both sides draw them with splitmix64 (base/rng.h) and plain arithmetic, so
they are equal bit for bit. Numbers are strings with the shortest text that reads back to the same
double; what the library refuses is "error".
"""
import json
import math
import warnings

warnings.filterwarnings('ignore')
import numpy as np
import sklearn.metrics as sm
import statsmodels.api as statsmodels
from scipy import stats
from sklearn.isotonic import IsotonicRegression

MASK = (1 << 64) - 1


class Rng:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0 ** -53


def safe(f):
    try:
        v = f()
        return repr(float(v)) if np.isscalar(v) else [repr(float(x)) for x in v]
    except Exception:
        return 'error'


def binary(seed, n, levels, kind, weighted):
    """Three draws a row: score, truth, weight."""
    g, s, y, w = Rng(seed), [], [], []
    for _ in range(n):
        a, b, c = g.uniform(), g.uniform(), g.uniform()
        score = 0.5 if kind == 'constant' else math.floor(a * levels) / levels
        s.append(score)
        sure = {'perfect': score >= 0.5, 'inverse': score < 0.5, 'one_class': True}
        y.append(sure.get(kind, b < 0.2 + 0.6 * score))
        w.append(math.floor(c * 5) if weighted else 1.0)
    return np.array(s), np.array(y, dtype=int), np.array(w, dtype=float)


def binary_case(seed, n, levels, kind, weighted):
    s, y, w = binary(seed, n, levels, kind, weighted)
    k = dict(sample_weight=w)
    h = (s >= 0.5).astype(int)

    def ks():
        fpr, tpr, _ = sm.roc_curve(y, s, drop_intermediate=False, sample_weight=w)
        return max(abs(tpr - fpr))

    both = w[y == 1].sum() > 0 and w[y == 0].sum() > 0
    iso = IsotonicRegression(out_of_bounds='clip').fit(s, y, sample_weight=w)
    grid = np.arange(21) / 20
    width = []
    for b in range(10):
        m = np.minimum(9, (s * 10).astype(int)) == b
        width.append(m.sum() / n * abs(s[m].mean() - y[m].mean()) if m.any() else 0.0)
    return dict(
        seed=seed, n=n, levels=levels, kind=kind, weighted=weighted,
        roc_auc=safe(lambda: sm.roc_auc_score(y, s, **k)) if both else 'error',
        average_precision=safe(lambda: sm.average_precision_score(y, s, **k))
        if w[y == 1].sum() > 0 else 'error',
        ks=safe(ks) if both else 'error',
        log_loss=safe(lambda: sm.log_loss(y, s, labels=[0, 1], **k)),
        brier=safe(lambda: np.average((s - y) ** 2, weights=w)),
        accuracy=safe(lambda: sm.accuracy_score(y, h, **k)),
        precision=safe(lambda: sm.precision_score(y, h, **k)),
        recall=safe(lambda: sm.recall_score(y, h, **k)),
        f2=safe(lambda: sm.fbeta_score(y, h, beta=2, **k)),
        balanced=safe(lambda: sm.balanced_accuracy_score(
            y[w > 0], h[w > 0], sample_weight=w[w > 0])),
        mcc=safe(lambda: sm.matthews_corrcoef(y, h, **k)),
        kappa=safe(lambda: sm.cohen_kappa_score(y, h, labels=[0, 1], **k)),
        isotonic=safe(lambda: iso.predict(grid)),
        ece_width=safe(lambda: sum(width)),
    )


def multiclass_case(seed, n, classes):
    """`classes` draws for the probabilities, two for the truth: often the likeliest, else any."""
    g, p, y = Rng(seed), [], []
    for _ in range(n):
        u = [g.uniform() for _ in range(classes)]
        total = sum(u)
        row = [x / total for x in u]
        a, b = g.uniform(), g.uniform()
        p.append(row)
        y.append(row.index(max(row)) if a < 0.6 else math.floor(b * classes))
    h = [row.index(max(row)) for row in p]
    out = dict(
        seed=seed, n=n, classes=classes,
        log_loss=safe(lambda: sm.log_loss(y, p, labels=range(classes))),
        auc=safe(lambda: sm.roc_auc_score(y, p, multi_class='ovr', labels=range(classes))),
        accuracy=safe(lambda: sm.accuracy_score(y, h)),
        balanced=safe(lambda: sm.balanced_accuracy_score(y, h)),
        mcc=safe(lambda: sm.matthews_corrcoef(y, h)),
        kappa=safe(lambda: sm.cohen_kappa_score(y, h)))
    for average in ('macro', 'micro', 'weighted'):
        out[average] = safe(
            lambda: sm.precision_recall_fscore_support(y, h, average=average)[:3])
    return out


def regression_case(seed, n, kind, weighted):
    g, y, p, w = Rng(seed), [], [], []
    for _ in range(n):
        a, b, c = g.uniform(), g.uniform(), g.uniform()
        truths = {'constant': 3.0, 'signed': 20 * a - 10, 'whole': float(math.floor(4 * a))}
        t = truths.get(kind, 20 * a)
        near = t + 4 * b - 1.5
        guesses = {'exact': t, 'whole': float(math.floor(4 * b)), 'positive': abs(near)}
        y.append(t)
        p.append(guesses.get(kind, near))
        w.append(math.floor(c * 5) if weighted else 1.0)
    y, p, w = np.array(y), np.array(p), np.array(w, dtype=float)
    k, both = dict(sample_weight=w), abs(y) + abs(p)
    return dict(
        seed=seed, n=n, kind=kind, weighted=weighted,
        mean_error=safe(lambda: np.average(p - y, weights=w)),
        mae=safe(lambda: sm.mean_absolute_error(y, p, **k)),
        mse=safe(lambda: sm.mean_squared_error(y, p, **k)),
        rmse=safe(lambda: sm.mean_squared_error(y, p, squared=False, **k)),
        msle=safe(lambda: sm.mean_squared_log_error(y, p, **k)),
        mape=safe(lambda: sm.mean_absolute_percentage_error(y, p, **k)),
        wape=safe(lambda: (w * abs(p - y)).sum() / (w * abs(y)).sum()),
        smape=safe(lambda: np.average(
            np.where(both == 0, 0, 2 * abs(p - y) / np.maximum(both, 1e-300)), weights=w)),
        r2=safe(lambda: sm.r2_score(y, p, **k)),
        explained=safe(lambda: sm.explained_variance_score(y, p, **k)),
        max_error=safe(lambda: sm.max_error(y, p)),
        median=safe(lambda: sm.median_absolute_error(y, p, **(k if weighted else {}))),
        pinball=safe(lambda: sm.mean_pinball_loss(y, p, alpha=0.9, **k)))


def calibration_case(seed, n, levels):
    s, y, _ = binary(seed, n, levels, 'mixed', False)
    q = np.clip(s, 1e-12, 1 - 1e-12)
    x = np.log(q) - np.log1p(-q)
    both = statsmodels.Logit(y, statsmodels.add_constant(x)).fit(
        disp=0, tol=1e-14, maxiter=100, method='newton')
    large = statsmodels.GLM(
        y, np.ones(n), family=statsmodels.families.Binomial(), offset=x).fit(tol=1e-14)
    o, w = np.argsort(s, kind='stable'), n // 10
    ends = [i * w for i in range(10)] + [n]
    hl = 0.0
    for a, b in zip(ends[:-1], ends[1:]):
        e, seen = s[o[a:b]].sum(), y[o[a:b]].sum()
        hl += (seen - e) ** 2 / (e * (1 - e / (b - a)))
    return dict(
        seed=seed, n=n, levels=levels,
        intercept=safe(lambda: both.params[0]), slope=safe(lambda: both.params[1]),
        intercept_error=safe(lambda: both.bse[0]), slope_error=safe(lambda: both.bse[1]),
        in_the_large=safe(lambda: large.params[0]),
        hosmer_lemeshow=safe(lambda: hl), hosmer_lemeshow_p=safe(lambda: stats.chi2.sf(hl, 8)))


def mean_case(seed, n, confidence):
    """Values u^3, clusters of a random size: floor(u * n / 4)."""
    g, x, c = Rng(seed), [], []
    for _ in range(n):
        u, v = g.uniform(), g.uniform()
        x.append(u * u * u)
        c.append(math.floor(v * n / 4))
    x = np.array(x)
    fit = statsmodels.OLS(x, np.ones(n)).fit(
        cov_type='cluster', cov_kwds=dict(groups=np.array(c), use_correction=True), use_t=True)
    groups = len(set(c))
    # statsmodels multiplies by (n-1)/(n-k) too, which is 1 for one parameter.
    m, e = x.mean(), stats.sem(x)
    return dict(
        seed=seed, n=n, confidence=confidence,
        student=safe(lambda: stats.t.interval(confidence, n - 1, m, e)),
        normal=safe(lambda: stats.norm.interval(confidence, m, e)),
        clustered=safe(lambda: stats.t.interval(confidence, groups - 1, m, fit.bse[0])))


BINARY = [
    (1, 1, 4, 'mixed', False), (2, 2, 4, 'perfect', False), (3, 3, 8, 'mixed', False),
    (4, 10, 4, 'mixed', False), (5, 40, 1000000, 'mixed', False), (6, 40, 8, 'mixed', True),
    (7, 50, 4, 'constant', False), (8, 50, 4, 'constant', True), (9, 60, 16, 'one_class', False),
    (10, 60, 16, 'perfect', True), (11, 60, 16, 'inverse', False), (12, 500, 20, 'mixed', False),
    (13, 500, 1000000, 'mixed', True), (14, 999, 3, 'mixed', True), (15, 2000, 100, 'mixed', False),
    (16, 5000, 1000000, 'mixed', False), (17, 5000, 2, 'mixed', True),
    (18, 1000, 10, 'mixed', False)]
MULTICLASS = [(21, 1, 2), (22, 5, 3), (23, 60, 3), (24, 300, 7), (25, 1000, 2), (26, 4000, 12),
              (27, 40, 20)]
REGRESSION = [
    (31, 1, 'positive', False), (32, 2, 'positive', False), (33, 3, 'signed', True),
    (34, 50, 'positive', True), (35, 51, 'signed', False), (36, 200, 'constant', False),
    (37, 200, 'exact', True), (38, 500, 'whole', True), (39, 5000, 'positive', False),
    (40, 4999, 'signed', True)]
CALIBRATION = [(51, 100, 1000000), (52, 1003, 1000000), (53, 5000, 64)]
MEAN = [(61, 8, 0.95), (62, 30, 0.9), (63, 1000, 0.95), (64, 5000, 0.999)]

SECTIONS = dict(
    binary=[binary_case(*c) for c in BINARY],
    multiclass=[multiclass_case(*c) for c in MULTICLASS],
    regression=[regression_case(*c) for c in REGRESSION],
    calibration=[calibration_case(*c) for c in CALIBRATION],
    mean=[mean_case(*c) for c in MEAN])
parts = []
for name, cases in SECTIONS.items():
    parts.append(f'{json.dumps(name)}: [\n' + ',\n'.join(json.dumps(x) for x in cases) + '\n]')
print('{\n' + ',\n'.join(parts) + '\n}')
