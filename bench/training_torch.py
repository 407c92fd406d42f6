"""The step that bench/training.ts measures, in PyTorch, to compare the two side by side on one machine:

    npm run bench training
    python bench/training_torch.py

The lab never needs Python; this needs `pip install torch` (any 2.x). Same architecture, batch, float32, threads, clipping and AdamW as
resources/demo/pretrain.yaml; PyTorch's own fast ways are taken: scaled_dot_product_attention, rms_norm and the fused AdamW.
"""

import argparse
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

WARM = 5  # steps that are not counted, as in bench/training.ts


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class Block(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.norm_in, self.norm_mlp = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.gate, self.up = nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x, cos, sin):
        batch, length, width = x.shape
        h = self.norm_in(x)
        q, k, v = (m(h).view(batch, length, self.heads, -1).transpose(1, 2) for m in (self.q, self.k, self.v))
        a = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        x = x + self.o(a.transpose(1, 2).reshape(batch, length, width))
        h = self.norm_mlp(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    def __init__(self, vocabulary, length, width=128, blocks=4, heads=4, inner=352):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads, inner) for _ in range(blocks))
        self.norm = nn.RMSNorm(width, 1e-5)
        size = width // heads
        angles = torch.outer(torch.arange(length).float(), 10000 ** (-torch.arange(0, size, 2).float() / size))
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return self.norm(x) @ self.embed.weight.T  # tied


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments.add_argument("--vocabulary", type=int, default=604)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--length", type=int, default=128)
    arguments.add_argument("--steps", type=int, default=30)
    a = arguments.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model = Llama(a.vocabulary, a.length)
    matrices = [p for p in model.parameters() if p.dim() > 1]
    norms = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": norms, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.95), fused=True)
    times = []
    for _ in range(WARM + a.steps):
        ids = torch.randint(a.vocabulary, (a.batch, a.length + 1))
        marks = [time.perf_counter()]
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        marks.append(time.perf_counter())
        adam.zero_grad()
        loss.backward()
        marks.append(time.perf_counter())
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        loss.item()
        marks.append(time.perf_counter())
        times.append([1000 * (after - before) for before, after in zip(marks, marks[1:])] + [1000 * (marks[-1] - marks[0])])
    forward, backward, update, whole = (statistics.median(part) for part in zip(*times[WARM:]))
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) * 1024 / 1e6
    print(f"torch {torch.__version__}, {a.threads} threads, {sum(p.numel() for p in model.parameters())} parameters")
    print(f"tokensPerSecond {1000 * a.batch * a.length / whole:.0f}")
    print(f"forwardMs {forward:.1f}  backwardMs {backward:.1f}  updateMs {update:.1f}  megabytes {megabytes:.0f}")


if __name__ == "__main__":
    main()
