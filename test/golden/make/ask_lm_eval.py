"""What lm-evaluation-harness hears from a real model: log-likelihoods, rolling texts, greedy texts, and the pruning papers' windows.

python test/golden/make/ask_lm_eval.py ../shared/models/stories260k > test/golden/ask-lm-eval.json
"""
import importlib.metadata
import json
import logging
import sys
from types import SimpleNamespace

import torch
from lm_eval.models.huggingface import HFLM

logging.disable(logging.WARNING)
torch.set_num_threads(2)
model = HFLM(pretrained=sys.argv[1], device="cpu", dtype="float32", batch_size=1)

STORY = (
    "One day, a boy named Tom found a red ball near the big tree. He was very happy and wanted to show it to his friend Mia. "
    "Mia said, \"What a nice ball! Can we play together?\" Tom smiled and said yes. They threw the ball up, up, up into the sky. "
)
LONG = " ".join(STORY.replace("Tom", name).strip() for name in ["Tom", "Ben", "Sam", "Tim", "Max", "Leo", "Dan", "Jack"])

PROMPTS = [
    ["", "Once upon a time, there was a little girl."],
    ["", " Once upon a time, there was a little girl."],
    ["", "<s>The dog ran."],
    ["", "x"],
    ["Once upon a time,", " there was a little girl named Lily."],
    ["Once upon a time, ", "there was a little girl named Lily."],
    ["Once upon a time,   \n ", "there was a dog."],
    ["Once upon a time, there was a", " dog"],
    ["Once upon a time, there was a", " table"],
    ["Question: What melts first?\nAnswer:", " ice"],
    ["Question: What melts first?\nAnswer:", " the naïve café, 東京 👍"],
    ["   ", "She was happy."],
    ["<s>The sun was", " bright."],
    ["She was hap", "py"],
    ["She said, \"", "Hello!\""],
    [LONG, " They were happy."],
    [LONG + " " + LONG, " They were happy."],
    ["The end.", " " + STORY.strip()],
]
ROLLING = ["The dog ran.", STORY, LONG, "<s>The dog ran.", "  two  spaces and\na line\n", "日本語 text"]
TEXTS = [
    {"context": "Once upon a time, there was a", "until": ["."], "maxTokens": 40},
    {"context": "Once upon a time, there was a", "until": ["\n", "zzz"], "maxTokens": 60},
    {"context": "Tom and Mia were friends. They", "until": ["Mia", "park"], "maxTokens": 50},
    {"context": "Question: What melts first?\nAnswer:", "until": ["\n\n"], "maxTokens": 20},
    {"context": LONG, "until": ["!"], "maxTokens": 30},
    {"context": LONG[:400] + "They lived happily ever after. The end", "until": [], "maxTokens": 64},
]


def request(*args):
    return SimpleNamespace(args=args, arguments=args)


def windows(text, length):
    """As the code of Wanda and SparseGPT: ids of the whole text, floor(n / length) windows, mean loss over length - 1 predictions each."""
    ids = torch.tensor(model.tokenizer(text)["input_ids"])
    losses = []
    for i in range(len(ids) // length):
        window = ids[None, i * length : (i + 1) * length]
        logits = model.model(window).logits
        losses.append(torch.nn.functional.cross_entropy(logits[0, :-1].double(), window[0, 1:]).item())
    return {"text": text, "length": length, "losses": losses, "perplexity": float(torch.tensor(losses, dtype=torch.float64).mean().exp())}


def hear(prompt):
    """None where a merge swallows the continuation: there the harness gives up (lm-evaluation-harness#1053)."""
    try:
        return model.loglikelihood([request(*prompt)], disable_tqdm=True)[0]
    except AssertionError:
        return None, None


said = [hear(prompt) for prompt in PROMPTS]
rolled = model.loglikelihood_rolling([request(text) for text in ROLLING], disable_tqdm=True)
wrote = model.generate_until(
    [request(t["context"], {"until": t["until"], "max_gen_toks": t["maxTokens"], "do_sample": False}) for t in TEXTS], disable_tqdm=True
)
with torch.no_grad():
    cut = [windows(LONG, 128), windows(STORY, 32)]
json.dump(
    {
        "made": {
            "command": "python test/golden/make/ask_lm_eval.py ../shared/models/stories260k > test/golden/ask-lm-eval.json",
            **{name: importlib.metadata.version(name) for name in ["lm_eval", "transformers", "torch"]},
        },
        "maxLength": model.max_length,
        "prompts": [{"context": c, "continuation": t, "ll": ll, "isGreedy": greedy} for (c, t), (ll, greedy) in zip(PROMPTS, said)],
        "rolling": [{"text": text, "ll": ll} for text, ll in zip(ROLLING, rolled)],
        "texts": [{**t, "text": text} for t, text in zip(TEXTS, wrote)],
        "windows": cut,
    },
    sys.stdout,
    ensure_ascii=False,
)
print()
