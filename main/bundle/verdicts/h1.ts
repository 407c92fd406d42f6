import { percent, plural, pValue, sentence, signed } from '../../charts/words.ts'
import { holm } from '../../stats/correct.ts'
import { above } from '../../stats/equivalence.ts'
import { isotonic, isotonicResidual, isotonicTest } from '../../stats/isotonic.ts'
import { RESAMPLES, SEED } from '../measured.ts'
import { errorIn, meanOf, weighted, type Estimate, type Level, type Series } from './evidence.ts'
import { effectOf, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableOf, type Subject } from './subjects.ts'

/** One condition at every level it was asked at, from little to much compression. */
interface Line {
  readonly key: string
  readonly points: readonly { readonly level: Level; readonly drop: Estimate; readonly error: number; readonly isFloor: boolean }[] // prettier-ignore
}

/** H1: drop grows with compression, for each condition by itself. */
export function h1(series: Series, subject: Subject): Finding | null {
  if (subject.kind === 'estimator') return null
  const { able, excluded } = ableOf(series, subject)
  const lines = able.map(({ key }) => lineOf(series, key)).filter(({ points }) => points.length > 1)
  const curves = lines.map(({ points }) => ({
    values: points.map(({ drop }) => drop.value),
    weights: points.map(({ error }) => error ** -2),
  }))
  const test = isotonicTest(curves, SEED.fork(`verdict/h1/${series.label}/${subject.name}`))
  const steps = lines.flatMap(stepsOf)
  const falls = steps.filter(({ fall }) => fall > 0)
  const corrected = holm(steps.map(({ p }) => p))
  const worst = corrected.indexOf(Math.min(...corrected))
  const largest = Math.max(0, ...falls.map(({ fall }) => fall))
  const together = test && largest > LINES.step ? misfit(lines, test.residual) : null
  return {
    of: series.of,
    // one large step, or many: two ways to be wrong, so that p counts twice
    against: steps.length === 0 ? null : Math.min(1, 2 * Math.min(corrected[worst]!, together ?? 1)),
    head: {
      ...headOf('H1', series, subject.name),
      ...{ statistic: 'isotonic residual', value: test?.residual ?? null, p: test?.p ?? null },
      ...effectOf('mean tau of compression and drop', 'tau', lines.length === 0 ? null : meanTau(lines)),
      excluded,
      details: [
        { name: 'steps', value: steps.length },
        { name: 'steps down', value: falls.length },
        { name: 'largest step down, points', value: 100 * largest },
        { name: 'p of the steps down together', value: together },
        { name: 'share of steps that exclude a fall', value: steps.length === 0 ? null : steps.filter(({ isSureRise }) => isSureRise).length / steps.length }, // prettier-ignore
      ],
    },
    judge: (isFor, isAgainst) => {
      if (able.length === 0) return { verdict: 'inconclusive', why: 'The uncompressed model is above chance at none of it.' }
      if (lines.length === 0) return { verdict: 'inconclusive', why: 'One level of compression has no order.' }
      if (isAgainst && corrected[worst]! <= (together ?? 1)) return { verdict: 'not supported', why: sentenceOf(steps[worst]!) }
      const down = falls.length === 0 ? 'no step goes down' : `${falls.length} of ${plural(steps.length, 'step')} go down, by ${percent(largest)} points at most, none by more than 1 for sure` // prettier-ignore
      const tau = signed(meanTau(lines).value, 2)
      if (isAgainst) return { verdict: 'not supported', why: `${sentence(down)}, yet together more than other items would bring (${pValue(together)}; mean τ ${tau}).` } // prettier-ignore
      return isFor
        ? {
            verdict: 'supported',
            why: `Drop follows compression (mean τ ${tau} over ${plural(lines.length, 'curve')}); ${down}.`,
          }
        : { verdict: 'inconclusive', why: `The order of the levels cannot be told from chance (mean τ ${tau}); ${down}.` }
    },
  }
}

function lineOf({ levels }: Series, key: string): Line {
  const points = levels.flatMap((level) => {
    const cell = level.cells.get(key)
    return cell?.drop ? [{ level, drop: cell.drop, error: errorIn(cell.drop), isFloor: cell.isFloor }] : []
  })
  return { key, points }
}

interface Step {
  readonly key: string
  readonly from: Line['points'][number]
  readonly to: Line['points'][number]
  readonly fall: number
  /** Of the claim that the drop falls by more than the line allows. */
  readonly p: number
  readonly isSureRise: boolean
}

/** Between neighbouring levels; at the floor there is nothing to lose or regain. */
function stepsOf({ key, points }: Line): Step[] {
  return points.slice(1).flatMap((to, i): Step[] => {
    const from = points[i]!
    if (from.isFloor && to.isFloor) return []
    const fall = weighted([1, -1], [from.drop, to.drop])
    const error = errorIn(fall)
    return [{ key, from, to, fall: fall.value, p: above(fall.value, error, LINES.step), isSureRise: above(-fall.value, error) < LINES.alpha / 2 }] // prettier-ignore
  })
}

/** How often curves that truly rise, as the isotonic fit has them, would miss it by as much: resamples moved onto the fit. */
function misfit(lines: readonly Line[], residual: number): number {
  const curves = lines.map(({ points }) => {
    const weights = points.map(({ error }) => error ** -2)
    const fitted = isotonic({ values: points.map(({ drop }) => drop.value), weights })
    return { weights, points, shift: fitted.map((at, i) => at - points[i]!.drop.value) }
  })
  let asMuch = 1
  for (let b = 0; b < RESAMPLES; b++) {
    let total = 0
    for (const { weights, points, shift } of curves) {
      total += isotonicResidual({ values: points.map(({ drop }, i) => drop.samples[b]! + shift[i]!), weights })
    }
    if (!(total < residual)) asMuch++
  }
  return asMuch / (RESAMPLES + 1)
}

function sentenceOf({ key, from, to }: Step): string {
  return `${key}: the drop falls from ${percent(from.drop.value)} % at ${from.level.label} to ${percent(to.drop.value)} % at ${to.level.label}, by more than 1 point for sure.`
}

/** Concordant less discordant pairs over all pairs, the mean over the curves. */
function meanTau(lines: readonly Line[]): Estimate {
  const at = (of: (drop: Estimate) => number) => meanOf(lines.map(({ points }) => tauOf(points.map(({ drop }) => of(drop)))))
  return { value: at(({ value }) => value), samples: Float64Array.from({ length: RESAMPLES }, (_, b) => at(({ samples }) => samples[b]!)), items: Infinity } // prettier-ignore
}

function tauOf(values: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) for (let j = 0; j < i; j++) sum += Math.sign(values[i]! - values[j]!)
  return (2 * sum) / (values.length * (values.length - 1))
}
