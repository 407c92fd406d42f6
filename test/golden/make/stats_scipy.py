"""Golden numbers of main/stats from SciPy and scikit-learn.

python test/golden/make/stats_scipy.py > test/golden/stats-scipy.json
"""
import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.metrics import f1_score, matthews_corrcoef

rng = np.random.default_rng(20261124)


def kendall_case(x, y, method):
    result = stats.kendalltau(x, y, method=method)
    return {"x": list(map(float, x)), "y": list(map(float, y)), "method": method, "tau": result.statistic, "p": result.pvalue}


def kendall():
    cases = []
    for n in [2, 3, 5, 10, 33, 67, 120]:
        x = rng.permutation(n)
        for noise in [0.3, 1.0, 4.0]:
            cases.append(kendall_case(x, (x + noise * n * rng.normal(size=n)).argsort().argsort(), "exact"))
    cases.append(kendall_case(np.arange(12), np.arange(12), "exact"))
    cases.append(kendall_case(np.arange(12), -np.arange(12), "exact"))
    cases.append(kendall_case(np.arange(4), np.array([1, 3, 0, 2]), "exact"))
    for n in [3, 6, 15, 67, 300]:
        for levels in [2, 4, 12]:
            x = rng.integers(levels, size=n)
            x[0], x[1], x[2] = 0, 1, 1  # ours is exact without ties
            y = x + rng.integers(levels, size=n)
            y[0], y[1] = 0, 1
            cases.append(kendall_case(x, y, "asymptotic"))
    return cases


def mcnemar():
    pairs = [(0, 0), (1, 0), (3, 3), (5, 4), (0, 7), (2, 10), (12, 3), (60, 40), (501, 420), (0, 1100), (30500, 29900), (41000, 40000), (5, 3000)]
    return [{"lost": b, "gained": c, "p": stats.binomtest(b, b + c).pvalue if b + c else 1.0} for b, c in pairs]


def proportions():
    cases = []
    for right, n in [(0, 1), (0, 20), (1, 1), (7, 9), (50, 100), (999, 1000), (1000, 1000)]:
        ci = stats.binomtest(right, n).proportion_ci(method="wilson")
        cases.append({"right": right, "n": n, "low": ci.low, "high": ci.high})
    return cases


def normal():
    zs = [-9, -3, -1, -0.2, 0, 0.1, 1, 1.96, 2.4, 2.6, 4, 8, 12, 20, 35]
    ps = [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.1, 0.3, 0.5, 0.8, 0.975, 0.9999]
    return {"tail": [[z, stats.norm.sf(z)] for z in zs], "quantile": [[p, stats.norm.ppf(p)] for p in ps]}


def bootstrap_case(name, data, statistic, **more):
    result = {}
    for method in ["percentile", "BCa"]:
        first = stats.bootstrap(data, statistic, n_resamples=499, method=method, vectorized=False, paired=len(data) > 1, rng=np.random.default_rng(1))
        result["samples"] = first.bootstrap_distribution.tolist()
        result[method] = [first.confidence_interval.low, first.confidence_interval.high]
        # a long run, for comparing another generator statistically
        long = stats.bootstrap(data, statistic, n_resamples=50000, method=method, vectorized=False, paired=len(data) > 1, rng=np.random.default_rng(2))
        result["long" + method] = [long.confidence_interval.low, long.confidence_interval.high]
        result["error"] = long.standard_error
    return {"name": name, "data": [np.asarray(x).tolist() for x in data], "estimate": statistic(*data), **more, **result}


def counts(gold, said):
    return np.bincount(2 * np.asarray(gold, int) + np.asarray(said, int), minlength=4)


def mcc_of_classes(classes):
    tn, fp, fn, tp = np.bincount(classes.astype(int), minlength=4).astype(float)
    scale = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return 0.0 if scale == 0 else (tp * tn - fp * fn) / scale


def bootstraps():
    dense = (rng.random(150) < 0.8).astype(float)
    pruned = np.where(rng.random(150) < 0.2, 1 - dense, dense)
    loss = -rng.gamma(2.0, 1.5, size=80)
    worse = loss - rng.gamma(1.0, 0.4, size=80)
    classes = rng.choice(4, size=120, p=[0.25, 0.15, 0.1, 0.5]).astype(float)
    return [
        bootstrap_case("accuracy", (dense,), lambda d: float(np.mean(d))),
        bootstrap_case("drop of an accuracy", (dense, pruned), lambda d, v: float(1 - np.mean(v) / np.mean(d))),
        bootstrap_case("retention of an accuracy", (dense, pruned), lambda d, v: float((np.mean(v) - 0.5) / (np.mean(d) - 0.5))),
        bootstrap_case("drop of a perplexity", (loss, worse), lambda d, v: float(np.exp(-np.mean(v)) / np.exp(-np.mean(d)) - 1)),
        bootstrap_case("Matthews correlation", (classes,), lambda c: float(mcc_of_classes(c))),
    ]


def confusions():
    cases = []
    for n, a, b in [(1, 0.5, 0.5), (10, 0.5, 0.5), (200, 0.7, 0.6), (1043, 0.69, 0.9), (50, 1.0, 0.5), (50, 0.5, 1.0), (50, 0.0, 0.0)]:
        gold = (rng.random(n) < a).astype(int)
        said = np.where(rng.random(n) < 0.3, (rng.random(n) < b).astype(int), gold)
        if a in (0.0, 1.0):
            said = (rng.random(n) < b).astype(int)
        cases.append({"counts": counts(gold, said).tolist(), "mcc": float(matthews_corrcoef(gold, said)), "f1": float(f1_score(gold, said, zero_division=0))})
    return cases


json.dump(
    {
        "made": {"command": "python test/golden/make/stats_scipy.py > test/golden/stats-scipy.json", "scipy": scipy.__version__, "sklearn": sklearn.__version__, "numpy": np.__version__},
        "kendall": kendall(),
        "mcnemar": mcnemar(),
        "wilson": proportions(),
        "normal": normal(),
        "bootstrap": bootstraps(),
        "confusion": confusions(),
    },
    sys.stdout,
)
print()
