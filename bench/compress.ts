import { setImmediate } from 'node:timers/promises'
import { createRng } from '../main/base/rng.ts'
import { float32 } from '../main/base/tensor.ts'
import { select } from '../main/compress/mask.ts'
import { compress } from '../main/compress/recipe.ts'
import { heldWeights } from '../main/models/weights.ts'

/** Ranking many weights globally by magnitude: how fast, in how much memory. */
export interface CompressFigures {
  readonly weights: number
  readonly weightMegabytes: number
  /** From scores to masks. */
  readonly rankMs: number
  /** The same in time of one core, which other work on the machine hardly changes. */
  readonly rankCpuMs: number
  /** Most memory the ranking took beside the weights, seen between two matrices. */
  readonly extraMegabytes: number
  /** A whole recipe: ranking, new weights, ledger. */
  readonly compressMs: number
  readonly compressCpuMs: number
}

/** `count` matrices of 2,000 × 2,000 weights, half of which go; 25 of them are 100 million weights. */
export async function benchCompress(count = 25): Promise<CompressFigures> {
  const matrices = Array.from({ length: count }, (_, i) => ({ name: `m${i}`, out: 2000, in: 2000 }))
  const rng = createRng('bench')
  const tensors = matrices.map(({ name, out, in: width }) => {
    const w = new Float32Array(out * width)
    for (let i = 0; i < w.length; i++) w[i] = (rng.uint32() + rng.uint32() - 2 ** 32) / 2 ** 36
    return [name, float32([out, width], w)] as const
  })
  const weights = heldWeights(new Map(tensors))
  const before = process.memoryUsage.rss()
  const scored = matrices.map((matrix) => ({ ...matrix, isBySize: true, scores: () => weights.get(matrix.name).data }))
  let peak = before
  const breathe = async () => {
    await setImmediate()
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await select(scored, { sparsity: 0.5, group: 'model', pattern: 'free' }, 'exact', breathe)
  const [rankMs, used] = [performance.now() - began, process.cpuUsage(cpu)]
  const [start, cpuThen] = [performance.now(), process.cpuUsage()]
  await compress(matrices, weights, {
    ...{ method: 'magnitude', group: 'model', pattern: 'free', sparsity: 0.5, params: {}, seed: 0, include: [], exclude: [] },
  })
  const [compressMs, all] = [performance.now() - start, process.cpuUsage(cpuThen)]
  return {
    ...{ weights: count * 4e6, weightMegabytes: count * 16 },
    ...{ rankMs, rankCpuMs: (used.user + used.system) / 1000, extraMegabytes: (peak - before) / 1e6 },
    ...{ compressMs, compressCpuMs: (all.user + all.system) / 1000 },
  }
}
