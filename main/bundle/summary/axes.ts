import type { VerdictRow } from '../../../preload/contract.ts'
import { holm } from '../../stats/correct.ts'
import { verdictWords } from '../verdicts/words.ts'
import { pointsOf } from '../../charts/families.ts'
import { levelCount } from '../../charts/amount.ts'
import type { ChartData } from '../../charts/chart.ts'
import { signOf, type LevelRow, type TrendMark } from '../../charts/levels.ts'
import type { Said } from '../summary.ts'
import { isControl, type Family, type Point, type Series } from '../../charts/view.ts'
import { list, percent, plural, pValue, signed, whole } from '../../charts/words.ts'

/** Below so many levels tau has no interval, and no order of them has a p below 0.05. */
const LEAST = 5

/** Family by family: at which levels of compression the harder levels lose more, and whether chance alone does the same. */
export function axisWords(data: ChartData, levels: readonly LevelRow[], verdicts: readonly VerdictRow[]): Said[] {
  const { view, axisTrends } = data
  if (view.families.length === 0 || view.series.length === 0) return []
  const tested = axisTrends.flatMap((t) => (t.p === null ? [] : [t.p]))
  const sure = holm(tested).filter((p) => p < 0.05).length
  const first = `Each axis is judged by itself, for levels of different axes have no common scale: tau is positive where harder levels lose more. Of ${plural(tested.length, 'test')} over all axes, ${sure === 0 ? 'none' : whole(sure)} ${sure === 1 ? 'has' : 'have'} p < 0.05 after Holm’s correction.` // prettier-ignore
  return [{ text: first, items: [] }, ...view.families.map((family) => familyWords(data, levels, verdicts, family))]
}

function familyWords({ view }: ChartData, levels: readonly LevelRow[], verdicts: readonly VerdictRow[], family: Family): Said {
  // prettier-ignore
  const found = view.series.map((series) => ({ series, ...judge(levels, series, family) }))
  const items = found.map(({ series, text }) => `${series.label}${isControl(series) ? ' (control)' : ''}: ${text}.`)
  const [easiest, hardest] = [family.levels[0]!, family.levels.at(-1)!]
  const able = family.levels.filter((p) => !p.isDenseFloor)
  const span = `${plural(family.levels.length, 'level')} from ${easiest.axisLevel} (easiest) to ${hardest.axisLevel}`
  const dense = easiest.chance === null ? '' : `; uncompressed, ${able.length} above chance, ${percent(easiest.dense)} % to ${percent(hardest.dense)} %` // prettier-ignore
  // one answer to one question: tau level by level is in the items, the verdict is over all of them
  const answer = verdictWords(verdicts, 'H2', ({ subject }) => subject === family.name) ?? verdict(found)
  return { text: `${family.name}, ${span}${dense}. ${answer}`, items }
}

interface Judged {
  readonly text: string
  /** Levels of compression at which harder levels lose more for sure, and less. */
  readonly above: number
  readonly below: number
  readonly known: number
}

function judge(levels: readonly LevelRow[], series: Series, family: Family): Judged {
  const rows = levels.filter((row) => row.series === series)
  const placed = rows.flatMap((row) => {
    const mark = row.axes.find((t) => t.estimator === family.name)
    return mark && mark.tau !== null ? [{ row, mark }] : []
  })
  const known = placed.length
  if (known === 0) return { text: 'too few levels stand above the floor to compute tau', above: 0, below: 0, known }
  const [above, below] = ([1, -1] as const).map((sign) => placed.filter(({ mark }) => signOf(mark) === sign))
  const said = [above!, below!].flatMap((sure, i) => {
    if (sure.length === 0) return []
    const best = sure.reduce((a, b) => (Math.abs(b.mark.tau!) > Math.abs(a.mark.tau!) ? b : a))
    return [`tau ${i === 0 ? 'above' : 'below'} zero at ${sure.length} of ${levelCount(known, series)}, most at ${best.row.level.label} (${markWords(best.mark)})`] // prettier-ignore
  })
  const open = `no interval of tau leaves zero out at ${levelCount(known, series)}${thinWords(placed.map(({ mark }) => mark))}`
  const ends = endsWords(rows, series, family)
  return { text: `${said.length > 0 ? list(said) : open}; ${ends}`, above: above!.length, below: below!.length, known }
}

function markWords(mark: TrendMark): string {
  const p = mark.p === null ? `${mark.seeds} seeds` : pValue(mark.p)
  return `τ = ${signed(mark.tau, 2)} [${signed(mark.low, 2)}, ${signed(mark.high, 2)}], ${p}, ${plural(mark.tasks, 'level')}`
}

function thinWords(marks: readonly TrendMark[]): string {
  const thin = marks.filter(({ tasks }) => tasks < LEAST).length
  if (thin === 0) return ''
  return thin === marks.length
    ? ` (fewer than ${LEAST} levels above the floor at each)`
    : ` (at ${thin} of them fewer than ${LEAST} levels are above the floor)`
}

/** The hardest level that can still fall, set against the easiest: their intervals, apart or not. */
function endsWords(rows: readonly LevelRow[], series: Series, family: Family): string {
  const pairs = rows.flatMap(({ level }) => {
    const open = pointsOf(family, level).filter((p) => !p.isFloor && !p.isDenseFloor && p.dropLow !== null && p.dropHigh !== null)
    return open.length < 2 ? [] : [{ level, easy: open[0]!, hard: open.at(-1)! }]
  })
  const more = pairs.filter(({ easy, hard }) => hard.dropLow! > easy.dropHigh!)
  const less = pairs.filter(({ easy, hard }) => hard.dropHigh! < easy.dropLow!)
  if (pairs.length === 0) return `at no ${series.isCoded ? 'bit width' : 'sparsity'} are two levels above the floor`
  const of = levelCount(pairs.length, series)
  if (more.length + less.length === 0) return `hardest and easiest level above the floor cannot be told apart at any of ${of}`
  const gap = ({ easy, hard }: (typeof pairs)[number]) => Math.abs(hard.drop! - easy.drop!)
  const best = [...more, ...less].reduce((a, b) => (gap(b) > gap(a) ? b : a))
  const counts = [more, less].flatMap((some, i) => (some.length === 0 ? [] : [`${i === 0 ? 'more' : 'less'} at ${some.length}`]))
  return `the hardest level above the floor loses ${list(counts)} of ${of} than the easiest, intervals apart; at ${best.level.label}, ${endWords(best.hard)} against ${endWords(best.easy)}`
}

function endWords({ axisLevel, drop, dropLow, dropHigh }: Point): string {
  return `${percent(drop)} % [${percent(dropLow)}, ${percent(dropHigh)}] at ${axisLevel}`
}

type Found = { readonly series: Series } & Judged

/** One sentence of what the methods show beside the control. */
function verdict(found: readonly Found[]): string {
  const [control, rivals] = [found.filter(({ series }) => isControl(series)), found.filter(({ series }) => !isControl(series))]
  const shown = rivals.filter(isShown)
  if (shown.length === 0) return 'By tau it is not shown that harder levels lose more.'
  const said = `By tau harder levels lose more under ${list(shown.map((one) => `${one.series.label} at ${countWords(one)}`))}`
  // chance removes weights: it is no control of codes
  if (shown.every(({ series }) => series.isCoded)) return `${said}.`
  if (control.length === 0) return `${said}; without a random control this may be true of any removal.`
  const alike = control.filter(isShown)
  return alike.length === 0
    ? `${said}; where weights go at random that is not shown.`
    : `${said}, but where weights go at random as well, at ${list(alike.map(countWords))}: such a trend alone does not single out small weights.`
}

const isShown = ({ above, below }: Judged) => above > below
const countWords = ({ series, above, known }: Found) => `${above} of ${levelCount(known, series)}`

/** What one must know before reading axes. */
export function axisCautions({ view }: ChartData, where: string): string[] {
  const short = view.families.filter(({ levels }) => levels.filter((p) => !p.isDenseFloor).length < LEAST)
  const varied = view.families.filter(({ levels }) => new Set(levels.map((p) => p.chance)).size > 1)
  const few = view.families.filter((family) => !short.includes(family))
  return [
    ...(short.length > 0 && view.series.length > 0
      ? [`${list(short.map(({ name }) => name))}: fewer than ${LEAST} levels that the dense model can do${where}. Tau has no interval there and no p below 0.05 is possible, whatever the numbers; compare the levels themselves.`] // prettier-ignore
      : []),
    ...(few.length > 0 && view.series.length > 0
      ? [`Tau over the levels of one axis rests on ${sizeWords(few)} levels at most${where}, and on fewer where some are at the floor: its intervals are rough.`] // prettier-ignore
      : []),
    ...(varied.length > 0
      ? [`Chance differs between the levels of ${list(varied.map(({ name }) => name))}${where}. A level with a lower chance has further to fall, which by itself lets its drop grow larger near the floor; retention, which takes chance away, is in the tidy table.`] // prettier-ignore
      : []),
  ]
}

function sizeWords(families: readonly Family[]): string {
  const counts = families.map(({ levels }) => levels.length)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? String(most) : `${least} to ${most}`
}
