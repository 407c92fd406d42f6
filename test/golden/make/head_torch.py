"""Training of a fresh classification head on a two-block Llama, all of it and with weights held at zero, by PyTorch.

    python test/golden/make/head_torch.py > test/golden/head-torch.json

Made with torch 2.15.0 and transformers 5.24.0, in float64 but for the norms, which transformers computes in float32.
"""

import json
import sys

import torch
import transformers

from tiny_llama import CONFIG, fill, make_model

TEXTS = [[3, 7, 3, 11, 22], [5, 3, 19], [1, 2, 3, 4, 5, 6, 7], [9, 22]]
LABELS = [2, 0, 1, 2]
HELD = "model.layers.0.mlp.up_proj.weight"
RATE = 0.01
STEPS = 6


def train(is_sparse):
    model = make_model(CONFIG)
    head = torch.nn.Parameter(torch.zeros(3, CONFIG["hidden_size"], dtype=torch.float64))
    named = {**dict(model.named_parameters()), "head.weight": head}
    del named["lm_head.weight"]
    fill(named)
    mask = (torch.arange(named[HELD].numel()) % 3 != 0).reshape(named[HELD].shape)

    def hold():
        if is_sparse:
            with torch.no_grad():
                named[HELD].mul_(mask)

    def logits():
        return torch.stack([model.model(torch.tensor([ids])).last_hidden_state[0, -1] @ head.T for ids in TEXTS])

    hold()
    optimiser = torch.optim.AdamW(named.values(), lr=RATE, weight_decay=0.0)
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits(), torch.tensor(LABELS))
        loss.backward()
        optimiser.step()
        hold()
        losses.append(loss.item())
    with torch.no_grad():
        return {"losses": losses, "logits": logits().tolist()}


golden = {
    "tool": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "command": "python test/golden/make/head_torch.py > test/golden/head-torch.json",
    "config": CONFIG,
    "texts": TEXTS,
    "labels": LABELS,
    "held": HELD,
    "rate": RATE,
    "steps": STEPS,
    "dense": train(False),
    "sparse": train(True),
}
json.dump(golden, sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
