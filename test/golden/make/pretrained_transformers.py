"""What transformers says of a folder that `lab pretrain` writes: ids of sentences, log-probabilities, its own tokens.

    node test/golden/make/pretrained.ts /tmp/first && python test/golden/make/pretrained_transformers.py /tmp/first > test/golden/pretrained-transformers.json

Made with torch 2.15.0 and transformers 5.24.0, in float64 but for norms and rotary angles, which transformers computes in float32.
"""

import json
import sys

import torch
import transformers

SENTENCES = ["The animal of tamo is otter.", "Here: so wolf, ta otter; ta otter.", "In vela, river house is sako nilu.", "12 + 35 = 47.", "a b c = b; c a a ="]

folder = sys.argv[1]
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
stored = transformers.AutoModelForCausalLM.from_pretrained(folder)
texts = []
with torch.no_grad():
    for sentence in SENTENCES:
        ids = tokenizer(sentence).input_ids
        every = torch.log_softmax(model(torch.tensor([ids])).logits[0], -1)
        logprobs = [round(every[i, t].item(), 7) for i, t in enumerate(ids[1:])]
        texts.append({"sentence": sentence, "ids": ids, "logprobs": logprobs, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
result = {
    "made": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "parameters": sum(p.numel() for p in model.parameters()),
    "dtype": str(stored.dtype),
    "tied": model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr(),
    "bos": tokenizer.bos_token_id,
    "end": model.generation_config.eos_token_id,
    "texts": texts,
}
json.dump(result, sys.stdout, ensure_ascii=False)
print()
