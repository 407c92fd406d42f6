import { percent, plural } from '../../charts/words.ts'
import { percentileInterval } from '../../stats/bootstrap.ts'
import { above, below, errorOf } from '../../stats/equivalence.ts'
import { weighted } from './evidence.ts'
import { effectOf, headOf, type Finding } from './finding.ts'
import { LINES } from './rules.ts'
import { ableSet, outcomeOf, setName, type Kinds } from './trained.ts'

/** H4: small weights held at their pre-trained values keep the score, though as few of them learn as under sparse training. */
export function h4(kinds: Kinds): Finding | null {
  const wanted = ['sparse-to-dense', 'freezing']
  if (!wanted.every((kind) => kinds.others.has(kind))) return null
  const { keys, excluded } = ableSet(kinds)
  const found = outcomeOf(kinds, keys, wanted)
  const [again, held] = wanted.map((kind) => found?.of.get(kind))
  const gain = again && held ? weighted([1, -1], [again, held]) : null
  const error = gain && errorOf(gain.samples)
  const interval = held && percentileInterval(held.samples)
  return {
    of: kinds.sparse.of,
    against: gain && below(gain.value, error!, LINES.margin),
    head: {
      ...headOf('H4', { ...kinds.sparse, transfer: 'freezing' }, setName(keys)),
      ...{ statistic: 'drop after freezing', value: held?.value ?? null, p: gain && above(gain.value, error!) },
      ...effectOf('freezing over sparse-to-dense', 'points', gain),
      excluded,
      details: [
        { name: 'levels of compression', value: found?.levels.length ?? 0 },
        { name: 'drop after sparse', value: found?.sparse.value ?? null },
        { name: 'drop after sparse-to-dense', value: again?.value ?? null },
        { name: 'drop after freezing, low', value: interval?.low ?? null },
        { name: 'drop after freezing, high', value: interval?.high ?? null },
      ],
    },
    judge(isFor, isAgainst) {
      if (keys.length === 0)
        return { verdict: 'inconclusive', why: 'The dense model trained alike is above chance at none of it.' }
      if (!found || !gain || !held || !interval) return { verdict: 'inconclusive', why: 'Training without the small weights ends nowhere more than 5 points below dense for sure: there is nothing that holding them could keep.' } // prettier-ignore
      const said = `Over ${plural(found.levels.length, 'level')} freezing ends ${percent(held.value)} points [${percent(interval.low)}, ${percent(interval.high)}] below dense, sparse-to-dense ${percent(again!.value)}` // prettier-ignore
      if (isFor && interval.high < LINES.lost) return { verdict: 'supported', why: `${said}.` }
      if (isAgainst) return { verdict: 'not supported', why: `${said}: a gain of less than 2 points for sure.` }
      if (interval.low > LINES.lost) return { verdict: 'not supported', why: `${said}: held values do not keep the score.` }
      return { verdict: 'inconclusive', why: isFor ? `${said}: better, but not close to dense for sure.` : `${said}; that it is better may be chance.` } // prettier-ignore
    },
  }
}
