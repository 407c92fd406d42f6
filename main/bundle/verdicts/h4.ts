import { percent, plural } from '../../charts/words.ts'
import { percentileInterval } from '../../stats/bootstrap.ts'
import { holm } from '../../stats/correct.ts'
import { above, below } from '../../stats/equivalence.ts'
import { errorIn, pooled, weighted, type Estimate } from './evidence.ts'
import { effectOf, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableSet, dropsOf, outcomeOf, setName, type Kinds } from './trained.ts'

/** H4: small weights held at their pre-trained values keep the score, though as few of them learn as under sparse training. */
export function h4(kinds: Kinds): Finding | null {
  const wanted = ['sparse-to-dense', 'freezing']
  if (!wanted.every((kind) => kinds.others.has(kind))) return null
  const { keys, excluded } = ableSet(kinds)
  const found = outcomeOf(kinds, keys, wanted)
  const [again, held] = wanted.map((kind) => found?.of.get(kind))
  const gain = again && held ? weighted([1, -1], [again, held]) : null
  const flat = gain && below(gain.value, errorIn(gain), LINES.margin)
  const all = dropsOf(kinds, keys, 'freezing')
  const mean = all.length === 0 ? null : pooled(all.map(({ drop }) => drop))
  const worst = worstOf(all)
  return {
    of: kinds.sparse.of,
    // two ways to be wrong, so that p counts twice
    against: worst && Math.min(1, 2 * Math.min(worst.p, flat ?? 1)),
    head: {
      ...headOf('H4', { ...kinds.sparse, transfer: 'freezing' }, setName(keys)),
      ...{ statistic: 'drop after freezing, all levels', value: mean?.value ?? null },
      p: gain && above(gain.value, errorIn(gain)),
      ...effectOf('freezing over sparse-to-dense', 'points', gain),
      excluded,
      details: [
        { name: 'levels of compression', value: all.length },
        { name: 'levels at which sparse falls short', value: found?.levels.length ?? 0 },
        { name: 'drop after sparse there', value: found?.sparse.value ?? null },
        { name: 'drop after sparse-to-dense there', value: again?.value ?? null },
        { name: 'drop after freezing there', value: held?.value ?? null },
        ...all.map(({ label, drop }) => ({ name: `drop after freezing, ${label}`, value: drop.value })),
      ],
    },
    judge(isFor, isAgainst) {
      if (!mean || !worst) return { verdict: 'inconclusive', why: 'The dense model trained alike is above chance at none of it.' }
      const range = percentileInterval(mean.samples)
      const said = `Over ${plural(all.length, 'level')} freezing ends ${spanWords(mean)} below dense`
      if (isAgainst && worst.p <= (flat ?? 1)) return { verdict: 'not supported', why: `${said}, at ${worst.label} ${spanWords(worst.drop)}: more than 5 for sure.` } // prettier-ignore
      if (!found || !gain) return { verdict: 'inconclusive', why: `${said}; training without the small weights ends nowhere more than 5 points below dense for sure, so that there is nothing to keep.` } // prettier-ignore
      const other = `where sparse falls short it ends ${percent(held!.value)} points below, sparse-to-dense ${percent(again!.value)}`
      if (isAgainst) return { verdict: 'not supported', why: `${said}; ${other}: a gain of less than 2 points for sure.` }
      if (isFor && range !== undefined && range.high < LINES.lost) return { verdict: 'supported', why: `${said}; ${other}.` }
      return { verdict: 'inconclusive', why: `${said}; ${other}${isFor ? ': better, but not close to dense for sure' : '; that it is better may be chance'}.` } // prettier-ignore
    },
  }
}

interface Worst {
  readonly label: string
  readonly drop: Estimate
  /** Of the claim that it falls short by more than the line allows, corrected for how many levels there are. */
  readonly p: number
}

function worstOf(all: ReturnType<typeof dropsOf>): Worst | null {
  if (all.length === 0) return null
  const corrected = holm(all.map(({ drop }) => above(drop.value, errorIn(drop), LINES.lost)))
  const at = corrected.indexOf(Math.min(...corrected))
  return { ...all[at]!, p: corrected[at]! }
}

function spanWords(drop: Estimate): string {
  const interval = percentileInterval(drop.samples)
  return `${percent(drop.value)} points${interval ? ` [${percent(interval.low)}, ${percent(interval.high)}]` : ''}`
}
