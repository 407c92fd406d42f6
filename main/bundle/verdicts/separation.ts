import { pooled, weighted, type Estimate, type Level, type Series } from './evidence.ts'
import { LINES } from './rules.ts'
import { ableOf, type Condition, type Subject } from './subjects.ts'

/** How far apart hard and easy are at one level of compression (paper.md 1.2, Sep). */
export interface Separated {
  readonly level: Level
  /** Mean drop of the hard conditions less that of the easy ones. */
  readonly separation: Estimate
  /** Mean drop of all conditions. */
  readonly drop: Estimate
}

/** The hardest condition and the easiest; where conditions stand for other tasks, the hardest and the easiest third. */
export function endsOf(
  able: readonly Condition[],
  { kind }: Subject,
): { easy: readonly Condition[]; hard: readonly Condition[] } {
  const size = kind === 'axis' ? 1 : Math.max(1, Math.floor(able.length / 3))
  return { easy: able.slice(0, size), hard: able.slice(-size) }
}

/** Every level that all conditions were asked at; none where they do not differ in difficulty. */
export function separationsOf(series: Series, able: readonly Condition[], subject: Subject): Separated[] {
  const { easy, hard } = endsOf(able, subject)
  if (able.length < 2 || easy[0]!.difficulty === hard.at(-1)!.difficulty) return []
  return series.levels.flatMap((level) => {
    const drops = (some: readonly Condition[]) => some.flatMap(({ key }) => level.cells.get(key)?.drop ?? [])
    if (drops(able).length < able.length) return []
    const separation = weighted([1, -1], [pooled(drops(hard)), pooled(drops(easy))])
    return [{ level, separation, drop: pooled(drops(able)) }]
  })
}

/** Conditions that are above chance in dense under both series, which share a model. */
export function ableInBoth(a: Series, b: Series, subject: Subject): { able: readonly Condition[]; excluded: string[] } {
  const [first, second] = [ableOf(a, subject), ableOf(b, subject)]
  const isShared = ({ key }: Condition) => second.able.some((other) => other.key === key)
  return { able: first.able.filter(isShared), excluded: first.excluded }
}

/** Before the model has collapsed, so that there is still something to tell apart. */
export const isStanding = ({ drop }: Separated) => drop.value <= LINES.collapse

/** On straight lines between levels, from nothing at 0; null beyond the last. `xs` rise and go with `all`. */
export function separationAt(all: readonly Separated[], xs: readonly number[], x: number): Omit<Separated, 'level'> | null {
  const right = xs.findIndex((at) => at >= x)
  if (right === -1) return null
  const [x0, x1] = [right === 0 ? 0 : xs[right - 1]!, xs[right]!]
  const share = x1 === x0 ? 1 : Math.max(0, (x - x0) / (x1 - x0))
  const mix = (of: (one: Separated) => Estimate) => right === 0 ? weighted([share], [of(all[0]!)]) : weighted([1 - share, share], [of(all[right - 1]!), of(all[right]!)]) // prettier-ignore
  return { separation: mix((one) => one.separation), drop: mix((one) => one.drop) }
}

/** Largest distance from zero before the collapse; null where nothing stands. */
export function mostOf(all: readonly Separated[]): number | null {
  const standing = all.filter(isStanding)
  return standing.length === 0 ? null : Math.max(...standing.map(({ separation }) => Math.abs(separation.value)))
}
