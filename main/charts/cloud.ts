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
  low?(row: ResultRow): number | null
  high?(row: ResultRow): number | null
}

export interface Look {
  readonly x: Dimension
  readonly y: Dimension
  readonly colour: Dimension | null
  readonly facet: Dimension | null
}

type Value = string | number | boolean | null

/** Rows, and each of their columns as places among its different values: `values[of[i]]` is what row i says. */
export interface Table {
  readonly rows: readonly ResultRow[]
  codes(column: string): { readonly values: readonly Value[]; readonly of: Uint32Array }
}

/** Marks of one colour in one panel, column by column: a hundred thousand objects take longer to make than to draw. */
export interface Layer {
  readonly colour: string
  /** Indices of their rows. */
  readonly picks: Uint32Array
  readonly x: Float64Array
  readonly y: Float64Array
  /** 1 where the dense model itself is at chance and the height means nothing. */
  readonly isDenseFloor: Uint8Array
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

/** Columns whose neighbours on a line belong together: the same task, more and more of something. */
const ORDERED = new Set(['sparsity', 'actualSparsity', 'bits', 'effectiveBits', 'steps', 'trainItems', 'learningRate'])
const PLACES = new Set(['level', 'difficulty'])
/** Heights that mean nothing where the dense model itself is at chance. */
const AGAINST_DENSE = new Set(['drop', 'normalised', 'retention'])

/** Where each of the picked rows stands. */
export function placeCloud(table: Table, picks: ArrayLike<number>, look: Look): Cloud {
  const { x, y } = look
  const isLog = y.id === 'drop' && picks.length > 0 && table.rows[picks[0]!]!.better === 'lower'
  const { groups, places, drawn } = gather(table, picks, look, isLog)
  const shades = new Set(groups.map(({ shade }) => shade))
  const colours = coloursOf(ordered(shades, look.colour), look.colour)
  const planes = ordered(new Set(groups.map(({ facet }) => facet)), look.facet).map((value): Plane => {
    const mine = new Map(groups.filter(({ facet }) => facet === value).map((group) => [group.shade, group]))
    return {
      label: look.facet ? valueName(value, look.facet) : '',
      layers: [...colours].flatMap(([shade, colour]) => (mine.has(shade) ? [layerOf(table, mine.get(shade)!, look, colour)] : [])), // prettier-ignore
    }
  })
  return {
    ...{ planes, drawn, leftOut: picks.length - drawn },
    legend:
      look.colour === null ? [] : [...colours].map(([value, colour]) => ({ label: valueName(value, look.colour!), colour })),
    x: places ? categoryScale(places, x) : scaleAcross(planes, x),
    y: heightScale(table.rows, planes, y, isLog),
    yTitle: isLog ? `${y.label}, × dense` : y.kind === 'share' ? `${y.label}, %` : y.label,
  }
}

/** Rows of one panel and one colour, in the order they come. */
interface Group {
  readonly facet: Value
  readonly shade: Value
  count: number
  /** The first `count` are its rows. */
  picks: Uint32Array
  x: Float64Array
  y: Float64Array
}

/** The picked rows that have a place, sorted into panels and colours. `places`: of words across, in the order they come. */
function gather({ codes }: Table, picks: ArrayLike<number>, look: Look, isLog: boolean) {
  const [across, up] = [codes(look.x.id), codes(look.y.id)]
  const [facet, shade] = [look.facet && codes(look.facet.id), look.colour && codes(look.colour.id)]
  const places = look.x.kind === 'word' || look.x.kind === 'flag' ? new Map<Value, number>() : null
  // what has no place is NaN
  const xs = Float64Array.from(across.values, (value) => (value === null || places ? NaN : Number(value)))
  const ys = Float64Array.from(up.values, (value) => (typeof value === 'number' ? value + Number(isLog) : NaN))
  const groups = new Map<number, Group>()
  const shadeCount = shade?.values.length ?? 1
  let drawn = 0
  for (let i = 0; i < picks.length; i++) {
    const pick = picks[i]!
    const [place, height] = [across.of[pick]!, ys[up.of[pick]!]!]
    if (Number.isNaN(height) || across.values[place] === null) continue
    if (places && Number.isNaN(xs[place]!)) {
      xs[place] = places.size
      places.set(across.values[place]!, places.size)
    }
    drawn++
    const [inFacet, inShade] = [facet ? facet.of[pick]! : 0, shade ? shade.of[pick]! : 0]
    const group = entry(groups, inFacet * shadeCount + inShade, () => emptyGroup(facet?.values[inFacet] ?? null, shade?.values[inShade] ?? null)) // prettier-ignore
    put(group, pick, xs[place]!, height)
  }
  return { groups: [...groups.values()], places, drawn }
}

function emptyGroup(facet: Value, shade: Value): Group {
  return { facet, shade, count: 0, picks: new Uint32Array(64), x: new Float64Array(64), y: new Float64Array(64) }
}

function put(group: Group, pick: number, x: number, y: number): void {
  const { count, picks } = group
  if (count === picks.length) {
    group.picks = twice(Uint32Array, picks)
    group.x = twice(Float64Array, group.x)
    group.y = twice(Float64Array, group.y)
  }
  group.picks[count] = pick
  group.x[count] = x
  group.y[count] = y
  group.count++
}

function twice<A extends Uint32Array | Float64Array>(Kind: new (length: number) => A, from: A): A {
  const wider = new Kind(2 * from.length)
  wider.set(from)
  return wider
}

function layerOf({ codes }: Table, { picks, x, y, count }: Group, look: Look, colour: string): Layer {
  const mine = picks.subarray(0, count)
  const { values, of } = codes('isDenseFloor')
  const floor = AGAINST_DENSE.has(look.y.id) ? values.indexOf(true) : -1
  const isDenseFloor = new Uint8Array(count).map((_, i) => Number(of[mine[i]!] === floor))
  return { colour, picks: mine, x: x.subarray(0, count), y: y.subarray(0, count), isDenseFloor }
}

/** The marks of a layer one by one, each with its interval. */
export function spotsOf(rows: readonly ResultRow[], { picks, x, y, isDenseFloor }: Layer, look: Look, { isLog }: Scale): Spot[] {
  const end = (value: number | null | undefined) =>
    value === null || value === undefined ? null : value + Number(isLog ?? false)
  return Array.from(picks, (pick, i): Spot => {
    const row = rows[pick]!
    return {
      ...{ pick, x: x[i]!, y: y[i]!, low: end(look.y.low?.(row)), high: end(look.y.high?.(row)) },
      ...{ isFloor: row.isFloor, isDenseFloor: isDenseFloor[i] === 1 },
    }
  })
}

/** Points to be joined, in the order of x: levels of one axis, or one task under more and more of something. */
export function chainsOf(rows: readonly ResultRow[], spots: readonly Spot[], { x }: Look): readonly (readonly Spot[])[] {
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
export function isOneScale(rows: readonly ResultRow[], { picks }: Layer, { x }: Look): boolean {
  if (x.kind === 'word' || x.kind === 'flag') return false
  if (!PLACES.has(x.id)) return true
  return new Set(Array.from(picks, (pick) => (rows[pick]!.axis === '' ? '' : axisName(rows[pick]!)))).size === 1
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

/** Different values up to which each is marked on its axis. */
const MOST_NAMED = 6

/** Wide enough for all marks; few different values are all marked. */
export function scaleAcross(planes: readonly Plane[], x: Dimension): Scale {
  const distinct = new Set<number>()
  let [min, max] = [Infinity, -Infinity]
  for (const { layers } of planes)
    for (const layer of layers)
      for (const value of layer.x) {
        if (value < min) min = value
        if (value > max) max = value
        if (distinct.size <= MOST_NAMED) distinct.add(value)
      }
  if (min > max) [min, max] = [0, 1]
  const margin = 0.04 * (max - min) || 0.5
  const nice = niceScale(min, max === min ? min + 1 : max, 5)
  const ticks = (distinct.size <= MOST_NAMED ? [...distinct].sort((a, b) => a - b) : nice.ticks).filter(
    (t) => t >= min - margin && t <= max + margin,
  )
  return { min: min - margin, max: max + margin, ticks, label: (v) => tickWords(v, x.kind) }
}

function categoryScale(places: ReadonlyMap<Value, number>, x: Dimension): Scale {
  const names = [...places.keys()].map((value) => valueName(value, x))
  return { min: -0.5, max: names.length - 0.5, ticks: names.map((_, i) => i), label: (v) => names[Math.round(v)] ?? '' }
}

/** Wide enough for all marks and half of each bar. */
function heightScale(rows: readonly ResultRow[], planes: readonly Plane[], y: Dimension, isLog: boolean): Scale {
  const one = Number(isLog)
  let [min, max] = [Infinity, -Infinity]
  for (const { layers } of planes)
    for (const layer of layers)
      for (const [i, pick] of layer.picks.entries()) {
        if (layer.isDenseFloor[i] === 1) continue
        const [row, at] = [rows[pick]!, layer.y[i]!]
        const [low, high] = [y.low?.(row) ?? null, y.high?.(row) ?? null]
        min = Math.min(min, at, low === null ? at : (at + low + one) / 2)
        max = Math.max(max, at, high === null ? at : (at + high + one) / 2)
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

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key)
  if (found === undefined) map.set(key, (found = make()))
  return found
}
