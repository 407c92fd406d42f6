"""Gradients of whole two-block Llama models, by PyTorch autograd through the model code of transformers.

    python test/golden/make/gradients_torch.py > test/golden/gradients-torch.json

Made with torch 2.15.0 and transformers 5.24.0, in float64 but for the norms, which transformers computes in float32.
"""

import json
import sys

import torch
import transformers

from tiny_llama import CONFIG as PLAIN, fill, make_model

VARIANTS = {
    "grouped heads, two vocabulary matrices": PLAIN,
    "one vocabulary matrix, biases, a head of keys per head": {
        **PLAIN, "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True, "num_key_value_heads": 4,
    },
}
# the same id in several places, so that embeddings add up
IDS = [[3, 7, 3, 11, 22, 7, 0], [5, 3, 3, 19, 1, 0, 0]]
ROWS = [0, 1, 2, 4, 5, 7, 9, 10]
TARGETS = [7, 3, 11, 7, 0, 3, 19, 1]
SHARE = [0.125, 0.25, 0.0, 0.125, 0.0625, 0.125, 0.25, 0.0625]


def gradients(config):
    model = make_model(config)
    fill(dict(model.named_parameters()))
    logits = model(torch.tensor(IDS)).logits.reshape(-1, config["vocab_size"])[ROWS]
    picked = torch.log_softmax(logits, -1).gather(1, torch.tensor(TARGETS)[:, None])[:, 0]
    loss = -(torch.tensor(SHARE, dtype=torch.float64) * picked).sum()
    loss.backward()
    return {
        "config": config,
        "loss": loss.item(),
        "gradients": {
            name: [float(f"{x:.8g}") for x in parameter.grad.flatten().tolist()]
            for name, parameter in sorted(model.named_parameters())
        },
    }


golden = {
    "tool": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "command": "python test/golden/make/gradients_torch.py > test/golden/gradients-torch.json",
    "ids": IDS,
    "rows": ROWS,
    "targets": TARGETS,
    "share": SHARE,
    "models": {label: gradients(config) for label, config in VARIANTS.items()},
}
json.dump(golden, sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
