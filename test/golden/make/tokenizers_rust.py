"""What the Rust tokenizers make of awkward texts, with two tokenizers as Llama 3 and Llama 2 have them, trained here on a few lines.

    python test/golden/make/tokenizers_rust.py > test/golden/tokenizers-rust.json

Made with tokenizers 0.23.3. Decoding is theirs too; transformers 5 changes nothing in it for BPE, whatever clean_up_tokenization_spaces says.
"""

import json
import sys

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LINES = [
    "Once upon a time there was a little girl who didn't like the 12345 red balls, and she'd said so.",
    "WE'LL see what they're doing: it's 3.14159 o'clock!   Then\n\n  the end.\tTabs and naïve café déjà vu.",
    "der Straße entlang; où est-il? Привет, мир. こんにちは世界",
] * 4

TEXTS = [
    "",
    " ",
    "Once upon a time",
    "  two  spaces  ",
    "it's they'RE We'Ll I'd 'tis",
    "1234567 3.14159 ١٢٣",
    "line\nbreak\r\n\r\nand\ttabs \n",
    "naïve café, Straße; où?",
    "e\u0301 combining, \u00a0 no-break, \u200b zero width, \ufeff mark",
    "Привет мир こんにちは世界 한국어",
    "👩‍👩‍👧 🏳️‍🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "<|begin_of_text|>inside<|end_of_text|> <s>and</s>",
    "don't stop!!! ... --- (a[b]{c}) #$%^&*",
    "\x00\x01 control \x7f",
    "max \U0010ffff point",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def llama3():
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated", invert=False), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(LINES, trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    special = ["<|begin_of_text|>", "<|end_of_text|>"]
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in special])
    t.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=f"{special[0]} $A", special_tokens=[(special[0], t.token_to_id(special[0]))]),
        ]
    )
    return t, {"bos_token": special[0], "eos_token": special[1], "clean_up_tokenization_spaces": True}


def llama2():
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(content=" ", left=1)]
    )
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]
    t.train_from_iterator(LINES[:2], trainers.BpeTrainer(vocab_size=360, special_tokens=special))
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in special[:3]])
    data = json.loads(t.to_str())
    data["added_tokens"] = data["added_tokens"][:3]  # the bytes are pieces, not added tokens
    t = Tokenizer.from_str(json.dumps(data))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return t, {"bos_token": "<s>", "eos_token": "</s>", "clean_up_tokenization_spaces": False}


def describe(made):
    t, config = made
    cases = []
    for text in TEXTS:
        plain = t.encode(text, add_special_tokens=False).ids
        cases.append({"text": text, "ids": t.encode(text).ids, "plain": plain, "decoded": t.decode(plain, skip_special_tokens=True)})
    return {"tokenizer": json.loads(t.to_str()), "config": config, "vocabulary": t.get_vocab_size(), "cases": cases}


result = {"made": f"tokenizers {tokenizers.__version__}", "models": {"llama3": describe(llama3()), "llama2": describe(llama2())}}
json.dump(result, sys.stdout)
print()
