"""OWL's layer sparsities (Yin et al. 2023, arXiv 2310.05175) for random layers, by the formulas of the authors' published code in NumPy.

Run from the root of the project, with numpy 2:
    python test/golden/make/owl_profile.py > test/golden/owl-numpy.json
"""

import json
import sys

import numpy as np

rng = np.random.default_rng(7)
# [matrices of a layer], each [out, in] with the norms of its inputs
SHAPES = [[(6, 8), (4, 8)], [(6, 8), (4, 8)], [(6, 8), (4, 8)], [(12, 8)]]


def outlier_ratio(scores, m):
    """Percentage of scores above m times their mean, strictly."""
    return float((scores > scores.mean() * m).sum()) / scores.size * 100


layers = []
for i, shapes in enumerate(SHAPES):
    matrices = []
    for out, width in shapes:
        # heavier tails in later layers
        w = (rng.standard_t(9 - 2 * i, (out, width))).astype(np.float32)
        norm = rng.uniform(0.5, 2, width).astype(np.float32)
        matrices.append({"w": w.tolist(), "norm": norm.tolist()})
    layers.append(matrices)

cases = []
for sparsity, m, lamda in [(0.5, 2, 0.08), (0.7, 3, 0.08), (0.6, 2, 0.2)]:
    ratios = []
    for matrices in layers:
        scores = np.concatenate([(np.abs(np.float32(x["w"])) * np.float32(x["norm"])).ravel() for x in matrices])
        ratios.append(outlier_ratio(scores.astype(np.float64), m))
    ratio = np.array(ratios)
    ratio = (ratio - ratio.min()) * (1 / (ratio.max() - ratio.min()) * lamda * 2)
    ratio = ratio - np.mean(ratio) + (1 - sparsity)
    cases.append({"sparsity": sparsity, "m": m, "lambda": lamda, "outliers": ratios, "sparsities": (1 - ratio).tolist()})

json.dump(
    {
        "about": "layer sparsities of OWL, see test/golden/make/owl_profile.py",
        "numpy": np.__version__,
        "layers": layers,
        "cases": cases,
    },
    sys.stdout,
)
