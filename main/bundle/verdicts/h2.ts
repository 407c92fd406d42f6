import { fixed, percent, plural, pValue } from '../../charts/words.ts'
import { holm } from '../../stats/correct.ts'
import { areaOfDrop } from '../../stats/curve.ts'
import { above, below } from '../../stats/equivalence.ts'
import { pageTest } from '../../stats/page.ts'
import { SEED } from '../measured.ts'
import { bandOf, measuresOf, riseOf, riseOverTasks, valuesOf, type Block, type Measure } from './band.ts'
import { errorIn, pooled, weighted, type Estimate, type Series } from './evidence.ts'
import { CIRCLE, effectOf, either, finite, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableOf, type Condition, type Subject } from './subjects.ts'

/** H2: compressed alike, harder conditions lose more. */
export function h2(series: Series, subject: Subject): Finding | null {
  if (subject.kind === 'tasks') return null
  const { able, excluded } = ableOf(series, subject)
  const { band, floors } = bandOf(series, able)
  const measures = measuresOf(band)
  const pages = measures.map((m) => pageTest(band.map((block) => valuesOf(block, m)), able.map(({ difficulty }) => difficulty), SEED.fork(`verdict/h2/${subject.name}`))) // prettier-ignore
  const rises = measures.map((m) => (subject.kind === 'axis' ? riseOf(band, able, m) : riseOverTasks(band, able, m)))
  const inversion = subject.kind === 'axis' ? inversionOf(band, able, measures) : null
  const [page, rise] = [pages[0] ?? null, rises[0] ?? null]
  const p = subject.kind === 'axis' ? most(rises.map((one) => one && above(one.value, errorIn(one)))) : most(pages.map((one) => one && one.p)) // prettier-ignore
  return {
    of: series.of,
    against: againstOf(rises, inversion),
    head: {
      ...headOf('H2', series, subject.name),
      ...{ statistic: 'Page’s L', value: page?.statistic ?? null, p },
      ...effectOf('rise of drop from easiest to hardest', 'points', rise ?? riseOf(band, able, 'drop')),
      excluded: [...excluded, ...floors],
      details: [
        { name: 'levels of compression', value: band.length },
        { name: 'conditions', value: able.length },
        { name: 'Page z', value: page?.z ?? null },
        { name: 'p of Page’s L, normal', value: page?.pNormal ?? null },
        { name: 'p of Page’s L, whole curves permuted', value: page?.p ?? null },
        { name: 'p of Page’s L, corrected for chance', value: pages[1]?.p ?? null },
        { name: 'rise corrected for chance, points', value: rises[1] ? finite(100 * rises[1].value) : null },
        ...areasOf(series, able),
      ],
    },
    judge: (isFor, isAgainst) => ({
      verdict: either(isFor && !subject.isCircular, isAgainst),
      why:
        (subject.isCircular ? CIRCLE : '') +
        whyOf({ able, band, rise, corrected: rises[1] ?? null, inversion, p, isFor, isAgainst, subject }),
    }),
  }
}

/** The larger of what is known, null where anything is not: a claim must hold in both measures. */
function most(ps: readonly (number | null)[]): number | null {
  return ps.length === 0 || ps.includes(null) ? null : Math.max(...(ps as number[]))
}

interface Inversion {
  readonly easy: Condition
  readonly hard: Condition
  readonly less: number
  /** Corrected for how many neighbours there are. */
  readonly p: number
}

/** The neighbours of which the harder most surely loses less, over the levels that have both; in both measures. */
function inversionOf(band: readonly Block[], able: readonly Condition[], measures: readonly Measure[]): Inversion | null {
  const pairs = able.slice(1).flatMap((hard, i) => {
    const easy = able[i]!
    if (hard.difficulty === easy.difficulty) return []
    const both = band.filter(({ cells }) => cells[i] && cells[i + 1])
    const less = (m: Measure) => pooled(both.map(({ cells }) => weighted([1, -1], [cells[i]![m]!, cells[i + 1]![m]!])))
    if (both.length === 0) return []
    const found = measures.map(less)
    return [{ easy, hard, less: found[0]!.value, p: Math.max(...found.map((one) => above(one.value, errorIn(one), LINES.step))) }] // prettier-ignore
  })
  if (pairs.length === 0) return null
  const corrected = holm(pairs.map(({ p }) => p))
  const worst = corrected.indexOf(Math.min(...corrected))
  return { ...pairs[worst]!, p: corrected[worst]! }
}

/** A rise too small to matter, or a step down: two ways, so that p counts twice. */
function againstOf(rises: readonly (Estimate | null)[], inversion: Inversion | null): number | null {
  const flat = most(rises.map((one) => one && below(one.value, errorIn(one), LINES.margin)))
  if (flat === null) return null
  return inversion === null ? flat : Math.min(1, 2 * Math.min(flat, inversion.p))
}

function areasOf({ levels }: Series, able: readonly Condition[]): { name: string; value: number | null }[] {
  return able.length > 8
    ? []
    : able.map(({ key }) => {
        const known = levels.flatMap(({ amount, cells }) =>
          cells.get(key)?.drop ? [{ amount, drop: cells.get(key)!.drop!.value }] : [],
        )
        const area = known.length === 0 ? null : areaOfDrop(known.map(({ amount }) => amount), known.map(({ drop }) => drop)) // prettier-ignore
        return { name: `area of drop, ${key}`, value: area }
      })
}

interface Said {
  readonly able: readonly Condition[]
  readonly band: readonly Block[]
  readonly rise: Estimate | null
  readonly corrected: Estimate | null
  readonly inversion: Inversion | null
  readonly p: number | null
  readonly isFor: boolean
  readonly isAgainst: boolean
  readonly subject: Subject
}

function whyOf({ able, band, rise, corrected, inversion, p, isFor, isAgainst, subject }: Said): string {
  if (able.length < 2) return `The uncompressed model is above chance at ${able.length === 0 ? 'none' : 'one'} of ${plural(subject.conditions.length, 'condition')}: there is no order.` // prettier-ignore
  if (band.length === 0) return 'At no level of compression is anything lost for sure while two conditions stand above the floor.'
  if (rise === null) return `${plural(able.length, 'task')} above chance: too few to say what other tasks would do${p === null ? '' : ` (${pValue(p)})`}.` // prettier-ignore
  const also = corrected === null ? '' : `, ${percent(corrected.value)} corrected for chance`
  const span = band.length === 1 ? band[0]!.level.label : `${band[0]!.level.label} to ${band.at(-1)!.level.label}`
  const said = `From easiest to hardest the drop changes by ${fixed(100 * rise.value, 1)} points${also} (${plural(band.length, 'level')}, ${span})`
  const step = inversion && `${inversion.hard.key} loses ${percent(inversion.less)} points less than ${inversion.easy.key}`
  const isSure = inversion !== null && inversion.p < LINES.alpha
  if (isFor && isAgainst) return `${said}, yet ${step}, for sure.`
  if (isAgainst) return isSure ? `${said}; ${step}, for sure.` : `${said}: less than 2 points for sure.`
  if (isFor) return `${said}.`
  const isRaw = corrected !== null && above(rise.value, errorIn(rise)) < LINES.alpha
  const isKept = isRaw && above(corrected.value, errorIn(corrected)) < LINES.alpha
  return isRaw && !isKept ? `${said}: corrected for chance it may be none.` : `${said}, which may be chance.`
}
