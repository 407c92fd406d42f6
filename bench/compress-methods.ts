import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '../main/base/rng.ts'
import { float32, sizeOf } from '../main/base/tensor.ts'
import type { Quota, Stats } from '../main/compress/method.ts'
import { multiplyPlain, whole } from '../main/compress/products.ts'
import { compress, type Recipe, type StatsSource } from '../main/compress/recipe.ts'
import { startEngine, type ProcessEngine } from '../main/engine/process.ts'
import { pruneInEngine } from '../main/jobs/masks-in-engine.ts'
import { solverOf } from '../main/jobs/solve.ts'
import { createStats } from '../main/jobs/study/calibrate.ts'
import { RawConfig } from '../main/models/config.ts'
import { llama } from '../main/models/llama.ts'
import { writeSafetensors } from '../main/models/safetensors.ts'
import { heldWeights } from '../main/models/weights.ts'
import type { MatrixShape, Weights } from '../main/onnx/graph.ts'

/** One way to compress one thing. Seconds of the clock, and of all cores in this process and in that of the engine. */
export interface CostRow {
  readonly what: string
  readonly method: string
  readonly seconds: number
  readonly cpuSeconds: number | null
  /** Most memory this process ever held so far. */
  readonly peakMegabytes: number
  /** The same in PyTorch on one thread, right after; null where LAB_TORCH_PYTHON names no Python that has it. */
  readonly torchSeconds: number | null
  readonly torchCpuSeconds: number | null
}

const HALF: Quota = { sparsity: 0.5, group: 'row', pattern: 'free' }

/** Square layers of several widths: statistics are given, so that what counts is the method. With LAB_TORCH_PYTHON set to a Python with PyTorch, beside it. */
export async function benchLayers(widths: readonly number[] = [256, 512, 1024, 2048]): Promise<CostRow[]> {
  const engine = await startEngine({ provider: 'cpu', threads: 1 })
  const rows: CostRow[] = []
  try {
    for (const width of widths) rows.push(...(await benchLayer(engine, width)))
  } finally {
    await engine.close()
  }
  return rows
}

async function benchLayer(engine: ProcessEngine, width: number): Promise<CostRow[]> {
  const matrix = { name: 'w', out: width, in: width }
  const rng = createRng('layer')
  const draw = (length: number, scale: number) => Float32Array.from({ length }, () => scale * (rng.float() - 0.5))
  const w = float32([width, width], draw(width * width, 0.1))
  const x = float32([width + 64, width], draw((width + 64) * width, 1))
  const weights = heldWeights(new Map([['w', w]]))
  const hessian = gram(Float64Array.from(x.data), width)
  const inputNorm = Float32Array.from({ length: width }, (_, j) => Math.sqrt(hessian[j * width + j]! / 2))
  const stats = sourceOf({ hessian, inputNorm }, engine)
  const torch = torchTimes([{ name: 'w', tensor: w }, { name: 'x', tensor: x }]) // prettier-ignore
  const ask = async (method: string, more: Partial<Recipe>, as = method) => {
    const recipe = { ...HALF, method, params: {}, seed: 0, include: [], exclude: [], ...more }
    const cost = await costOf(engine, () => compress([matrix], weights, recipe, { stats }))
    const beside = torch?.[as]
    return { what: `${width} × ${width}`, method: as, ...cost, torchSeconds: beside ? round(beside.seconds) : null, torchCpuSeconds: beside ? round(beside.cpuSeconds) : null } // prettier-ignore
  }
  return [
    await ask('magnitude', { group: 'layer' }),
    await ask('wanda', {}),
    await ask('sparsegpt', { group: 'layer' }),
    await ask('gptq', { sparsity: 0, params: { bits: 4 } }),
  ]
}

/** What a Llama-shaped model of random weights costs: magnitude over all of it, Wanda block by block, and the passes of calibration alone. */
export async function benchModel(blocks = 12): Promise<CostRow[]> {
  const engine = await startEngine({ provider: 'cpu', threads: 0 })
  try {
    const { graphs, linears, weights, parameters } = makeModel(blocks)
    const what = `${Math.round(parameters / 1e6)} M weights, ${blocks} blocks`
    const common = { pattern: 'free', sparsity: 0.5, params: {}, seed: 0, include: [], exclude: [] } as const
    const rng = createRng('text')
    const samples = Array.from({ length: 2 }, () => Int32Array.from({ length: 128 }, () => rng.int(VOCABULARY)))
    let passes = 0
    const timed = (source: StatsSource): StatsSource => ({
      ...source,
      async of(...asked) {
        const began = performance.now()
        const found = await source.of(...asked)
        passes += (performance.now() - began) / 1000
        return found
      },
    })
    const row = (method: string, cost: Omit<CostRow, 'what' | 'method' | 'torchSeconds' | 'torchCpuSeconds'>): CostRow => {
      return { what, method, ...cost, torchSeconds: null, torchCpuSeconds: null }
    }
    const magnitude = await costOf(engine, () => compress(linears, weights, { ...common, method: 'magnitude', group: 'model' }))
    const inEngine = await costOf(engine, async () => {
      const quota = { ...HALF, group: 'model' } as const
      for await (const one of pruneInEngine(engine, { matrices: linears, weights, score: 'magnitude', quota })) void one
    })
    const stats = timed(createStats({ graphs, linears }, samples, 'blocks', engine, 256))
    const wanda = await costOf(engine, () => compress(linears, weights, { ...common, method: 'wanda', group: 'row' }, { stats }))
    return [
      row('magnitude, all together', magnitude),
      row('magnitude, all together, as graphs in the engine', inEngine),
      row('wanda, 2 × 128 tokens, block by block', wanda),
      row('its calibration passes alone', { ...wanda, seconds: round(passes), cpuSeconds: null }),
    ]
  } finally {
    await engine.close()
  }
}

const VOCABULARY = 50257

function makeModel(blocks: number) {
  const raw = new RawConfig('bench', {
    ...{ hidden_size: 768, intermediate_size: 2048, num_hidden_layers: blocks, num_attention_heads: 12, vocab_size: VOCABULARY },
    ...{ max_position_embeddings: 1024, tie_word_embeddings: true, rms_norm_eps: 1e-5 },
  })
  const { weights: shapes, linears, graphs } = llama.read(raw, new Set(['model.embed_tokens.weight']))
  const rng = createRng('model')
  const tensors = [...shapes].map(([name, { dims }]) => {
    const data = new Float32Array(sizeOf(dims))
    for (let i = 0; i < data.length; i++) data[i] = (rng.uint32() / 2 ** 32 - 0.5) * 0.08
    return [name, float32(dims, data)] as const
  })
  const parameters = tensors.reduce((sum, [, { data }]) => sum + data.length, 0)
  return { graphs, linears: linears as readonly MatrixShape[], weights: heldWeights(new Map(tensors)) as Weights, parameters }
}

/** H = 2·XᵀX: it is not what is measured. */
function gram(x: Float64Array, width: number): Float64Array {
  const h = new Float64Array(width * width)
  const [from, size] = [whole(x, width), { m: width, k: x.length / width, n: width }]
  multiplyPlain({ a: from, b: from, c: whole(h, width), ...size, isATransposed: true })
  return h.map((sum) => 2 * sum)
}

function sourceOf(stats: Stats, engine: ProcessEngine): StatsSource {
  return { order: 'one-pass', stages: [['w']], of: async () => new Map([['w', stats]]), elsewhere: solverOf(engine) }
}

async function costOf(engine: ProcessEngine, work: () => Promise<unknown>) {
  const [began, cpu, there] = [performance.now(), process.cpuUsage(), cpuOf(engine.pid())]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return {
    seconds: round((performance.now() - began) / 1000),
    cpuSeconds: round((user + system) / 1e6 + cpuOf(engine.pid()) - there),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}

/** To milliseconds. */
const round = (seconds: number) => Math.round(seconds * 1000) / 1000

/** Seconds of all cores that a process has taken so far; 0 where the system does not tell. */
function cpuOf(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

type Times = Readonly<Record<string, { readonly seconds: number; readonly cpuSeconds: number }>>

function torchTimes(
  tensors: readonly { readonly name: string; readonly tensor: ReturnType<typeof float32> }[],
): Times | undefined {
  const python = process.env['LAB_TORCH_PYTHON']
  if (!python) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'))
  try {
    const path = join(folder, 'layer.safetensors')
    writeSafetensors(path, tensors.map(({ name, tensor }) => ({ name, dims: tensor.dims, stored: 'F32', read: () => tensor }))) // prettier-ignore
    return JSON.parse(execFileSync(python, [join(import.meta.dirname, 'compress_torch.py'), path], { encoding: 'utf8' })) as Times
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
