"""Steps of AdamW with clipping, and learning rates over the steps of a schedule.

    python test/golden/make/train_torch.py > test/golden/train-torch.json

Made with torch 2.15.0 and transformers 5.24.0.
"""

import json
import sys

import torch
import transformers

from tiny_llama import mixed


class Counter:
    k = 0

    def draw(self, shape, size):
        values = []
        for _ in range(torch.Size(shape).numel()):
            self.k += 1
            values.append((mixed(self.k) - 0.5) * size)
        return torch.tensor(values, dtype=torch.float32).reshape(shape)


def round9(tensor):
    return [float(f"{x:.9g}") for x in tensor.flatten().tolist()]


ADAM = {"beta1": 0.9, "beta2": 0.98, "epsilon": 1e-6, "weightDecay": 0.1}
RATES = [0.0, 0.02, 0.05, 0.05, 0.03, 0.01]


def adamw(clip):
    counter = Counter()
    matrix = torch.nn.Parameter(counter.draw([3, 4], 1))
    bias = torch.nn.Parameter(counter.draw([4], 1))
    optimiser = torch.optim.AdamW(
        [{"params": [matrix], "weight_decay": ADAM["weightDecay"]}, {"params": [bias], "weight_decay": 0.0}],
        lr=1.0,
        betas=(ADAM["beta1"], ADAM["beta2"]),
        eps=ADAM["epsilon"],
    )
    steps = []
    for rate in RATES:
        matrix.grad = counter.draw([3, 4], 0.6)
        bias.grad = counter.draw([4], 0.6)
        total = torch.nn.utils.clip_grad_norm_([matrix, bias], clip if clip is not None else float("inf"))
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()
        steps.append({"norm": total.item(), "matrix": round9(matrix), "bias": round9(bias)})
    state = optimiser.state[matrix]
    return {"clip": clip, "steps": steps, "first": round9(state["exp_avg"]), "second": round9(state["exp_avg_sq"])}


def schedule(kind, peak, warmup, steps):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    make = {
        "constant": lambda: transformers.get_constant_schedule_with_warmup(optimiser, warmup),
        "linear": lambda: transformers.get_linear_schedule_with_warmup(optimiser, warmup, steps),
        "cosine": lambda: transformers.get_cosine_schedule_with_warmup(optimiser, warmup, steps),
    }[kind]()
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        make.step()
    return {"kind": kind, "peak": peak, "warmup": warmup, "steps": steps, "rates": rates}


golden = {
    "tool": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "command": "python test/golden/make/train_torch.py > test/golden/train-torch.json",
    "adam": ADAM,
    "rates": RATES,
    "adamw": [adamw(None), adamw(0.5)],
    "schedules": [
        schedule(kind, 3e-4, warmup, steps)
        for kind in ["constant", "linear", "cosine"]
        for warmup, steps in [(0, 7), (3, 10), (5, 5)]
    ],
}
json.dump(golden, sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
