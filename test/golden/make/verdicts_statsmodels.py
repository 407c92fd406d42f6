"""Golden numbers of the statistics behind verdicts, from SciPy, scikit-learn, statsmodels and NumPy; what none of them has is enumerated here.

python test/golden/make/verdicts_statsmodels.py > test/golden/verdicts-statsmodels.json
"""
import itertools
import json
import sys

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from sklearn.isotonic import IsotonicRegression
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ztost

rng = np.random.default_rng(20261125)


def fit(values, weights):
    return IsotonicRegression().fit_transform(np.arange(len(values)), values, sample_weight=weights)


def residual(values, weights):
    return float(np.sum(weights * (values - fit(values, weights)) ** 2))


def isotonic():
    cases = []
    for n in [1, 2, 3, 5, 6, 9, 30]:
        for slope in [0.0, 0.3, 1.0]:
            values = np.round(slope * np.arange(n) / n + 0.3 * rng.normal(size=n), 6)
            weights = np.round(rng.gamma(2.0, 1.0, size=n) + 0.1, 6)
            case = {"values": values.tolist(), "weights": weights.tolist(), "fitted": fit(values, weights).tolist(), "residual": residual(values, weights)}
            if 2 <= n <= 6:
                orders = [residual(values[list(o)], weights[list(o)]) for o in itertools.permutations(range(n))]
                case["p"] = float(np.mean(np.array(orders) <= case["residual"] + 1e-12))
            cases.append(case)
    return cases


def page_by_labels(data):
    """P(L of shuffled labels >= L), one shuffle of the labels for all blocks; data [blocks, conditions]."""
    ranks = np.array([stats.rankdata(row) for row in data])
    k = data.shape[1]
    observed = float((ranks * np.arange(1, k + 1)).sum())
    found = [float((ranks * np.array(o)).sum()) for o in itertools.permutations(range(1, k + 1))]
    return float(np.mean(np.array(found) >= observed - 1e-9))


def page():
    # Page (1963), as in Hollander and Wolfe and in SciPy's own documentation: 10 students rank 3 kinds of tutorial
    table = np.array([[3, 4, 3], [2, 2, 4], [3, 3, 5], [1, 3, 2], [2, 3, 2], [2, 4, 5], [1, 2, 4], [3, 4, 4], [2, 4, 5], [1, 3, 4]], dtype=float)
    cases = [table]
    for blocks, k in [(1, 4), (3, 3), (9, 5), (5, 6), (12, 7), (4, 2)]:
        for slope in [0.0, 0.2, 1.0]:
            cases.append(np.round(slope * np.arange(k) + rng.normal(size=(blocks, k)), 4))
    result = []
    for data in cases:
        case = {"blocks": data.tolist(), "labels": page_by_labels(data)}
        if data.shape[1] > 2:  # SciPy wants three conditions and two blocks
            if data.shape[0] > 1:
                found = stats.page_trend_test(data, method="asymptotic")
                case |= {"L": float(found.statistic), "pNormal": float(found.pvalue)}
            else:
                ranks = stats.rankdata(data[0])
                # with one block, SciPy's exact test of two equal blocks does not apply: L alone
                case |= {"L": float((ranks * np.arange(1, data.shape[1] + 1)).sum())}
        result.append(case)
    return result


def slopes():
    cases = []
    for n in [2, 5, 12]:
        x, y, w = np.round(rng.normal(size=n), 6), np.round(rng.normal(size=n), 6), np.round(rng.gamma(2.0, 50.0, size=n) + 1, 3)
        model = sm.WLS(y, sm.add_constant(x), weights=w).fit()
        cases.append({"x": x.tolist(), "y": y.tolist(), "weights": w.tolist(), "slope": float(model.params[1])})
    return cases


def critical():
    cases = []
    levels = np.round(np.arange(1, 10) / 10, 1)
    for knee in [0.05, 0.3, 0.5, 0.7, 2.0]:
        for eps in [0.01, 0.05]:
            drops = np.round(1 / (1 + np.exp((knee - levels) / 0.06)) + 0.01 * rng.normal(size=9), 6)
            weights = np.round(rng.gamma(2.0, 500.0, size=9) + 1, 3)
            fitted = fit(drops, weights)
            xs, ys = np.concatenate([[0.0], levels]), np.concatenate([[0.0], fitted])
            over = np.flatnonzero(ys > eps)
            if len(over) == 0:
                at, beyond = float(levels[-1]), "above"
            else:
                # the last point at or below eps and the first above it, joined by NumPy
                i = over[0]
                at = float(np.interp(eps, [ys[i - 1], ys[i]], [xs[i - 1], xs[i]]))
                beyond = "below" if i == 1 else None
            area = float(np.trapezoid(np.concatenate([[0.0], drops]), xs) / levels[-1])
            cases.append({"levels": levels.tolist(), "drops": drops.tolist(), "weights": weights.tolist(), "eps": eps, "at": at, "beyond": beyond, "area": area})
    return cases


def equivalence():
    cases = []
    for n, mean, spread, margin in [(30, 0.0, 1.0, 0.5), (200, 0.3, 1.0, 0.5), (50, -0.6, 0.8, 0.5), (400, 0.01, 0.2, 0.02), (12, 1.0, 2.0, 0.5)]:
        x = rng.normal(mean, spread, size=n)
        error = float(np.std(x, ddof=1) / np.sqrt(n))
        p, lower, upper = ztost(x, -margin, margin, usevar="pooled")
        z = sm.stats.ztest(x, value=0, alternative="larger")
        cases.append({"difference": float(np.mean(x)), "error": error, "margin": margin, "p": float(p), "above": float(lower[1]), "below": float(upper[1]), "superior": float(z[1])})
    return cases


def spread():
    x = rng.gamma(2.0, 1.0, size=2000)
    tail = stats.norm.sf(1)
    low, high = np.quantile(x, [tail, 1 - tail])
    return {"samples": np.round(x, 6).tolist(), "error": float((np.quantile(np.round(x, 6), 1 - tail) - np.quantile(np.round(x, 6), tail)) / 2)}


def found(n, p, drop, alpha):
    """Unconditional power of the exact McNemar test (Duffy 1984): over the number of discordant pairs, falls alone."""
    lost, gained = p * (1 - p + drop), (1 - p) * (p - drop)
    d = np.arange(n + 1)
    # the most gained ones with which twice the binomial tail is at most alpha
    most = stats.binom.ppf(alpha / 2, d, 0.5)
    most = np.where(2 * stats.binom.cdf(most, d, 0.5) <= alpha, most, most - 1)
    return float(np.sum(stats.binom.pmf(d, n, lost + gained) * stats.binom.cdf(most, d, gained / (lost + gained))))


def simulated(n, p, drop, alpha, runs=20000):
    """Share of studies in which the exact McNemar test sees that drop."""
    lost, gained = p * (1 - p + drop), (1 - p) * (p - drop)
    counts = rng.multinomial(n, [lost, gained, 1 - lost - gained], size=runs)
    b, c = counts[:, 0], counts[:, 1]
    # two-sided exact p of min(lost, gained) among both: twice the binomial tail
    ps = np.minimum(1.0, 2 * stats.binom.cdf(np.minimum(b, c), b + c, 0.5))
    return float(np.mean(ps < alpha))


def power():
    cases = []
    for n, p in [(50, 0.9), (200, 0.6), (200, 0.9), (277, 0.85), (1000, 0.75), (1043, 0.8), (2000, 0.5), (5463, 0.925)]:
        for alpha, wish in [(0.05, 0.8), (0.01, 0.9)]:
            drop = optimize.brentq(lambda d: found(n, p, d, alpha) - wish, 1e-6, p, xtol=1e-13)
            case = {"n": n, "p": p, "alpha": alpha, "power": wish, "drop": drop}
            if wish == 0.8:
                case["simulated"] = simulated(n, p, drop, alpha)
            cases.append(case)
    return cases


def corrections():
    cases = []
    for n in [1, 2, 7, 40]:
        ps = np.round(rng.beta(0.5, 4.0, size=n), 6)
        cases.append({"ps": ps.tolist(), "holm": multipletests(ps, method="holm")[1].tolist()})
    return cases


json.dump(
    {
        "made": {
            "command": "python test/golden/make/verdicts_statsmodels.py > test/golden/verdicts-statsmodels.json",
            "statsmodels": statsmodels.__version__,
            "scipy": scipy.__version__,
            "sklearn": sklearn.__version__,
            "numpy": np.__version__,
        },
        "isotonic": isotonic(),
        "page": page(),
        "slope": slopes(),
        "critical": critical(),
        "equivalence": equivalence(),
        "error": spread(),
        "power": power(),
        "holm": corrections(),
    },
    sys.stdout,
)
print()
