"""What lm-evaluation-harness makes of answers: item by item and in all; and how it cuts long texts into windows.

python test/golden/make/score_lm_eval.py > test/golden/score-lm-eval.json
"""
import importlib.metadata
import json
import sys
from types import SimpleNamespace

import numpy as np
from lm_eval.api import metrics
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.utils import postprocess_generated_text
from lm_eval.tasks.qasper.metrics import f1_abstractive, normalize_answer
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

rng = np.random.default_rng(20261124)
WORDS = ["yes", "no", "a cat", "naïve café", "東京", "👍🏽", "the colour of the sky", "x", "e\u0301", "Ωmega"]


def choice_items(n, labels=None):
    items = []
    for _ in range(n):
        choices = labels or [str(w) for w in rng.choice(WORDS, size=rng.integers(2, 6), replace=False)]
        lls = (-rng.gamma(2.0, 4.0, size=len(choices))).round(4).tolist()
        if rng.random() < 0.15:
            lls[1] = lls[0]  # a tie: the first wins
        items.append({"choices": choices, "gold": int(rng.integers(len(choices))), "ll": lls, "greedy": (rng.random(len(choices)) < 0.3).tolist()})
    return items


def task(output_type, names):
    def doc_to_choice(doc):
        return doc["choices"]

    def doc_to_target(doc):
        return doc["gold"]

    return SimpleNamespace(
        config=SimpleNamespace(process_results=None, doc_to_choice=None),
        OUTPUT_TYPE=output_type,
        _metric_fn_list={name: metrics.exact_match_fn if name == "exact_match" else None for name in names},
        _aggregation_list={},
        _higher_is_better={},
        _metric_fn_kwargs={name: {} for name in names},
        multiple_input=0,
        multiple_target=0,
        doc_to_choice=doc_to_choice,
        doc_to_target=doc_to_target,
    )


def multiple_choice(items, names):
    fake = task("multiple_choice", names)
    per_item = [ConfigurableTask.process_results(fake, item, list(zip(item["ll"], item["greedy"]))) for item in items]
    values = {}
    for name in names:
        column = [result[name] for result in per_item]
        match name:
            case "mcc":
                values[name] = float(metrics.matthews_corrcoef(column))
            case "f1":
                values[name] = float(metrics.f1_score(column))
            case "brier_score":
                values[name] = float(metrics.brier_score(column))
            case _:
                values[name] = float(metrics.mean(column))
    return {"items": items, "values": values}


def continuations(n):
    items = [{"ll": round(-rng.gamma(2.0, 2.0), 4), "greedy": bool(rng.random() < 0.3)} for _ in range(n)]
    fake = task("loglikelihood", ["perplexity", "acc"])
    per_item = [ConfigurableTask.process_results(fake, {}, [(item["ll"], item["greedy"])]) for item in items]
    return {"items": items, "values": {"perplexity": float(metrics.perplexity([r["perplexity"] for r in per_item])), "acc": float(metrics.mean([r["acc"] for r in per_item]))}}


def pages(n):
    items = [{"ll": round(-rng.gamma(20.0, 20.0), 3), "words": int(rng.integers(1, 400)), "bytes": int(rng.integers(1, 2500))} for _ in range(n)]
    by_word, by_byte = [(i["ll"], i["words"]) for i in items], [(i["ll"], i["bytes"]) for i in items]
    return {
        "items": items,
        "values": {
            "word_perplexity": float(metrics.weighted_perplexity(by_word)),
            "byte_perplexity": float(metrics.weighted_perplexity(by_byte)),
            "bits_per_byte": float(metrics.bits_per_byte(by_byte)),
        },
    }


def texts():
    cases = [
        ("Paris", "Paris"), (" Paris", "Paris"), ("The Eiffel Tower!", "eiffel tower"), ("a an the", "the"), ("in 1889, it was", "1889"),
        ("über-cool", "Übercool"), ("éa the", "éa"), ("an\u00a0apple  a day", "apple day"), ("red red blue", "red blue blue"), ("", "x"),
        ("nothing in common", "else"), ("1,000.5", "10005"), ("snake_case word", "snake_case"), ("“quoted”", "quoted"), ("theatre", "atre"),
    ]
    strict = task("generate_until", ["exact_match"])
    return [
        {
            "said": said,
            "answer": answer,
            "exact_match": float(ConfigurableTask.process_results(strict, {"gold": answer}, [said])["exact_match"]),
            "squad_exact": float(normalize_answer(said) == normalize_answer(answer)),
            "squad_f1": float(f1_abstractive([said], [answer])),
        }
        for said, answer in cases
    ]


def stops():
    cases = [("one\ntwo", ["\n"]), ("one. two? three", ["?", "."]), ("nothing", ["\n\n"]), ("", ["x"]), ("abc", ["", "c"]), ("Q: a\n\nQ: b", ["\n\n", "Q:"])]
    return [{"text": text, "until": until, "read": postprocess_generated_text(text, until, None)} for text, until in cases]


def windows():
    cases = []
    for n, length in [(0, 8), (1, 8), (7, 8), (8, 8), (9, 8), (16, 8), (20, 8), (25, 8), (5, 1), (30, 11)]:
        ids = list(range(100, 100 + n))
        pairs = [make_disjoint_window(w) for w in get_rolling_token_windows(ids, 1, length, 1)]
        cases.append({"n": n, "length": length, "windows": [[list(a), list(b)] for a, b in pairs]})
    return cases


ALL = ["acc", "acc_norm", "acc_bytes", "exact_match", "brier_score"]
same_length = [item for item in choice_items(300) if len(item["choices"]) == 3]  # lm-eval's Brier score takes one number of choices only
json.dump(
    {
        "made": {"command": "python test/golden/make/score_lm_eval.py > test/golden/score-lm-eval.json", "lm_eval": importlib.metadata.version("lm_eval"), "numpy": np.__version__},
        "choice": [
            multiple_choice(choice_items(60), ALL[:4]),
            multiple_choice(same_length, ALL),
            multiple_choice(choice_items(80, ["no", "yes"]), [*ALL, "mcc", "f1"]),
        ],
        "continuation": continuations(40),
        "rolling": pages(25),
        "text": texts(),
        "stops": stops(),
        "windows": windows(),
    },
    sys.stdout,
    ensure_ascii=False,
)
print()
