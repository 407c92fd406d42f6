import { list, percent, plural } from '../../charts/words.ts'
import { above, below } from '../../stats/equivalence.ts'
import { kendall } from '../../stats/trend.ts'
import { errorIn, pooled, weighted, type Estimate, type Level, type Series } from './evidence.ts'
import { effectOf, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableInBoth, isStanding, mostOf, separationAt, separationsOf, type Separated } from './separation.ts'
import type { Subject } from './subjects.ts'
import type { VerdictRow } from '../../../preload/contract.ts'

/** What pruning and quantisation are set side by side at (paper.md 1.5): a place on the scale of pruning for a level of bits. */
interface Matching {
  readonly name: string
  /** Of a level of pruning; null where it is not known. */
  place(level: Level): number | null
  /** Of a level of bits, on the same scale. */
  target(level: Level): number | null
}

const log = (x: number | null) => (x === null || x <= 0 ? null : Math.log10(x))
/** Far below any error that compression makes, so that what is interpolated from nothing begins there. */
const SMALLEST = 8

const MATCHINGS: readonly Matching[] = [
  { name: 'equal memory, index ignored', place: ({ amount }) => amount, target: ({ effectiveBits }) => 1 - effectiveBits / 16 },
  { name: 'equal memory, mask charged', place: ({ amount }) => amount, target: ({ effectiveBits }) => 1 - (effectiveBits - 1) / 16 }, // prettier-ignore
  { name: 'equal output error', place: ({ outputError }) => log(outputError), target: ({ outputError }) => log(outputError) },
]

/** H6: at equal memory and at equal distortion, fewer bits separate hard from easy less than pruning does. */
export function h6(coded: Series, pruned: Series, subject: Subject): Finding[] {
  if (subject.kind === 'tasks') return []
  const { able, excluded } = ableInBoth(coded, pruned, subject)
  const [bits, zeros] = [separationsOf(coded, able, subject), separationsOf(pruned, able, subject)]
  return MATCHINGS.flatMap((matching) => {
    const isKnown = bits.some(({ level }) => matching.target(level) !== null) && zeros.some(({ level }) => matching.place(level) !== null) // prettier-ignore
    return isKnown ? [findingOf({ coded, pruned, subject, excluded, bits, zeros }, matching)] : []
  })
}

interface Contrast {
  readonly coded: Series
  readonly pruned: Series
  readonly subject: Subject
  readonly excluded: readonly string[]
  readonly bits: readonly Separated[]
  readonly zeros: readonly Separated[]
}

function findingOf({ coded, pruned, subject, excluded, bits, zeros }: Contrast, matching: Matching): Finding {
  const { pairs, left } = pairsOf(bits, zeros, matching)
  const found = pairs.length === 0 ? null : {
    bits: pooled(pairs.map(({ bit }) => bit)),
    zeros: pooled(pairs.map(({ zero }) => zero)),
  } // prettier-ignore
  const more = found && weighted([1, -1], [found.zeros, found.bits])
  const error = more && errorIn(more)
  const isShown = found !== null && above(found.zeros.value, errorIn(found.zeros)) < LINES.alpha
  return {
    of: pruned.of,
    against: more && isShown ? below(more.value, error!, LINES.margin) : null,
    head: {
      ...headOf('H6', { ...pruned, label: `${coded.label} against ${pruned.label}` }, `${subject.name}, ${matching.name}`),
      ...{ statistic: 'largest separation under quantisation before collapse', value: mostOf(bits) },
      p: more && above(more.value, error!),
      ...effectOf('separation under pruning less that under quantisation', 'points', more),
      excluded: [...excluded, ...left],
      details: [
        { name: 'bit widths set beside pruning', value: pairs.length },
        { name: 'separation under pruning', value: found?.zeros.value ?? null },
        { name: 'separation under quantisation', value: found?.bits.value ?? null },
        { name: 'largest separation under pruning before collapse', value: mostOf(zeros) },
        { name: 'tau of separation and compression, pruning', value: tauOf(zeros) },
        { name: 'tau of separation and compression, quantisation', value: tauOf(bits) },
      ],
    },
    judge: (isFor, isAgainst) => judge(found, pairs, left, isFor, isAgainst),
  }
}

interface Pair {
  readonly label: string
  readonly bit: Estimate
  readonly zero: Estimate
}

/** Bit widths at which neither has collapsed, each with pruning interpolated to its place; and why the others are left out. */
function pairsOf(
  bits: readonly Separated[],
  zeros: readonly Separated[],
  { place, target }: Matching,
): { pairs: Pair[]; left: string[] } {
  // prettier-ignore
  const known = zeros.flatMap((one) => (place(one.level) === null ? [] : [{ one, x: place(one.level)! }])).sort((a, b) => a.x - b.x)
  // a scale of logarithms has no 0 of its own
  const shift = known.some(({ x }) => x < 0) ? SMALLEST : 0
  const xs = known.map(({ x }) => x + shift)
  const left: string[] = []
  const pairs = bits.flatMap((bit): Pair[] => {
    const leave = (why: string) => void left.push(`${bit.level.label}: ${why}`)
    const x = target(bit.level)
    const zero = x === null ? null : separationAt(known.map(({ one }) => one), xs, x + shift) // prettier-ignore
    if (zero === null) return (leave('beyond the levels of pruning'), [])
    if (!isStanding(bit)) return (leave('quantisation has collapsed'), [])
    if (zero.drop.value > LINES.collapse) return (leave('pruning has collapsed there'), [])
    return [{ label: bit.level.label, bit: bit.separation, zero: zero.separation }]
  })
  return { pairs, left }
}

function tauOf(all: readonly Separated[]): number | null {
  const standing = all.filter(isStanding)
  return kendall(standing.map(({ level }) => level.amount), standing.map(({ separation }) => separation.value)).tau // prettier-ignore
}

function judge(
  found: { bits: Estimate; zeros: Estimate } | null,
  pairs: readonly Pair[],
  left: readonly string[],
  isFor: boolean,
  isAgainst: boolean,
): Pick<VerdictRow, 'verdict' | 'why'> {
  // prettier-ignore
  if (found === null) return { verdict: 'inconclusive', why: left.length === 0 ? 'There are no two conditions to tell apart.' : 'At no bit width is there a level of pruning to match it at which both still stand.' } // prettier-ignore
  const said = `At ${list(pairs.map(({ label }) => label))} quantisation separates hard from easy by ${percent(found.bits.value)} points, pruning by ${percent(found.zeros.value)}` // prettier-ignore
  if (isAgainst) return { verdict: 'not supported', why: `${said}: not more, to 2 points, for sure.` }
  if (isFor && found.bits.value <= LINES.half * found.zeros.value) return { verdict: 'supported', why: `${said}.` }
  return { verdict: 'inconclusive', why: isFor ? `${said}: more, but not twice as much.` : `${said}, which may be chance (${plural(pairs.length, 'bit width')}).` } // prettier-ignore
}
