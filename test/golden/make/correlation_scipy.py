"""Pearson's and Spearman's correlations as SciPy has them, of pairs with and without ties, each counted once or several times.

python test/golden/make/correlation_scipy.py > test/golden/correlation-scipy.json
"""

import json
import sys

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20261125)


def case(x, y, counts=None):
    counts = np.ones(len(x), dtype=int) if counts is None else counts
    a, b = np.repeat(x, counts), np.repeat(y, counts)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "counts": counts.tolist(),
        "pearson": float(stats.pearsonr(a, b).statistic),
        "spearman": float(stats.spearmanr(a, b).statistic),
    }


def cases():
    gold = np.round(rng.uniform(0, 5, size=40) * 4) / 4  # quarters, as STS-B has them: full of ties
    said = gold + rng.normal(0, 1.2, size=40)
    yield case(said, gold)
    yield case(np.round(said), gold)
    yield case(-said, gold)
    # means a million times as large as what varies
    yield case(1e6 + said, gold - 1e6)
    # resamples: some items several times, some never
    for _ in range(4):
        yield case(np.round(said, 1), gold, np.bincount(rng.integers(0, 40, size=40), minlength=40))
    yield case(np.array([1.0, 2.0]), np.array([2.0, 1.0]))
    yield case(np.array([0.0, 0.0, 1.0]), np.array([1.0, 1.0, 1.5]))


json.dump(
    {
        "made": {
            "command": "python test/golden/make/correlation_scipy.py > test/golden/correlation-scipy.json",
            "scipy": scipy.__version__,
            "numpy": np.__version__,
        },
        "cases": list(cases()),
    },
    sys.stdout,
)
print()
