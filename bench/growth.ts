import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { renderSvg } from '../main/bundle/svg.ts'
import { growthFigure } from './growth-figure.ts'
import { LLAMA_124M, LLAMA_1B, type LlamaSize } from './llama.ts'

/** One method on one model, on so many pieces of text of so many tokens. */
export interface Task {
  readonly what: string
  readonly size: LlamaSize
  readonly method: 'magnitude' | 'wanda' | 'sparsegpt' | 'gptq'
  readonly samples: number
  readonly length: number
  readonly threads: number
  /** True where only the first block is compressed, and its cost stands for that of each. */
  readonly isFirstBlock: boolean
}

/** What it took; seconds of the clock, and of all cores in this process and in that of the engine. */
export interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Of the seconds, those of the text's way through the model; null where there is none. */
  readonly passSeconds: number | null
  /** Most memory of the lab and of its engine. */
  readonly labBytes: number
  readonly engineBytes: number | null
}

/** A measurement, a first block counted as often as there are blocks. */
export interface GrowthRow {
  readonly what: string
  readonly method: string
  readonly weights: number
  readonly seconds: number
  readonly cpuSeconds: number
  /** Seconds for those of the calibration passes alone. */
  readonly overPasses: number | null
  readonly labMegabytes: number
  readonly engineMegabytes: number | null
  /** Blocks that were measured, of those that there are. */
  readonly blocks: string
}

const WIDTHS = [256, 512, 1024, 2048]
const DEPTHS = [2, 4, 8, 16]
const METHODS = ['magnitude', 'wanda', 'sparsegpt', 'gptq'] as const
const TEXT = { samples: 16, length: 256, threads: 1 }

/** A Llama of this width and depth, with the proportions of the one of 1.1 billion weights. */
const llamaOf = (width: number, blocks: number): LlamaSize => ({
  ...{ width, blocks, mlpWidth: 2.75 * width, heads: width / 64, kvHeads: Math.max(1, width / 512) },
  ...{ vocabulary: 32000, isTied: false },
})

/** How the cost of each method grows with the width and the depth of a model; also drawn, in shots/compress-growth.svg. */
export async function benchGrowth(): Promise<GrowthRow[]> {
  const byWidth: GrowthRow[] = []
  const byDepth: GrowthRow[] = []
  for (const method of METHODS) {
    for (const width of WIDTHS) {
      byWidth.push(await ask({ ...TEXT, what: `width ${width}`, size: llamaOf(width, 2), method, isFirstBlock: false }))
    }
    for (const blocks of DEPTHS) {
      byDepth.push(await ask({ ...TEXT, what: `${blocks} blocks`, size: llamaOf(512, blocks), method, isFirstBlock: false }))
    }
  }
  const folder = join(import.meta.dirname, '..', 'shots')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'compress-growth.svg'), renderSvg(growthFigure(byWidth, byDepth)))
  writeFileSync(join(folder, 'compress-growth.json'), JSON.stringify({ byWidth, byDepth }, null, 2))
  return [...byWidth, ...byDepth]
}

/** Each method on the models of 124 million and of 1.1 billion weights; of the larger one those that solve do the first block only. */
export async function benchModels(): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = []
  for (const [what, size] of [['124 M', LLAMA_124M], ['1.1 B', LLAMA_1B]] as const) {
    for (const method of METHODS) {
      const isFirstBlock = size === LLAMA_1B && (method === 'sparsegpt' || method === 'gptq')
      rows.push(await ask({ ...TEXT, threads: 0, what, size, method, isFirstBlock }))
    }
  } // prettier-ignore
  return rows
}

const run = promisify(execFile)

/** Measured in a process of its own. */
async function ask(task: Task): Promise<GrowthRow> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'growth-one.ts'), JSON.stringify(task)])
  const cost = JSON.parse(stdout) as Cost
  const { what, method, isFirstBlock, size } = task
  const times = isFirstBlock ? size.blocks : 1
  const row: GrowthRow = {
    ...{ what, method, weights: weightsOf(size) },
    ...{ seconds: round(times * cost.seconds), cpuSeconds: round(times * cost.cpuSeconds) },
    overPasses: cost.passSeconds === null ? null : round(cost.seconds / cost.passSeconds),
    labMegabytes: Math.round(cost.labBytes / 1e6),
    engineMegabytes: cost.engineBytes === null ? null : Math.round(cost.engineBytes / 1e6),
    blocks: isFirstBlock ? `1 of ${size.blocks}, × ${size.blocks}` : `${size.blocks}`,
  }
  console.log(JSON.stringify(row))
  return row
}

/** Weights that are compressed. */
function weightsOf({ width, mlpWidth, blocks, heads, kvHeads }: LlamaSize): number {
  return blocks * width * (2 * width + (2 * width * kvHeads) / heads + 3 * mlpWidth)
}

/** To hundredths. */
const round = (x: number) => Math.round(100 * x) / 100

/** Seconds of all cores that this process and another have taken so far; the other counts as 0 where the system does not tell. */
export function cpuSecondsOf(pid: number | undefined): number {
  const { user, system } = process.cpuUsage()
  if (pid === undefined || process.platform !== 'linux') return (user + system) / 1e6
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (user + system) / 1e6 + (Number(fields[11]) + Number(fields[12])) / 100
}
