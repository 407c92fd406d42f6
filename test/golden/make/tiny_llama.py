"""A two-block Llama that the tests make as well, with weights that depend on nothing but their names and sizes."""

import torch
import transformers

CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "vocab_size": 23,
    "hidden_size": 12,
    "intermediate_size": 10,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 4,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "attention_bias": False,
    "mlp_bias": False,
}


def mixed(k):
    """A number from 0 up to 1 from the count k; the test makes the same ones."""
    x = (k * 2654435761) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 2246822519) & 0xFFFFFFFF
    return (x ^ (x >> 13)) / 2**32


def make_model(config):
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(**config, attn_implementation="eager")).double()


def fill(named):
    """Small numbers, near 1 where they scale, over all parameters in the order of their names."""
    k = 0
    with torch.no_grad():
        for name, parameter in sorted(named.items()):
            values = []
            for _ in range(parameter.numel()):
                k += 1
                values.append((1 if "norm" in name else 0) + (mixed(k) - 0.5) * 0.8)
            parameter.copy_(torch.tensor(values, dtype=torch.float32).reshape(parameter.shape))
