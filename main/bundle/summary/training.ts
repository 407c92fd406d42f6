import type { VerdictRow } from '../../../preload/contract.ts'
import type { ChartData } from '../../charts/chart.ts'
import type { LevelRow, Overall } from '../../charts/levels.ts'
import { compressionsOf, type Against, type Compression, type Kind, type Step } from '../recoveries.ts'
import type { Said } from '../summary.ts'
import { verdictWords } from '../verdicts/words.ts'
import { fixed, list, percent, plural, signed } from '../../charts/words.ts'

/** Points of dense that must be gone before one speaks of bringing them back: as in recovery.ts. */
const LOST = 5

/** Compression by compression: whether small weights that start again from zero bring the score back, and whether those held at their values keep it. */
export function trainingWords(data: ChartData, levels: readonly LevelRow[], verdicts: readonly VerdictRow[]): Said[] {
  const isLog = data.view.better === 'lower'
  return compressionsOf(data, levels).flatMap((compression): Said[] => {
    const items = compression.kinds.flatMap((kind) => kindWords(kind, compression, isLog))
    const tasks = compression.kinds.flatMap(({ steps }) => steps.flatMap(({ able }) => able?.tasks ?? []))[0]
    if (items.length === 0 || tasks === undefined) return []
    const mine = ({ compression: name }: VerdictRow) => name === compression.label
    const said = (['H3', 'H4'] as const).flatMap((hypothesis) => verdictWords(verdicts, hypothesis, mine) ?? [])
    const set = tasks === 1 ? 'the task' : `the ${tasks} tasks`
    const text = `${compression.label}, in percent of the dense model trained alike, on ${set} above chance there. ${[verdict(compression, isLog), ...said].join(' ')}`
    return [{ text, items }]
  })
}

/** What became of the small weights' part where training without them fell short. */
function verdict(compression: Compression, isLog: boolean): string {
  const said = compression.kinds.flatMap(({ kind, steps }) => {
    const lost = lostAt(knownOf(steps), compression, isLog)
    const how = { 'sparse-to-dense': 'when they learn again from zero', freezing: 'when they are held at their values' }[kind]
    return how === undefined || lost.length === 0 ? [] : [{ how, whole: wholeOf(lost, isLog).length, of: lost.length }]
  })
  if (said.length === 0) return 'That training without the small weights loses anything worth bringing back is not shown.'
  const words = said.map(({ how, whole, of }) => `at ${whole} of ${of} ${how}`)
  return `Where training without the small weights stays more than ${LOST} points short of dense, dense may be reached ${list(words)}.`
}

const knownOf = (steps: readonly Step[]): Known[] =>
  steps.flatMap((step) => (step.able && step.able.normalised !== null ? [{ ...step, able: step.able }] : []))

/** Levels at which sparse has something to win back, for sure. */
function lostAt(known: readonly Known[], { kinds }: Compression, isLog: boolean): Known[] {
  const sparse = kinds.find((other) => other.kind === 'sparse')
  return known.filter(({ level }) => {
    const before = sparse?.steps.find((s) => s.level.sparsity === level.sparsity && s.level.pattern === level.pattern)?.able
    if (!before || before.normalised === null) return false
    const isOpen = isLog ? (before.normalisedLow ?? 0) <= 100 : (before.normalisedHigh ?? Infinity) >= 100
    return !isOpen && (isLog ? before.normalised - 100 : 100 - before.normalised) > LOST
  })
}

/** Levels whose interval reaches dense or lies beyond it. */
function wholeOf(known: readonly Known[], isLog: boolean): Known[] {
  return known.filter(({ able: { normalisedLow: low, normalisedHigh: high } }) =>
    low === null || high === null ? false : isLog ? low <= 100 : high >= 100,
  )
}

function kindWords({ kind, steps }: Kind, compression: Compression, isLog: boolean): string[] {
  const known = knownOf(steps)
  if (known.length === 0) return []
  const said = [`${kind} ${keptWords(known, isLog)}`]
  if (kind === 'sparse' || !compression.kinds.some((other) => other.kind === 'sparse')) return [`${said[0]!}.`]
  const lost = lostAt(known, compression, isLog)
  if (lost.length === 0) said.push('nowhere has sparse alone lost enough, for sure, to say what this adds')
  else said.push(gainWords(lost, isLog), ...shareWords(lost))
  return [`${said.join('; ')}.`]
}

type Known = Step & { readonly able: Overall }

/** Where a kind cannot be told from dense, and where it ends. */
function keptWords(known: readonly Known[], isLog: boolean): string {
  const last = known.at(-1)!
  const whole = wholeOf(known, isLog)
  const of = plural(known.length, 'sparsity', 'sparsities')
  const told = whole.length === 0 ? `lies below dense at all of ${of}` : `cannot be told from dense or lies above it at ${whole.length} of ${of}` // prettier-ignore
  return `${isLog ? told.replace('below dense', 'behind dense').replace('above it', 'ahead of it') : told}, and has ${shareOf(last.able)} at ${last.level.label}`
}

function shareOf({ normalised, normalisedLow, normalisedHigh }: Overall): string {
  return `${fixed(normalised, 1)} % [${fixed(normalisedLow, 1)}, ${fixed(normalisedHigh, 1)}]`
}

/** Against sparse, item by item, where sparse has something to win back. */
function gainWords(lost: readonly Known[], isLog: boolean): string {
  const of = `the ${plural(lost.length, 'sparsity', 'sparsities')} where sparse is more than ${LOST} points from dense`
  const better = lost.filter(({ against }) => against !== undefined && isAbove(against, isLog))
  const worse = lost.filter(({ against }) => against !== undefined && isBelow(against, isLog))
  if (better.length + worse.length === 0) return `a difference from sparse is not shown at any of ${of}`
  const counts = [better, worse].flatMap((some, i) => (some.length === 0 ? [] : [`${i === 0 ? 'better' : 'worse'} at ${some.length}`])) // prettier-ignore
  const most = [...better, ...worse].reduce((a, b) => (Math.abs(b.against!.gain) > Math.abs(a.against!.gain) ? b : a))
  const { gain, gainLow, gainHigh } = most.against!
  return `than sparse it is ${list(counts)} of ${of}, by most at ${most.level.label}: ${signed(gain, 1)} points [${signed(gainLow, 1)}, ${signed(gainHigh, 1)}]`
}

const isAbove = ({ gainLow, gainHigh }: Against, isLog: boolean) => (isLog ? gainHigh !== null && gainHigh < 0 : gainLow !== null && gainLow > 0) // prettier-ignore
const isBelow = (against: Against, isLog: boolean) => isAbove(against, !isLog)

/** Of what sparse lost, how much is there: its span over the levels, and whether it is ever all. */
function shareWords(lost: readonly Known[]): string[] {
  const known = lost.flatMap(({ level, against }) =>
    against && against.share !== null ? [{ level, share: against.share, low: against.shareLow, high: against.shareHigh }] : [],
  )
  if (known.length === 0) return []
  const [least, most] = [known.reduce((a, b) => (b.share < a.share ? b : a)), known.reduce((a, b) => (b.share > a.share ? b : a))]
  const say = ({ level, share, low, high }: typeof least) => `${percent(share, 0)} % [${percent(low, 0)}, ${percent(high, 0)}] at ${level.label}` // prettier-ignore
  const span = least === most ? say(most) : `${say(least)} to ${say(most)}`
  const all = known.filter(({ high }) => high !== null && high >= 1).length
  const whole = all === 0 ? 'at none of them all of it' : `at ${all} of ${known.length} it may be all of it`
  return [`of what sparse lost, ${span} is there; ${whole}`]
}

/** What one must know before reading kinds of training. */
export function trainingCautions({ view, trainings }: ChartData): string[] {
  if (view.training === '' || trainings[0]!.view !== view) return []
  // a point is a mean over seeds of compression and of training alike
  const points = trainings.flatMap((t) => t.view.series.flatMap(({ levels }) => levels.flatMap((level) => level.points)))
  const seeds = Math.max(1, ...points.map((point) => point.seeds))
  return seeds > 1
    ? []
    : ['Each training was run once: intervals speak of other items, not of another order of the texts, which can move a score as well.'] // prettier-ignore
}
