"""What transformers says of the made Llama models: log-probabilities of random ids, and greedy continuations.

    node test/golden/make/models.ts /tmp/made && python test/golden/make/models_transformers.py /tmp/made > test/golden/models-transformers.json

Made with torch 2.15.0 and transformers 5.24.0, in float64 but for norms and rotary angles, which transformers computes in float32.
"""

import json
import pathlib
import random
import sys

import torch
import transformers

GREEDY = 12


def describe(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    config = model.config
    draw = random.Random(folder.name)
    lengths = [2, 9, min(560, config.max_position_embeddings)]
    texts = [[draw.randrange(config.vocab_size) for _ in range(n)] for n in lengths]
    logprobs, gaps = [], []
    with torch.no_grad():
        for ids in texts:
            every = torch.log_softmax(model(torch.tensor([ids])).logits[0], -1)
            logprobs.append([round(every[i, t].item(), 7) for i, t in enumerate(ids[1:])])
        greedy = list(texts[1])
        for _ in range(GREEDY):
            first, second = model(torch.tensor([greedy])).logits[0, -1].topk(2).values.tolist()
            gaps.append(first - second)
            greedy.append(model(torch.tensor([greedy])).logits[0, -1].argmax().item())
    weights = {name: round(p.double().sum().item(), 6) for name, p in model.named_parameters()}
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "sum": round(sum(weights.values()), 4),
        "texts": texts,
        "logprobs": logprobs,
        "greedy": greedy[len(texts[1]) :],
        "smallestTop2Gap": round(min(gaps), 4),
    }


folders = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
result = {
    "made": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "models": {folder.name: describe(folder) for folder in folders},
}
json.dump(result, sys.stdout, ensure_ascii=False)
print()
