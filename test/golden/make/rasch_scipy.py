"""Rasch difficulties by an independent optimiser: SciPy's L-BFGS-B, then Newton-CG, on the penalised joint log-likelihood item by item.

python test/golden/make/rasch_scipy.py > test/golden/rasch-scipy.json
"""
import json
import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.special import expit

SPREAD = 3.0


def fit(y):
    n, m = y.shape

    def value(x):
        z = x[:n, None] - x[None, n:]
        return -(y * z - np.logaddexp(0, z)).sum() + (x**2).sum() / (2 * SPREAD**2)

    def slope(x):
        rest = y - expit(x[:n, None] - x[None, n:])
        return -np.concatenate([rest.sum(1), -rest.sum(0)]) + x / SPREAD**2

    def curve(x):
        p = expit(x[:n, None] - x[None, n:])
        w = p * (1 - p)
        return np.block([[np.diag(w.sum(1)), -w], [-w.T, np.diag(w.sum(0))]]) + np.eye(n + m) / SPREAD**2

    x = minimize(value, np.zeros(n + m), jac=slope, method="L-BFGS-B").x
    x = minimize(value, x, jac=slope, hess=curve, method="trust-exact", options={"gtol": 1e-11}).x
    return x[:n], x[n:]


rng = np.random.default_rng(7)
cases = []
for n, m in [(5, 12), (12, 40), (1, 6)]:
    ability, hard = rng.normal(0, 1.5, n), rng.normal(0, 1.5, m)
    y = (rng.random((n, m)) < expit(ability[:, None] - hard[None])).astype(int)
    y[:, 0] = 1  # everybody is right
    y[:, 1] = 0  # nobody is
    a, b = fit(y)
    cases.append({"answers": y.tolist(), "ability": a.tolist(), "difficulty": b.tolist()})
print(json.dumps({"made": f"python test/golden/make/rasch_scipy.py, SciPy {scipy.__version__}", "cases": cases}))
