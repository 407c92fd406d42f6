"""Loss of right answers under a real model: log-likelihoods by lm-evaluation-harness, units by NumPy and SciPy in double precision.

python test/golden/make/dense_loss.py ../shared/models/stories260k > test/golden/dense-loss-lm-eval.json
"""
import importlib.metadata
import json
import logging
import sys
from types import SimpleNamespace

import numpy as np
import torch
from lm_eval.models.huggingface import HFLM
from scipy.special import log_softmax

logging.disable(logging.WARNING)
torch.set_num_threads(1)
model = HFLM(pretrained=sys.argv[1], device="cpu", dtype="float32", batch_size=1)

CHOICES = [
    {"context": "Tom saw a big dog. The dog was very", "continuations": [" happy", " purple", " inside of it"], "gold": 0},
    {"context": "Lily likes to play in the", "continuations": [" park with her friends", " moon", " the"], "gold": 0},
    {"context": "One day, a cat went to the", "continuations": [" café", " store"], "gold": 0},
    {"context": "", "continuations": ["The dogs run.", "The dogs runs."], "gold": 0},
    {"context": "Who was it?\nAnswer:", "continuations": [" Mia", " Tom", " Lily", " Ben"], "gold": 3},
]
# several contexts, one continuation
CONTEXTS = [
    {"contexts": ["The ball was red. The ball was", "The ball was blue. The ball was"], "continuation": " red and big.", "gold": 0},
]
CONTINUATIONS = [
    {"context": "Once upon a time, there was a little", "continuation": " girl"},
    {"context": "She said, \"Thank", "continuation": " you!\""},
]
TEXTS = [
    {"context": "Once upon a time, there was a little", "delimiter": " ", "answers": ["boy named Tim", "girl", "GIRL"]},
    {"context": "The sun was", "delimiter": " ", "answers": ["  ", "bright"]},
    {"context": "What is it?\nA:", "delimiter": "", "answers": ["", " "]},
]
ROLLING = ["The dog ran.", "Lily found a shiny stone. She showed it to her mom, who smiled and said it was the prettiest stone of all."]


def likelihoods(pairs):
    return [float(ll) for ll, _ in model.loglikelihood([SimpleNamespace(args=p, arguments=p) for p in pairs])]


def tokens(context, continuation):
    return len(model._encode_pair(context, continuation)[1]) if context else len(model.tok_encode(continuation, add_special_tokens=False))


def units(ll, count, size, among=None):
    """In the four units; None where one is not defined."""
    return {
        "bits-per-byte": -ll / np.log(2) / size,
        "nats-per-token": -ll / count,
        "nats": -ll,
        "nats-among-choices": among,
    }


def scored(context, continuation, ll, among=None):
    return units(ll, tokens(context, continuation), len(continuation.lstrip().encode()), among)


def choice(pairs, gold):
    lls = likelihoods(pairs)
    return scored(*pairs[gold], lls[gold], float(-log_softmax(np.array(lls))[gold]))


def text(one):
    answers = [a for a in one["answers"] if a.strip()]
    if not answers:
        return None
    pairs = [(one["context"], one["delimiter"] + a) for a in answers]
    lls = likelihoods(pairs)
    best = int(np.argmax(lls))
    return scored(*pairs[best], lls[best])


def rolling(one):
    (ll,) = model.loglikelihood_rolling([SimpleNamespace(args=(one,), arguments=(one,))])
    # the harness rolls over what its tokenizer gives, a first token of its own included
    return units(float(ll), len(model.tok_encode(one)), len(one.encode()))


def pooled(texts, losses):
    """A text weighs as much as it is long: the mean over all bytes, or all tokens."""
    nats = sum(loss["nats"] for loss in losses)
    return {
        "bits-per-byte": nats / np.log(2) / sum(len(t.encode()) for t in texts),
        "nats-per-token": nats / sum(round(loss["nats"] / loss["nats-per-token"]) for loss in losses),
    }


groups = {
    "choices": [choice([(c["context"], k) for k in c["continuations"]], c["gold"]) for c in CHOICES],
    "contexts": [choice([(k, c["continuation"]) for k in c["contexts"]], c["gold"]) for c in CONTEXTS],
    "continuations": [scored(c["context"], c["continuation"], likelihoods([(c["context"], c["continuation"])])[0]) for c in CONTINUATIONS],
    "texts": [text(t) for t in TEXTS],
    "rolling": [rolling(t) for t in ROLLING],
}
mean = lambda name: {u: float(np.mean([g[u] for g in groups[name]])) for u in ["bits-per-byte", "nats-per-token", "nats", "nats-among-choices"]}
json.dump(
    {
        "made": {"with": {p: importlib.metadata.version(p) for p in ["lm_eval", "torch", "transformers", "numpy", "scipy"]}},
        "asked": {"choices": CHOICES, "contexts": CONTEXTS, "continuations": CONTINUATIONS, "texts": TEXTS, "rolling": ROLLING},
        "losses": groups,
        "meanOfChoices": mean("choices"),
        "pooledRolling": pooled(ROLLING, groups["rolling"]),
    },
    sys.stdout,
    indent=1,
    ensure_ascii=False,
)
print()
