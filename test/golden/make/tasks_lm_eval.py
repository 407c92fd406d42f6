"""What lm-evaluation-harness asks: prompts of invented rows in clear text, prompts of real packs as hashes only.

    pip install lm-eval==0.4.13 datasets==5.2.0
    python test/golden/make/tasks_lm_eval.py invented > test/golden/tasks-invented.json
    python test/golden/make/tasks_lm_eval.py packs ../shared/data > test/golden/tasks-packs.json
"""

import hashlib
import json
import logging
import sys
import types
from importlib.metadata import version
from pathlib import Path

import datasets
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks import TaskManager
from lm_eval.tasks._yaml_loader import load_yaml

logging.disable(logging.WARNING)
# xquad's file imports what transformers 5 no longer has; it is for scoring, and nothing is scored here
gone = types.ModuleType("metrics")
gone.squad_metrics = types.ModuleType("squad_metrics")
sys.modules |= {"transformers.data.metrics": gone, "transformers.data.metrics.squad_metrics": gone.squad_metrics}
SEED = 1234
SHOTS = 3
TASKS = [
    "arc_easy", "arc_challenge", "piqa", "commonsense_qa", "winogrande", "wikitext", "lambada_openai",
    "lambada_openai_cloze_yaml", "asdiv", "cola", "mrpc", "qnli", "rte", "sst2", "xquad_en",
]  # fmt: skip

ARC = {
    "test": [
        {"id": "q0", "question": "What melts first?", "choices": {"text": ["ice", "iron", "stone", "glass"], "label": ["A", "B", "C", "D"]}, "answerKey": "A"},
        {"id": "q1", "question": 'Which one says "moo"? ', "choices": {"text": ["a cow", "it's a cat"], "label": ["1", "2"]}, "answerKey": "1"},
        {"id": "q2", "question": "Où est le café — ici ou là? 😀", "choices": {"text": ["ici", "là", "\u00a0nulle part"], "label": ["A", "B", "C"]}, "answerKey": "C"},
    ],
    "train": [
        {"id": f"t{i}", "question": f"How many is {i}?", "choices": {"text": [str(i), "none", "many"], "label": ["A", "B", "C"]}, "answerKey": "ABC"[i % 3]}
        for i in range(30)
    ],
}  # fmt: skip
MMLU = {
    "test": [{"question": f" What is {i} + {i}?\n", "subject": "x", "choices": [str(2 * i), "0", "1", "'7'"], "answer": i % 4} for i in range(6)],
    "dev": [{"question": f"What is {i} - {i}?", "subject": "x", "choices": ["0", "1", "2", "3"], "answer": 0} for i in range(5)],
}  # fmt: skip
GLUE = [{"sentence": f"The dog number {i} bark. ", "label": i % 2, "idx": i} for i in range(25)]
PAIRS = [{"sentence1": f"It {w} .", "sentence2": f"{w.title()} it does", "label": i % 2, "idx": i} for i, w in enumerate(["rains", "snows", "pours", "hails"])]
INVENTED = {
    ("nyu-mll/blimp", "adjunct_island"): {
        "train": [{"sentence_good": f"A dog number {i} barks.", "sentence_bad": f"A dog number {i} bark's \\ \"now\".", "field": "syntax"} for i in range(4)],
    },
    ("allenai/ai2_arc", "ARC-Easy"): ARC,
    ("allenai/ai2_arc", "ARC-Challenge"): {**ARC, "train": ARC["train"][:6]},
    ("baber/piqa", None): {
        "validation": [
            {"goal": f"Open jar {i}", "sol1": f"turn the lid {i} times", "sol2": "wait\nfor it", "label": i % 2} for i in [0, 1, 2, 3, 1, 4]
        ],
    },
    ("tau/commonsense_qa", None): {
        split: [
            {"id": f"{split}{i}", "question": f"  Where is {w}?  ", "question_concept": w, "choices": {"label": list("ABCDE"), "text": [w, "sea", "sky", "bed", "the 'end'"]}, "answerKey": "ABCDE"[i % 5]}
            for i, w in enumerate(words)
        ]
        for split, words in {"validation": ["fish", "bird"], "train": ["ant", "bee", "cat", "dog", "eel", "fox", "fish"]}.items()
    },
    ("allenai/winogrande", "winogrande_xl"): {
        "validation": [
            {"sentence": f"Ann gave Eve {i} pears, so _ was {w} .", "option1": "Ann", "option2": "Eve", "answer": "12"[i % 2]} for i, w in enumerate(["glad", "poor", "full", "tired"])
        ],
    },
    ("EleutherAI/wikitext_document_level", "wikitext-2-raw-v1"): {
        "test": [
            {"page": " = A title = \n\n The 1 @,@ 000 dogs ' s @-@ tail ( very long ) was \" cut \" ; it 's 5 @.@ 2 ° N of [ here ] . \n = = Part = = \n"},
            {"page": "No space"},
        ],
        "validation": [{"page": "none"}],
    },
    ("EleutherAI/lambada_openai", "default"): {"test": [{"text": "She saw the old grey cat"}, {"text": "“Well,” he said  “don’t"}, {"text": "a\u00a0b c\nd é"}]},
    ("EleutherAI/asdiv", None): {
        "validation": [
            {"body": f"Tom has {i} figs.", "question": "How many figs?", "solution_type": "x", "answer": f"{i} (figs)", "formula": f"{i}={i}"} for i in range(5)
        ],
    },
    ("nyu-mll/glue", "cola"): {"validation": GLUE[:3], "train": GLUE},
    ("nyu-mll/glue", "sst2"): {"validation": GLUE[:3], "train": GLUE[3:]},
    ("nyu-mll/glue", "mrpc"): {"validation": PAIRS[:2], "train": PAIRS},
    ("nyu-mll/glue", "rte"): {"validation": PAIRS[:2], "train": PAIRS},
    ("nyu-mll/glue", "qnli"): {
        split: [{"question": f"Why {i}?", "sentence": f"Because {i}.", "label": i % 2, "idx": i} for i in range(n)] for split, n in {"validation": 3, "train": 9}.items()
    },
    ("cais/mmlu", "anatomy"): MMLU,
    ("google/xquad", "xquad.en"): {
        "validation": [
            {"id": f"x{i}", "context": f"The {w} ran.\nIt was {i}.", "question": f"Who ran {i} times?", "answers": {"text": [f"the {w}"], "answer_start": [0]}} for i, w in enumerate(["fox", "café cat", "'dog'", "[ox]", "owl"])
        ],
    },
}  # fmt: skip


def from_disk(root):
    def load(path, name=None, **_):
        folder = Path(root) / path / (name or "default")
        return {file.stem: rows_to_split([json.loads(line) for line in file.open(encoding="utf-8")]) for file in folder.glob("*.jsonl")}

    return load


def from_script(path, name=None, **_):
    return {split: rows_to_split(rows) for split, rows in INVENTED[(path, name)].items()}


def rows_to_split(rows):
    return datasets.Dataset.from_list(rows)


def open_task(path, splits):
    """The harness's own task file; a training split that the pack lacks is left out, so that examples come from the next one."""
    config = load_yaml(path)
    if "train" not in splits(config["dataset_path"], config.get("dataset_name")):
        config["training_split"] = None
    config.pop("tag", None)
    return ConfigurableTask(config=config)


def asked(task, shots):
    """One entry per document: its requests and what counts as right."""
    task.set_fewshot_seed(SEED)
    task.config.num_fewshot = shots
    task.build_all_requests()
    entries = {}
    for request in task.instances:
        entries.setdefault(request.doc_id, []).append(request)
    for requests in entries.values():
        doc = requests[0].doc
        arguments = [[a["until"] if isinstance(a, dict) else a for a in r.arguments] for r in requests]
        yield doc, arguments, truth(task, doc)


def truth(task, doc):
    if task.OUTPUT_TYPE == "multiple_choice":
        gold = task.doc_to_text(doc) if task.multiple_input else task.doc_to_target(doc)
        return task.doc_to_choice(doc).index(gold) if isinstance(gold, str) else int(gold)
    if task.OUTPUT_TYPE == "loglikelihood_rolling":
        scores = task.process_results(doc, [0.0])
        return [scores["word_perplexity"][1], scores["byte_perplexity"][1]]
    return task.doc_to_target(doc)


def plain(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def short(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def hashes(task, shots, shown):
    """Of the first documents: [doc_hash, prompt_hash (of the first request), hash of all requests and the truth]; and one hash of all documents."""
    whole, first = hashlib.sha256(), []
    n = 0
    for doc, arguments, right in asked(task, shots):
        line = plain([arguments, right])
        whole.update((line + "\n").encode("utf-8"))
        if n < shown:
            first.append([short(json.dumps(doc, indent=2, ensure_ascii=False)), short(arguments[0][0]), short(line)])
        n += 1
    return {"shots": shots, "documents": n, "first": first, "all": whole.hexdigest()}


def main(mode, root=None):
    splits = from_script if mode == "invented" else from_disk(root)
    datasets.load_dataset = splits
    index = TaskManager().task_index
    in_folder = lambda part: sorted(n for n, e in index.items() if e.kind.name == "TASK" and f"/tasks/{part}/" in str(e.yaml_path))
    suites = ["blimp_adjunct_island", "mmlu_anatomy"] if mode == "invented" else [*in_folder("blimp"), *in_folder("mmlu/default")]
    out = {
        "made": f"python test/golden/make/tasks_lm_eval.py {mode} (lm-eval {version('lm-eval')}, datasets {version('datasets')}, Python {sys.version.split()[0]})",
        "seed": SEED,
        "tasks": {},
    }
    if mode == "invented":
        out["packs"] = [{"path": path, "name": name or "default", "splits": splits_} for (path, name), splits_ in INVENTED.items()]
    for name in [*suites, *TASKS]:
        task = open_task(index[name].yaml_path, splits)
        # BLiMP says 0 itself; where lambada has examples, the harness may draw the very document that is asked
        shots = [0] if name.startswith(("blimp", "wikitext", "lambada")) else [0, SHOTS]
        if mode == "invented":
            out["tasks"][name] = [{"shots": k, "items": [{"requests": a, "truth": t} for _, a, t in asked(task, k)]} for k in shots]
        else:
            out["tasks"][name] = [hashes(task, k, 3 if name in suites else 12) for k in shots]
        print(name, file=sys.stderr)
    json.dump(out, sys.stdout, ensure_ascii=False, indent=None if mode == "packs" else 1)
    print()


main(*sys.argv[1:])
