import type { Rng } from '../../base/rng.ts'
import { percent, plural, signed } from '../../charts/words.ts'
import { criticalLevel, slopeParts, type Place } from '../../stats/curve.ts'
import { pageTest } from '../../stats/page.ts'
import { kendall } from '../../stats/trend.ts'
import { RESAMPLES, SEED } from '../measured.ts'
import { LEAST_TASKS, type Measure } from './band.ts'
import { errorIn, type Estimate, type Series } from './evidence.ts'
import { CIRCLE, effectOf, either, headOf, shareOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableOf, placesOf, type Condition, type Subject } from './subjects.ts'

/** H2b: the sparsity up to which no more than eps is lost falls with difficulty. */
export function h2b(series: Series, subject: Subject, eps: number): Finding | null {
  if (subject.kind === 'tasks' || series.isCoded) return null
  const { able, excluded } = ableOf(series, subject)
  const found = (['drop', 'corrected'] as const).flatMap((measure) => {
    const places = able.map(({ key }) => toleranceOf(series, key, measure, eps))
    return places.length > 1 && places.every((one) => one !== null) ? [judgeOne(places, able, subject)] : []
  })
  const [raw] = found
  const isOpen = raw === undefined || raw.places.every(({ beyond }) => beyond === 'above')
  const hasBeyond = found.some(({ places }) => places.some(({ beyond }) => beyond === 'above'))
  return {
    of: series.of,
    against: isOpen || hasBeyond ? null : Math.max(...found.map(({ flat }) => flat)),
    head: {
      ...headOf('H2b', series, `${subject.name}, ${percent(eps, 0)} % loss`),
      ...{ statistic: 'tau of difficulty and critical sparsity', value: raw?.tau ?? null },
      p: isOpen ? null : Math.max(...found.map(({ p }) => p)),
      ...effectOf('change of critical sparsity from easiest to hardest', 'sparsity', raw?.slope ?? null),
      excluded,
      details: raw?.places.flatMap(({ at, beyond }, i) => detailOf(able[i]!.key, at, beyond)) ?? [],
    },
    judge: (isFor, isAgainst) => ({
      verdict: either(isFor && !subject.isCircular, isAgainst),
      why: (subject.isCircular ? CIRCLE : '') + whyOf(raw, able, subject, eps, isFor, isAgainst),
    }),
  }
}

/** A critical sparsity, and what it is in each resample. */
interface Tolerance extends Place {
  readonly samples: Float64Array
}

/** Tolerances of a series: estimators differ in the order of its conditions, not in what each of them tolerates. */
const tolerances = new WeakMap<Series, Map<string, Tolerance | null>>()

function toleranceOf(series: Series, key: string, measure: Measure, eps: number): Tolerance | null {
  const known = tolerances.get(series) ?? new Map<string, Tolerance | null>()
  tolerances.set(series, known)
  const name = JSON.stringify([key, measure, eps])
  if (!known.has(name)) known.set(name, measureTolerance(series, key, measure, eps))
  return known.get(name)!
}

function measureTolerance({ levels }: Series, key: string, measure: Measure, eps: number): Tolerance | null {
  const known = levels.flatMap(({ amount, cells }) => {
    const cell = cells.get(key)
    const drop = cell?.[measure]
    return cell && drop ? [{ amount, drop, weight: errorIn(drop) ** -2 }] : []
  })
  if (known.length === 0) return null
  const [amounts, weights] = [known.map(({ amount }) => amount), known.map(({ weight }) => weight)]
  const at = (of: (drop: Estimate) => number) => criticalLevel(amounts, known.map(({ drop }) => of(drop)), weights, eps) // prettier-ignore
  const samples = Float64Array.from({ length: RESAMPLES }, (_, b) => at(({ samples: s }) => s[b]!).at)
  return { ...at(({ value }) => value), samples }
}

interface Judged {
  readonly places: readonly Tolerance[]
  readonly tau: number | null
  readonly slope: Estimate | null
  readonly p: number
  /** p of the claim that it falls by less than the margin. */
  readonly flat: number
}

function judgeOne(all: readonly (Tolerance | null)[], able: readonly Condition[], subject: Subject): Judged {
  const places = all.flatMap((one) => one ?? [])
  const order = able.map(({ difficulty }) => difficulty)
  const at = (b: number) => places.map(({ samples }) => samples[b]!)
  const slope = slopeOf(places, placesOf(able), subject)
  const { tau } = kendall(order, places.map((one) => one.at)) // prettier-ignore
  const taus = () => Float64Array.from({ length: RESAMPLES }, (_, b) => concordance(order, at(b)))
  const p =
    subject.kind === 'axis'
      ? shareOf(taus(), (x) => x < 0)
      : (pageTest([places.map((one) => -one.at)], order, SEED.fork(`verdict/h2b/${subject.name}`))?.p ?? 1)
  return { places, tau, slope, p, flat: slope === null ? 1 : shareOf(slope.samples, (x) => x > -LINES.margin) }
}

/** Of critical sparsity on difficulty, from easiest to hardest; where conditions stand for other tasks, those are drawn anew as well. */
function slopeOf(places: readonly Tolerance[], x: readonly number[], subject: Subject): Estimate | null {
  const even = slopeParts(x, x.map(() => 1)) // prettier-ignore
  if (even === null || (subject.kind === 'estimator' && places.length < LEAST_TASKS)) return null
  const value = even.reduce((sum, part, i) => sum + part * places[i]!.at, 0)
  const rng = SEED.fork(`verdict/tasks/${places.length}`)
  const samples = Float64Array.from({ length: RESAMPLES }, (_, b) => {
    const parts = subject.kind === 'axis' ? even : slopeParts(x, drawn(places.length, rng))
    return parts === null ? NaN : parts.reduce((sum, part, i) => sum + part * places[i]!.samples[b]!, 0)
  })
  return { value, samples, items: Infinity }
}

/** How often each of n is drawn when n are. */
function drawn(n: number, rng: Rng): number[] {
  const count = new Array<number>(n).fill(0)
  for (let i = 0; i < n; i++) count[rng.int(n)]!++
  return count
}

/** Concordant less discordant pairs. Places beyond the last level tie, and lie above all others. */
function concordance(x: readonly number[], y: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) for (let j = 0; j < i; j++) sum += Math.sign((x[i]! - x[j]!) * (y[i]! - y[j]!))
  return sum
}

function detailOf(key: string, at: number, beyond: Place['beyond']): { name: string; value: number }[] {
  const note = beyond === 'above' ? ' (at least: beyond the last level)' : beyond === 'below' ? ' (before the first level)' : ''
  return [{ name: `critical sparsity, ${key}${note}`, value: at }]
}

function whyOf(
  raw: Judged | undefined,
  able: readonly Condition[],
  subject: Subject,
  eps: number,
  isFor: boolean,
  isAgainst: boolean,
): string {
  // prettier-ignore
  if (able.length < 2) return `The uncompressed model is above chance at ${able.length === 0 ? 'none' : 'one'} of ${plural(subject.conditions.length, 'condition')}: there is no order.` // prettier-ignore
  if (!raw) return 'Not every condition has been asked at a level of compression.'
  if (raw.places.every(({ beyond }) => beyond === 'above'))
    return `No condition loses more than ${percent(eps, 0)} % at any level looked at.`
  const word = ({ at, beyond }: Place) => `${beyond === 'above' ? 'at least ' : beyond === 'below' ? 'below the first level, about ' : ''}${percent(at, 0)} %` // prettier-ignore
  const ends = `from ${word(raw.places[0]!)} (easiest) to ${word(raw.places.at(-1)!)} (hardest)`
  const least = `${percent(LINES.margin, 0)} points for sure`
  const note = isFor && isAgainst ? `: it falls, yet by less than ${least}` : isAgainst ? `: no fall of ${least}` : isFor ? '' : ', which may be chance' // prettier-ignore
  return `Critical sparsity goes ${ends}, τ ${signed(raw.tau, 2)}${note}.`
}
