// Rows as marks of a plane, any column across, up, as colour or as panel: what an open-ended look at a study is drawn with.
import type { ResultRow } from '../../preload/contract.ts'
import { ramp, seriesColour } from './palette.ts'
import { logScale, niceScale, type Scale } from './panels.ts'
import { axisName, conditionOf, groupBy } from './view.ts'
import { fixed } from './words.ts'

/** A column of the table as a dimension of the plane. */
export interface Dimension {
  readonly id: string
  readonly label: string
  readonly kind: 'word' | 'whole' | 'number' | 'share' | 'flag'
  readonly digits: number
  of(row: ResultRow): string | number | boolean | null
  low?(row: ResultRow): number | null
  high?(row: ResultRow): number | null
}

export interface Look {
  readonly x: Dimension
  readonly y: Dimension
  readonly colour: Dimension | null
  readonly facet: Dimension | null
}

/** A row that has a place. */
export interface Spot {
  /** Index of its row. */
  readonly pick: number
  readonly x: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
  readonly isFloor: boolean
  readonly isDenseFloor: boolean
}

/** Marks of one colour in one panel. */
export interface Layer {
  readonly colour: string
  readonly spots: readonly Spot[]
}

export interface Plane {
  readonly label: string
  readonly layers: readonly Layer[]
}

export interface Cloud {
  readonly planes: readonly Plane[]
  readonly legend: readonly { readonly label: string; readonly colour: string }[]
  readonly x: Scale
  readonly y: Scale
  readonly yTitle: string
  readonly drawn: number
  /** Rows without a place. */
  readonly leftOut: number
}

type Value = string | number | boolean | null

/** Columns whose neighbours on a line belong together: the same task, more and more of something. */
const ORDERED = new Set(['sparsity', 'actualSparsity', 'bits', 'effectiveBits', 'steps', 'trainItems', 'learningRate'])
const PLACES = new Set(['level', 'difficulty'])
/** Heights that mean nothing where the dense model itself is at chance. */
const AGAINST_DENSE = new Set(['drop', 'normalised', 'retention'])

/** Where each of the picked rows stands. */
export function placeCloud(rows: readonly ResultRow[], picks: ArrayLike<number>, look: Look): Cloud {
  const { x, y } = look
  const isLog = y.id === 'drop' && picks.length > 0 && rows[picks[0]!]!.better === 'lower'
  const height = (value: number) => (isLog ? 1 + value : value)
  const places = x.kind === 'word' || x.kind === 'flag' ? new Map<Value, number>() : null
  const panels = new Map<Value, Map<Value, Spot[]>>()
  const shades = new Set<Value>()
  let drawn = 0
  for (let i = 0; i < picks.length; i++) {
    const pick = picks[i]!
    const row = rows[pick]!
    const spot = spotOf(row, pick, look, places, height)
    if (spot === undefined) continue
    drawn++
    const panel = entry(panels, look.facet?.of(row) ?? null, () => new Map<Value, Spot[]>())
    const shade = look.colour?.of(row) ?? null
    shades.add(shade)
    entry(panel, shade, () => [] as Spot[]).push(spot)
  }
  const colours = coloursOf(ordered(shades, look.colour), look.colour)
  const planes = ordered(panels.keys(), look.facet).map((value): Plane => {
    const layers = panels.get(value)!
    return {
      label: look.facet ? valueName(value, look.facet) : '',
      layers: [...colours.keys()].flatMap((shade) => (layers.has(shade) ? [{ colour: colours.get(shade)!, spots: layers.get(shade)! }] : [])), // prettier-ignore
    }
  })
  return {
    ...{ planes, drawn, leftOut: picks.length - drawn },
    legend:
      look.colour === null ? [] : [...colours].map(([value, colour]) => ({ label: valueName(value, look.colour!), colour })),
    x: places ? categoryScale(places, look.x) : scaleAcross(planes, x),
    y: heightScale(planes, y, isLog),
    yTitle: isLog ? `${y.label}: perplexity, × dense` : y.kind === 'share' ? `${y.label}, %` : y.label,
  }
}

function spotOf(
  row: ResultRow,
  pick: number,
  { x, y }: Look,
  places: Map<Value, number> | null,
  height: (value: number) => number,
): Spot | undefined {
  const [across, up] = [x.of(row), y.of(row)]
  if (across === null || typeof up !== 'number') return undefined
  if (places && !places.has(across)) places.set(across, places.size)
  const end = (value: number | null | undefined) => (value === null || value === undefined ? null : height(value))
  return {
    pick,
    x: places ? places.get(across)! : Number(across),
    y: height(up),
    ...{ low: end(y.low?.(row)), high: end(y.high?.(row)) },
    ...{ isFloor: row.isFloor, isDenseFloor: row.isDenseFloor && AGAINST_DENSE.has(y.id) },
  }
}

/** Points to be joined, in the order of x: levels of one axis, or one task under more and more of something. */
export function chainsOf(rows: readonly ResultRow[], { spots }: Layer, { x }: Look): readonly (readonly Spot[])[] {
  if (!PLACES.has(x.id) && !ORDERED.has(x.id)) return []
  const key = ({ pick }: Spot) => {
    const row = rows[pick]!
    const own = PLACES.has(x.id) ? (row.axis === '' ? '' : `${axisName(row)} ${row.sparsity} ${row.pattern} ${row.bits}`) : conditionOf(row) // prettier-ignore
    return own === '' ? '' : JSON.stringify([own, row.model, row.method, row.group, row.transfer, row.training, row.seed, row.trainSeed, row.scorer]) // prettier-ignore
  }
  return [...groupBy(spots, key)].flatMap(([name, members]) => {
    const able = members.filter((s) => !s.isDenseFloor)
    const isPath = name !== '' && able.length > 1 && new Set(able.map((s) => s.x)).size === able.length
    return isPath ? [[...able].sort((a, b) => a.x - b.x)] : []
  })
}

/** Whether one trend may be drawn through a layer: difficulties and levels are comparable within one axis alone. */
export function isOneScale(rows: readonly ResultRow[], { spots }: Layer, { x }: Look): boolean {
  if (x.kind === 'word' || x.kind === 'flag') return false
  if (!PLACES.has(x.id)) return true
  return new Set(spots.map(({ pick }) => (rows[pick]!.axis === '' ? '' : axisName(rows[pick]!)))).size === 1
}

/** Values as one meets them: numbers by size, words in the order they come. */
function ordered(values: Iterable<Value>, dimension: Dimension | null): Value[] {
  const all = [...values]
  if (dimension === null || dimension.kind === 'word' || dimension.kind === 'flag') return all
  return all.sort((a, b) => (a === null || b === null ? Number(a === null) - Number(b === null) : Number(a) - Number(b)))
}

/** Amounts run from light to dark; names, while there are few, differ as much as they can. */
function coloursOf(values: readonly Value[], dimension: Dimension | null): Map<Value, string> {
  const isAmount = dimension !== null && (dimension.kind !== 'word' || dimension.id === 'amount') && dimension.kind !== 'flag'
  const isRamp = (isAmount && values.length > 1) || values.length > 7
  return new Map(values.map((value, i) => [value, isRamp ? ramp(i, values.length) : seriesColour(i)]))
}

export function valueName(value: Value, { kind, digits }: Dimension): string {
  if (value === null || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  return kind === 'share' ? `${Number((100 * value).toFixed(2))} %` : String(Number(value.toFixed(Math.max(digits, 3))))
}

/** Wide enough for all marks; few different values are all marked. */
export function scaleAcross(planes: readonly Plane[], x: Dimension): Scale {
  const values = planes.flatMap(({ layers }) => layers.flatMap(({ spots }) => spots.map((s) => s.x)))
  const [min, max] = rangeOf(values)
  const margin = 0.04 * (max - min) || 0.5
  const nice = niceScale(min, max === min ? min + 1 : max, 5)
  const distinct = [...new Set(values)].sort((a, b) => a - b)
  const isFew = distinct.length <= 6
  const ticks = (isFew ? distinct : nice.ticks).filter((t) => t >= min - margin && t <= max + margin)
  return { min: min - margin, max: max + margin, ticks, label: (v) => tickWords(v, x.kind) }
}

function categoryScale(places: ReadonlyMap<Value, number>, x: Dimension): Scale {
  const names = [...places.keys()].map((value) => valueName(value, x))
  return { min: -0.5, max: names.length - 0.5, ticks: names.map((_, i) => i), label: (v) => names[Math.round(v)] ?? '' }
}

/** Wide enough for all marks and half of each bar. */
function heightScale(planes: readonly Plane[], y: Dimension, isLog: boolean): Scale {
  let [min, max] = [Infinity, -Infinity]
  for (const { layers } of planes)
    for (const { spots } of layers)
      for (const s of spots) {
        if (s.isDenseFloor) continue
        min = Math.min(min, s.y, (s.y + (s.low ?? s.y)) / 2)
        max = Math.max(max, s.y, (s.y + (s.high ?? s.y)) / 2)
      }
  if (min > max) [min, max] = [0, 1]
  if (isLog)
    return { ...logScale(Math.min(1, min < 0.9 ? min : 1), Math.max(2, max)), isLog, label: (v) => fixed(v, v < 1 ? 1 : 0) }
  if (AGAINST_DENSE.has(y.id)) [min, max] = [Math.min(0, min), Math.max(y.id === 'normalised' ? 105 : 0.02, max)]
  return { ...niceScale(min, max === min ? min + 1 : max, 5), label: (v) => tickWords(v, y.kind) }
}

function tickWords(value: number, kind: Dimension['kind']): string {
  const shown = kind === 'share' ? 100 * value : value
  return fixed(Number(shown.toPrecision(6)), 0) === String(Number(shown.toPrecision(6))).replace('-', '−')
    ? fixed(shown, 0)
    : String(Number(shown.toPrecision(4))).replace('-', '−')
}

function rangeOf(values: readonly number[]): [number, number] {
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return min > max ? [0, 1] : [min, max]
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key)
  if (found === undefined) map.set(key, (found = make()))
  return found
}
