import type { ResultRow } from '../../../preload/contract.ts'
import { bitsOf, levelLabel, ofPattern, withoutBits } from '../../charts/amount.ts'
import { conditionOf, groupBy } from '../../charts/view.ts'
import { errorOf } from '../../stats/equivalence.ts'
import { valueOf } from '../../stats/measure.ts'
import { RESAMPLES, SEED, type Measured } from '../measured.ts'
import { CONTROLS } from './rules.ts'

/** A number with what it is in each joint resample of items and seeds. */
export interface Estimate {
  readonly value: number
  readonly samples: Float64Array
  /** The fewest items that any part of it rests on; ∞ for what is no score. */
  readonly items: number
}

/** One task, or one level of an axis, at one level of compression: means over all seeds first, then their ratio (paper.md 1.1). */
export interface Cell {
  readonly key: string
  readonly n: number
  /** As in Point: at least half of the seeds are not above chance. */
  readonly isFloor: boolean
  readonly isDenseFloor: boolean
  readonly dense: Estimate
  readonly compressed: Estimate
  /** Drop, positive = worse; null where there is none. */
  readonly drop: Estimate | null
  /** 1 − retention: the drop corrected for chance; null without chance, or where dense is not above it. */
  readonly corrected: Estimate | null
}

/** One way of compressing a model, from little to much, under one scorer and training. */
export interface Series {
  readonly model: string
  readonly scorer: string
  readonly training: string
  readonly transfer: string
  /** Null where nothing was trained. */
  readonly trainItems: number | null
  readonly steps: number | null
  readonly better: ResultRow['better']
  /** Method and pattern as one reads them. */
  readonly label: string
  readonly of: number | null
  readonly isControl: boolean
  /** Whether it stores weights in fewer bits rather than removing them. */
  readonly isCoded: boolean
  readonly levels: readonly Level[]
}

export interface Level {
  readonly label: string
  /** Sparsity asked for; of codes 1 − effective bits / 16. */
  readonly amount: number
  readonly effectiveBits: number
  readonly outputError: number | null
  readonly cells: ReadonlyMap<string, Cell>
}

/** Every series of the study, in the order it first comes. */
export function seriesOf(measured: readonly Measured[]): Series[] {
  const compressed = measured.filter(({ row }) => row.method !== 'dense')
  const groups = [...groupBy(compressed, ({ row }) => JSON.stringify([row.model, row.scorer, row.training, row.transfer, nameOf(row), row.group, ofPattern(row.pattern)])).values()] // prettier-ignore
  const firsts = groups.map(([one]) => one!.row)
  return groups.map((members): Series => {
    const { row } = members[0]!
    const { model, scorer, training, transfer, trainItems, steps, better } = row
    const levels = [...groupBy(members, ({ row: r }) => JSON.stringify([r.pattern, r.sparsity, r.bits])).values()].map(levelOf)
    return {
      ...{
        model,
        scorer,
        training,
        transfer,
        trainItems,
        steps,
        better,
        label: labelOf(row, firsts),
        of: ofPattern(row.pattern),
      },
      isControl: CONTROLS.includes(row.method.split(' ')[0]!),
      isCoded: isCoded(row),
      levels: levels.sort((a, b) => a.amount - b.amount),
    }
  })
}

const isCoded = ({ method }: ResultRow) => bitsOf(method) !== null
const nameOf = ({ method }: ResultRow) => withoutBits(method)

/** The comparison group is named where another series would read the same. */
function labelOf(row: ResultRow, firsts: readonly ResultRow[]): string {
  const of = ofPattern(row.pattern)
  const isSame = (r: ResultRow) => r.model === row.model && r.scorer === row.scorer && r.training === row.training && r.transfer === row.transfer && nameOf(r) === nameOf(row) && ofPattern(r.pattern) === of // prettier-ignore
  const more = [...(of === null ? [] : [`N of ${of} kept`]), ...(firsts.filter(isSame).length > 1 ? [`per ${row.group}`] : [])]
  return more.length === 0 ? nameOf(row) : `${nameOf(row)} (${more.join(', ')})`
}

function levelOf(members: readonly Measured[]): Level {
  const { row } = members[0]!
  const errors = members.flatMap(({ row: r }) => r.outputError ?? [])
  const cells = [...groupBy(members, ({ row: r }) => conditionOf(r)).values()].map(cellOf)
  return {
    label: levelLabel(row),
    amount: isCoded(row) ? 1 - row.effectiveBits / 16 : row.sparsity,
    effectiveBits: row.effectiveBits,
    outputError: errors.length === 0 ? null : errors.reduce((a, b) => a + b, 0) / errors.length,
    cells: new Map(cells.map((cell) => [cell.key, cell])),
  }
}

function cellOf(seeds: readonly Measured[]): Cell {
  const { row } = seeds[0]!
  const dense = overSeeds(seeds.map(({ member: m }) => ({ value: valueOf(m.dense, m.measure), samples: m.resampler.values(m.dense, m.measure), items: row.n }))) // prettier-ignore
  const compressed = overSeeds(seeds.map(({ member: m }) => ({ value: valueOf(m.compressed, m.measure), samples: m.resampler.values(m.compressed, m.measure), items: row.n }))) // prettier-ignore
  const { chance } = row
  const sign = row.better === 'higher' ? 1 : -1
  return {
    ...{ key: conditionOf(row), n: row.n, isDenseFloor: row.isDenseFloor, dense, compressed },
    isFloor: seeds.filter(({ row: r }) => r.isFloor).length * 2 >= seeds.length,
    drop: ratioOf(dense, compressed, (d, v) => [sign * (d - v), d]),
    corrected: chance === null || row.isDenseFloor ? null : ratioOf(dense, compressed, (d, v) => [d - v, d - chance]),
  }
}

/** Null where there is nothing to divide by; NaN in resamples of which that is true. */
function ratioOf(
  dense: Estimate,
  compressed: Estimate,
  parts: (d: number, v: number) => readonly [number, number],
): Estimate | null {
  const of = (d: number, v: number) => {
    const [over, under] = parts(d, v)
    return under === 0 ? NaN : over / under
  }
  const value = of(dense.value, compressed.value)
  if (!Number.isFinite(value)) return null
  return { value, samples: dense.samples.map((d, b) => of(d, compressed.samples[b]!)), items: dense.items }
}

/** Mean over seeds, which are drawn anew in each resample: the same draw for all cells with as many seeds. */
export function overSeeds(seeds: readonly Estimate[]): Estimate {
  if (seeds.length === 1) return seeds[0]!
  const drawn = drawsOf(seeds.length)
  const samples = new Float64Array(RESAMPLES)
  for (let b = 0; b < RESAMPLES; b++) {
    let sum = 0
    for (let k = 0; k < seeds.length; k++) sum += seeds[drawn[b * seeds.length + k]!]!.samples[b]!
    samples[b] = sum / seeds.length
  }
  return { value: meanOf(seeds.map(({ value }) => value)), samples, items: fewest(seeds) }
}

const draws = new Map<number, Uint16Array>()

function drawsOf(seeds: number): Uint16Array {
  const known = draws.get(seeds)
  if (known) return known
  const rng = SEED.fork(`seeds/${seeds}`)
  const drawn = Uint16Array.from({ length: RESAMPLES * seeds }, () => rng.int(seeds))
  draws.set(seeds, drawn)
  return drawn
}

/** A number made of others, in each resample as in the whole. */
export function derive(parts: readonly Estimate[], formula: (...numbers: number[]) => number): Estimate {
  const samples = new Float64Array(RESAMPLES)
  for (let b = 0; b < RESAMPLES; b++) samples[b] = formula(...parts.map((part) => part.samples[b]!))
  return { value: formula(...parts.map(({ value }) => value)), samples, items: fewest(parts) }
}

/** Mean of estimates, in each resample as in the whole. */
export function pooled(of: readonly Estimate[]): Estimate {
  return weighted(
    of.map(() => 1 / of.length),
    of,
  )
}

export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length
}

const fewest = (of: readonly Estimate[]) => Math.min(...of.map(({ items }) => items))

/** Standard error, never below that of half an item: equal answers of a few are no certainty. */
export function errorIn({ samples, items }: Estimate): number {
  const error = errors.get(samples) ?? errorOf(samples)
  errors.set(samples, error)
  return Math.max(error, 0.5 / items)
}

/** Of resamples, which every estimator of difficulty asks for again. */
const errors = new WeakMap<Float64Array, number>()

/** Σ part · estimate, in each resample as in the whole. */
export function weighted(parts: readonly number[], of: readonly Estimate[]): Estimate {
  const samples = new Float64Array(RESAMPLES)
  let value = 0
  of.forEach((one, i) => {
    const part = parts[i]!
    value += part * one.value
    for (let b = 0; b < RESAMPLES; b++) samples[b]! += part * one.samples[b]!
  })
  return { value, samples, items: fewest(of) }
}
