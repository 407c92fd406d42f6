import { describe, expect, it } from 'vitest'
import type { Judged } from '../../main/bundle/tally.ts'
import { formatOverview } from '../../main/bundle/terminal/overview.ts'

type Verdict = Judged['verdicts'][number]
const said = (hypothesis: Verdict['hypothesis'], verdict: Verdict['verdict'], change: Partial<Verdict> = {}): Verdict => ({
  ...{ hypothesis, verdict, isControl: false, isCoded: false, isSpecific: null },
  ...change,
})

describe('several studies at a glance', () => {
  it('counts what supports each hypothesis, what does not and what is open, but for controls and codes', () => {
    const first = [
      said('H2', 'supported', { isSpecific: false }),
      said('H2', 'not supported'),
      said('H2', 'supported', { isControl: true }),
      said('H2', 'supported', { isCoded: true }),
      said('H1', 'inconclusive'),
    ]
    const second = [said('H2', 'supported'), said('H2', 'supported', { isSpecific: false })]
    const lines = formatOverview([{ name: 'one', verdicts: first }, { name: 'two', verdicts: second }], { width: 100, colour: false }).split('\n') // prettier-ignore
    expect(lines[1]!.trim().split(/ +/)).toEqual(['H1', 'H2'])
    expect(lines[2]!.trim().split(/ +/)).toEqual(['one', '0/0/1', '1†/1/0']) // all that support it are shown by a control too
    expect(lines[3]!.trim().split(/ +/)).toEqual(['two', '2/0/0'])
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110)
  })

  it('says nothing where nothing was judged', () => {
    expect(
      formatOverview([{ name: 'one', verdicts: [said('H1', 'supported', { isControl: true })] }], { width: 100, colour: false }),
    ).toBe('')
  })
})
