import { normalQuantile } from '../../stats/normal.ts'
import { slopeParts } from '../../stats/curve.ts'
import { RESAMPLES, SEED } from '../measured.ts'
import { errorIn, weighted, type Cell, type Estimate, type Level, type Series } from './evidence.ts'
import { LINES } from './rules.ts'
import { placesOf, type Condition } from './subjects.ts'

/** A level of compression at which something can be told about difficulty. */
export interface Block {
  readonly level: Level
  /** Goes with the conditions; null where one was not asked, or is at the floor. */
  readonly cells: readonly (Cell | null)[]
}

/** Drop as the paper has it, or corrected for chance (paper.md 6). */
export type Measure = 'drop' | 'corrected'

/** Levels at which at least two conditions stand above the floor and one of them has lost something for sure; and what stood at the floor. */
export function bandOf({ levels }: Series, able: readonly Condition[]): { band: Block[]; floors: string[] } {
  const blocks = levels.map((level): Block => {
    const cells = able.map(({ key }) => level.cells.get(key) ?? null)
    return { level, cells: cells.map((cell) => (cell === null || cell.isFloor || cell.drop === null ? null : cell)) }
  })
  const isLost = (cell: Cell) => cell.drop!.value > normalQuantile(1 - LINES.alpha) * errorIn(cell.drop!)
  const band = blocks.filter(
    ({ cells }) => cells.filter((c) => c !== null).length > 1 && cells.some((c) => c !== null && isLost(c)),
  )
  const floors = able.flatMap(({ key }) => {
    const at = levels.filter(({ cells }) => cells.get(key)?.isFloor).map(({ label }) => label)
    return at.length === 0 ? [] : [`${key}: at the floor at ${at.join(', ')}`]
  })
  return { band, floors }
}

/** The measures that these conditions have: without chance there is nothing to correct. */
export function measuresOf(band: readonly Block[]): Measure[] {
  const isCorrected = band.every(({ cells }) => cells.every((cell) => cell === null || cell.corrected !== null))
  return isCorrected ? ['drop', 'corrected'] : ['drop']
}

/** Values of a block for Page's test. */
export const valuesOf = ({ cells }: Block, measure: Measure) => cells.map((cell) => cell?.[measure]?.value ?? null)

/**
 * How much more the hardest condition loses than the easiest, by the line of drop on difficulty: the slope at each level of compression, weighted
 * by items, and its mean over the levels, each counting alike. Weights by precision would leave the say to levels at which nothing happens yet.
 */
export function riseOf(band: readonly Block[], able: readonly Condition[], measure: Measure): Estimate | null {
  const places = placesOf(able)
  const used = band.flatMap(({ cells }) => {
    const there = cells.flatMap((cell, i) => (cell?.[measure] ? [{ cell, at: places[i]! }] : []))
    const parts = slopeParts(there.map(({ at }) => at), there.map(({ cell }) => cell.n)) // prettier-ignore
    return parts === null ? [] : [{ parts, of: there.map(({ cell }) => cell[measure]!) }]
  })
  if (used.length === 0) return null
  const parts = used.flatMap((block) => block.parts.map((part) => part / used.length))
  return weighted(parts, used.flatMap(({ of }) => of)) // prettier-ignore
}

/** Fewer tasks do not say what other tasks would do. */
export const LEAST_TASKS = 5

/** The same where conditions stand for other tasks: those are drawn anew with the items; null where they are too few. */
export function riseOverTasks(band: readonly Block[], able: readonly Condition[], measure: Measure): Estimate | null {
  const whole = riseOf(band, able, measure)
  if (whole === null || able.length < LEAST_TASKS) return null
  const places = placesOf(able)
  const rng = SEED.fork(`verdict/tasks/${able.length}`)
  const count = new Float64Array(able.length)
  const samples = Float64Array.from({ length: RESAMPLES }, (_, b) => {
    count.fill(0)
    for (let i = 0; i < able.length; i++) count[rng.int(able.length)]!++
    let [sum, blocks] = [0, 0]
    for (const { cells } of band) {
      const slope = slopeAt(cells, places, count, measure, b)
      if (!Number.isNaN(slope)) [sum, blocks] = [sum + slope, blocks + 1]
    }
    return sum / blocks
  })
  return { value: whole.value, samples, items: whole.items }
}

/** Slope in one resample, each task counting as often as it was drawn; NaN where all that were drawn are equally hard. */
function slopeAt(cells: Block['cells'], places: readonly number[], count: Float64Array, measure: Measure, b: number): number {
  let [total, x, y, xx, xy] = [0, 0, 0, 0, 0]
  cells.forEach((cell, i) => {
    const value = cell?.[measure]?.samples[b]
    const weight = value === undefined ? 0 : count[i]! * cell!.n
    if (weight === 0) return
    const at = places[i]!
    total += weight
    x += weight * at
    y += weight * value!
    xx += weight * at * at
    xy += weight * at * value!
  })
  const spread = total * xx - x * x
  return spread > 1e-9 * total * total ? (total * xy - x * y) / spread : NaN
}
