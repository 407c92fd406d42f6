import { groupBy } from '../../charts/view.ts'
import { percent, plural, signed } from '../../charts/words.ts'
import { percentileInterval } from '../../stats/bootstrap.ts'
import { slopeParts } from '../../stats/curve.ts'
import { above, below, equivalent } from '../../stats/equivalence.ts'
import { errorIn, weighted, type Estimate, type Series } from './evidence.ts'
import { effectOf, finite, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableSet, outcomeOf, setName, type Kinds, type Outcome } from './trained.ts'
import type { VerdictRow } from '../../../preload/contract.ts'

const KIND = 'sparse-to-dense'

/** H3: what the small weights carried does not come back when they learn again from zero. */
export function h3(kinds: Kinds): Finding | null {
  if (!kinds.others.has(KIND)) return null
  const { keys, excluded } = ableSet(kinds)
  return { ...findingOf(kinds.sparse, keys, excluded, outcomeOf(kinds, keys, [KIND]), []), of: kinds.sparse.of }
}

function findingOf(
  sparse: Series,
  keys: readonly string[],
  excluded: readonly string[],
  found: Outcome | null,
  more: readonly { name: string; value: number | null }[],
): Omit<Finding, 'of'> {
  // prettier-ignore
  const after = found?.of.get(KIND)
  const share = found?.share(KIND) ?? null
  const error = after && errorIn(after)
  return {
    against: after ? below(after.value, error!, LINES.margin) : null,
    head: {
      ...headOf('H3', { ...sparse, transfer: KIND }, setName(keys)),
      ...{ statistic: 'drop after sparse-to-dense', value: after?.value ?? null },
      p: after ? above(after.value, error!, LINES.margin) : null,
      ...effectOf('share of the loss brought back', 'share', share),
      excluded,
      details: [...(found ? detailsOf(found) : []), ...more],
    },
    judge: (isFor, isAgainst) => judgeShare(found, share, isFor, isAgainst, keys),
  }
}

function detailsOf(found: Outcome): { name: string; value: number | null }[] {
  const [sparse, after] = [found.sparse, found.of.get(KIND)!]
  const gain = weighted([1, -1], [sparse, after])
  return [
    { name: 'levels of compression', value: found.levels.length },
    { name: 'drop after sparse', value: sparse.value },
    { name: 'gain over sparse, points', value: 100 * gain.value },
    { name: 'p that sparse-to-dense equals sparse to 2 points', value: equivalent(gain.value, errorIn(gain), LINES.margin) }, // prettier-ignore
  ]
}

function judgeShare(
  found: Outcome | null,
  share: Estimate | null,
  isFor: boolean,
  isAgainst: boolean,
  keys: readonly string[],
): Pick<VerdictRow, 'verdict' | 'why'> {
  // prettier-ignore
  if (keys.length === 0) return { verdict: 'inconclusive', why: 'The dense model trained alike is above chance at none of it.' }
  if (found === null || share === null) return { verdict: 'inconclusive', why: 'Training without the small weights ends nowhere more than 5 points below dense for sure: there is nothing to bring back.' } // prettier-ignore
  const interval = percentileInterval(share.samples)
  const isLittle = interval !== undefined && interval.high < LINES.half
  const isMuch = interval !== undefined && interval.low > LINES.half
  const range = interval ? ` [${percent(interval.low, 0)}, ${percent(interval.high, 0)}]` : ''
  const said = `Over ${plural(found.levels.length, 'level')} sparse ends ${percent(found.sparse.value)} points below dense and sparse-to-dense ${percent(found.of.get(KIND)!.value)}: ${percent(share.value, 0)} %${range} of the loss comes back` // prettier-ignore
  if (isAgainst || isMuch)
    return { verdict: 'not supported', why: `${said}${isAgainst ? ', dense is reached' : ', more than half'}.` }
  if (isFor && isLittle) return { verdict: 'supported', why: `${said}, less than half for sure.` }
  return { verdict: 'inconclusive', why: isFor ? `${said}: short of dense, but half may come back.` : `${said}; dense may be reached.` } // prettier-ignore
}

/** The longest training must be so many times the shortest. */
const FOLD = 4

/** H3 under more and more steps: the longest training judged as any other, with what each doubling adds. */
export function doses(all: readonly Kinds[]): Finding[] {
  const rest = ({ sparse }: Kinds) => sparse.training.replace(/, [\d.]+ (steps|epochs)/, '')
  const groups = groupBy(all.filter(({ others }) => others.has(KIND)), (k) => JSON.stringify([k.sparse.model, k.sparse.scorer, k.sparse.label, rest(k)])) // prettier-ignore
  return [...groups.values()].flatMap((members) => {
    const byLength = [...members].sort((a, b) => a.sparse.steps! - b.sparse.steps!)
    const [shortest, longest] = [byLength[0]!, byLength.at(-1)!]
    if (longest.sparse.steps === shortest.sparse.steps) return []
    const { keys, excluded } = ableSet(longest)
    const found = outcomeOf(longest, keys, [KIND])
    const at = found === null ? [] : byLength.flatMap((k) => outcomeOf(k, keys, [KIND], found.levels) ?? [])
    const steps = byLength.map(({ sparse }) => sparse.steps!)
    const isKnown = found !== null && at.length === byLength.length
    const shares = isKnown ? at.map((one) => one.share(KIND)) : []
    const finding = findingOf({ ...longest.sparse, training: rest(longest) }, keys, excluded, found, doseDetails(steps, shares))
    const slope = isKnown
      ? weighted(
          slopeParts(
            steps.map(Math.log2),
            steps.map(() => 1),
          )!,
          shares,
        )
      : null
    return [
      {
        ...{ ...finding, of: longest.sparse.of },
        head: {
          ...{ ...finding.head, subject: `${setName(keys)}, ${steps[0]} to ${steps.at(-1)} steps` },
          ...effectOf('share brought back, change per doubling of steps', 'share', slope),
        },
        judge: (isFor: boolean, isAgainst: boolean) => judgeDose(finding.judge(isFor, isAgainst), steps, slope),
      },
    ]
  })
}

/** Share after each number of steps, and where rho = rho_inf − c / steps would end (paper.md 6). */
function doseDetails(steps: readonly number[], shares: readonly Estimate[]): { name: string; value: number | null }[] {
  if (shares.length === 0) return []
  const each = shares.map(({ value }, i) => ({ name: `share brought back, ${steps[i]} steps`, value: finite(value) }))
  if (shares.length < 3) return each
  const x = steps.map((n) => 1 / n)
  const parts = slopeParts(x, x.map(() => 1))! // prettier-ignore
  const middle = x.reduce((a, b) => a + b, 0) / x.length
  const end = weighted(parts.map((part) => 1 / x.length - part * middle), shares) // prettier-ignore
  const interval = percentileInterval(end.samples)
  const ends = [{ name: 'low', value: interval?.low ?? null }, { name: 'high', value: interval?.high ?? null }] // prettier-ignore
  return [...each, { name: 'share after any number of steps, fitted', value: finite(end.value) }, ...ends.map(({ name, value }) => ({ name: `share after any number of steps, ${name}`, value }))] // prettier-ignore
}

function judgeDose(
  { verdict, why }: Pick<VerdictRow, 'verdict' | 'why'>,
  steps: readonly number[],
  slope: Estimate | null,
): Pick<VerdictRow, 'verdict' | 'why'> {
  // prettier-ignore
  const each = slope === null ? '' : ` Each doubling of steps changes the share by ${signed(100 * slope.value, 0)} points.`
  const isFar = steps.at(-1)! >= FOLD * steps[0]!
  const said = `After ${steps.at(-1)} steps: ${why}${each}`
  return isFar ? { verdict, why: said } : { verdict: 'inconclusive', why: `${said} The longest training is less than ${FOLD} times the shortest.` } // prettier-ignore
}
