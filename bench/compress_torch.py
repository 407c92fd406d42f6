"""The same compressions in PyTorch, as the papers' public algorithms have them, to compare with `npm run bench compress`.

Wanda: Sun et al. 2024, arXiv 2306.11695, eq. 1. SparseGPT: Frantar and Alistarh 2023, arXiv 2301.00774, algorithm 1.
GPTQ: Frantar et al. 2023, arXiv 2210.17323, algorithm 1. Magnitude: one threshold over all matrices. All in float32, dampened by 1 %
of the mean diagonal, in blocks of 128 columns, on the layer that a file holds; masks and weights are written beside it with --write.

  python bench/compress_torch.py LAYER.safetensors [--threads 1] [--write OUT.safetensors]

LAYER holds w [out, in] and x [tokens, in] float32. Times are seconds of all cores used, and of the clock; they say what this machine does
at this moment: compare only figures of one run of both.
"""

import argparse
import json
import time

import torch
from safetensors.torch import load_file, save_file

BLOCK = 128


def root_of_inverse(h, damping=0.01):
    h = h.clone()
    dead = torch.diag(h) == 0
    h[dead, dead] = 1
    h += damping * torch.mean(torch.diag(h)) * torch.eye(len(h))
    return torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(h)), upper=True), dead


def sweep(w, u, decide):
    """Left to right: decide(i, column, block start, block, u of the block) gives what a column becomes; the rest makes up for it."""
    w = w.clone()
    width = w.shape[1]
    for start in range(0, width, BLOCK):
        end = min(start + BLOCK, width)
        block, ub = w[:, start:end].clone(), u[start:end, start:end]
        done, errors = torch.zeros_like(block), torch.zeros_like(block)
        state = decide.begin(block, ub)
        for i in range(end - start):
            column, d = block[:, i], ub[i, i]
            q = decide.column(column, i, state)
            error = (column - q) / d
            done[:, i] = q
            block[:, i:] -= error.unsqueeze(1).matmul(ub[i, i:].unsqueeze(0))
            errors[:, i] = error
        w[:, start:end] = done
        w[:, end:] -= errors.matmul(u[start:end, end:])
    return w


class Prune:
    """Of each block the same share goes; all its weights compete."""

    def __init__(self, sparsity):
        self.sparsity = sparsity

    def begin(self, block, ub):
        cost = block**2 / torch.diag(ub).reshape(1, -1) ** 2
        threshold = torch.sort(cost.flatten())[0][int(cost.numel() * self.sparsity)]
        return cost <= threshold

    def column(self, column, i, gone):
        q = column.clone()
        q[gone[:, i]] = 0
        return q


class Round:
    """Nearest of 2^bits levels between the least and the largest weight of a row, 0 among them."""

    def __init__(self, w, bits):
        self.most = 2**bits - 1
        low, high = w.min(1)[0].clamp(max=0), w.max(1)[0].clamp(min=0)
        empty = (low == 0) & (high == 0)
        low[empty], high[empty] = -1, 1
        self.scale = (high - low) / self.most
        self.zero = torch.round(-low / self.scale)

    def begin(self, block, ub):
        return None

    def column(self, column, i, state):
        return self.scale * (torch.clamp(torch.round(column / self.scale) + self.zero, 0, self.most) - self.zero)


def wanda(w, norm, sparsity):
    score = w.abs() * norm.reshape(1, -1)
    order = torch.sort(score, dim=-1, stable=True)[1][:, : int(w.shape[1] * sparsity)]
    w = w.clone()
    return w.scatter_(1, order, 0)


def magnitude(w, sparsity):
    size = w.abs()
    threshold = torch.sort(size.flatten())[0][int(w.numel() * sparsity)]
    return torch.where(size < threshold, 0, w)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("layer")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    layer = load_file(asked.layer)
    w, x = layer["w"], layer["x"]
    hessian = 2 * x.t().matmul(x)
    norm = x.norm(dim=0)

    def solve(decide):
        u, dead = root_of_inverse(hessian)
        kept = w.clone()
        kept[:, dead] = 0
        return sweep(kept, u, decide)

    ways = {
        "magnitude": lambda: magnitude(w, 0.5),
        "wanda": lambda: wanda(w, norm, 0.5),
        "sparsegpt": lambda: solve(Prune(0.5)),
        "gptq": lambda: solve(Round(w, 4)),
    }
    report, results = {}, {}
    for name, way in ways.items():
        began, cpu = time.perf_counter(), time.process_time()
        results[name] = way()
        report[name] = {"seconds": time.perf_counter() - began, "cpuSeconds": time.process_time() - cpu}
    print(json.dumps(report))
    if asked.write:
        save_file({name: result.contiguous() for name, result in results.items()}, asked.write)


main()
