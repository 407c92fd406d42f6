import { describe, expect, it } from 'vitest'
import { verdicts as csv } from '../../main/bundle/exports/verdicts.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { summarise } from '../../main/bundle/summary.ts'
import { formatResults, formatVerdicts } from '../../main/bundle/terminal.ts'
import { verdictRows } from '../../main/bundle/verdicts/index.ts'
import { chartData } from '../../main/charts/chart.ts'
import { charts } from '../../main/charts/index.ts'
import { readCsv } from '../../main/study/csv.ts'
import type { ResultRow, VerdictRow } from '../../preload/contract.ts'
import { unbalanced } from '../make/markup.ts'
import { axis, makeMeasured, pruned, type MadeCondition, type MadeLevel } from '../make/measured.ts'
import { makeTransferStudy } from '../make/conditions.ts'
import { makeStudy } from '../make/rows.ts'

/** Four levels of an axis: under magnitude each loses a fifth more than the one before, under random all alike. */
const SPARSITIES = [0.3, 0.5, 0.7]
const steep = (s: number, _: MadeCondition, i: number) => 1 - s * (0.1 + 0.2 * i)
const alike = (s: number) => 1 - 0.6 * s
const both = [...pruned('magnitude', SPARSITIES, steep), ...pruned('random', SPARSITIES, alike)]
const rows = verdictRows(makeMeasured(axis(4), both), [])
const find = (all: readonly VerdictRow[], hypothesis: string, method: string, more = '') =>
  all.find((r) => r.hypothesis === hypothesis && r.compression.startsWith(method) && r.subject.includes(more))!

describe('verdicts on a world that was made to measure', () => {
  it('support that drop grows with sparsity under every removal, so that it is specific to none', () => {
    const row = find(rows, 'H1', 'magnitude')
    expect([row.verdict, row.isSpecific, row.control]).toEqual(['supported', false, 'random: supported; not specific to small weights']) // prettier-ignore
    expect([row.effectValue, row.details.find(({ name }) => name === 'steps down')!.value]).toEqual([1, 0])
  })
  it('support that harder levels lose more where they do, by as much as they do', () => {
    const row = find(rows, 'H2', 'magnitude')
    // drops of s · (0.1 + 0.2 i): from i = 0 to i = 3 they rise by 0.6 s, with s 0.5 on average
    expect(row.effectValue!).toBeCloseTo(0.3, 2)
    expect([row.effectLow! < 0.3, row.effectHigh! > 0.3, row.verdict]).toEqual([true, true, 'supported'])
    // 3 blocks in perfect order: L = 3 · (1 + 4 + 9 + 16), and one of 4! orders of the curves is as good
    expect(row.value).toBe(90)
    expect(row.details.find(({ name }) => name.endsWith('whole curves permuted'))!.value).toBeCloseTo(1 / 24, 12)
  })
  it('do not claim it of a control that takes from all alike', () => {
    const row = find(rows, 'H2', 'random')
    expect([row.verdict === 'supported', Math.abs(row.effectValue!) < 0.01]).toEqual([false, true])
  })
  it('find the sparsity up to which little is lost, by interpolation', () => {
    const row = find(rows, 'H2b', 'magnitude', '5 % loss')
    const at = row.details.map(({ value }) => value!)
    // drops of 0.03, 0.05, 0.07 cross 0.05 at 0.5; of 0.21 at the first level, 0.3 · 0.05 / 0.21
    expect(at[0]!).toBeCloseTo(0.5, 1)
    expect(at[3]!).toBeCloseTo((0.3 * 0.05) / 0.21, 2)
    expect(row.details[3]!.name).toContain('before the first level')
    expect([row.verdict, row.value]).toEqual(['supported', -1])
  })
  it('correct each p over all scopes of one hypothesis', () => {
    const h2 = rows.filter(({ hypothesis }) => hypothesis === 'H2')
    const ps = h2.map(({ p }) => p!).sort((a, b) => a - b)
    expect(h2.map(({ pHolm }) => pHolm!).sort((a, b) => a - b)[0]).toBeCloseTo(Math.min(1, 2 * ps[0]!), 12)
    expect(h2.every(({ tests }) => tests === 2)).toBe(true)
  })
  it('print the rule with its thresholds', () => {
    for (const { rule } of rows) expect(rule).toMatch(/Supported|supported/)
    expect(find(rows, 'H2', 'magnitude').rule).toContain('2 points')
  })
})

describe('evidence against', () => {
  it('is a step down that is sure', () => {
    const down = pruned('magnitude', [0.3, 0.5, 0.7], (s) => (s === 0.5 ? 0.5 : 0.8))
    const row = find(verdictRows(makeMeasured(axis(2), down), []), 'H1', 'magnitude')
    expect(row.verdict).toBe('not supported')
    expect(row.why).toContain('falls from 50.0 % at 50 % to 20.0 % at 70 %')
  })
  it('is many steps down that other items would not bring, though none is sure by itself', () => {
    const zigzag = pruned('magnitude', [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], (s) => (Math.round(10 * s) % 2 === 0 ? 0.8 : 0.77) - 0.1 * s) // prettier-ignore
    const conditions = axis(6, 'zigzag')
    const row = find(verdictRows(makeMeasured(conditions, zigzag, 1000), []), 'H1', 'magnitude')
    expect(row.verdict).toBe('not supported')
    expect(row.why).toMatch(
      /24 of 42 steps go down.*none by more than 1 for sure, yet together more than other items would bring/,
    )
  })
  it('is no rise that unequal chance makes: a raw one alone does not count', () => {
    // right by knowledge in k of the items, else by a guess among so many: alike in what they know, unlike in what they drop
    const options = [2, 8].map((m) => ({ task: 'options', axis: 'options', level: m, difficulty: m, chance: 1 / m, dense: 1 / m + 0.9 * (1 - 1 / m) })) // prettier-ignore
    const half = (s: number, c: MadeCondition) => (c.chance! + (c.dense - c.chance!) * (1 - s)) / c.dense
    const row = find(verdictRows(makeMeasured(options, pruned('magnitude', [0.2, 0.4], half), 1000), []), 'H2', 'magnitude')
    expect([row.verdict, row.effectLow! > 0.05]).toEqual(['inconclusive', true])
    expect(row.why).toContain('corrected for chance it may be none')
  })
  it('is a trend that runs the other way', () => {
    const reversed = pruned('magnitude', SPARSITIES, (s, _, i) => 1 - s * (0.7 - 0.2 * i))
    const all = verdictRows(makeMeasured(axis(4), reversed), [])
    expect([find(all, 'H2', 'magnitude').verdict, find(all, 'H2b', 'magnitude', '5 %').verdict]).toEqual(['not supported', 'not supported']) // prettier-ignore
    expect(find(all, 'H2b', 'magnitude', '5 %').why).toMatch(/τ \+1\.00: no fall of 2 points for sure\.$/)
  })
  it('stands beside evidence for it where critical sparsity falls, but by next to nothing: the rule that is printed says what then', () => {
    // 1 % is lost at 0.3 · 0.01 / 0.3 and / 0.6, so that it falls from 1 % to 0.5 %: surely a fall, surely less than 2 points
    const early = pruned('magnitude', [0.3, 0.5], (s, _, i) => 1 - s * (1 + i))
    const all = verdictRows(makeMeasured(axis(2), early, 1000), [])
    const row = find(all, 'H2b', 'magnitude', '1 %')
    expect([row.verdict, row.pHolm! < 0.05, row.effectHigh! < 0, row.effectLow! > -0.02]).toEqual(['inconclusive', true, true, true]) // prettier-ignore
    expect(row.why).toContain('τ −1.00: it falls, yet by less than 2 points for sure.')
    expect(row.rule).toContain('Where both hold, and else, inconclusive.')
  })
  it('is a rise that many items show to be none', () => {
    const flat = pruned('magnitude', [0.4], () => 0.9)
    const [row] = verdictRows(makeMeasured(axis(2, 'flat', 0.95), flat, 3000), []).filter(({ hypothesis }) => hypothesis === 'H2')
    expect([row!.verdict, row!.why.endsWith('less than 2 points for sure.')]).toEqual(['not supported', true])
  })
  it('is not a lack of items', () => {
    const flat = pruned('magnitude', [0.4], () => 0.9)
    const [row] = verdictRows(makeMeasured(axis(2, 'flat', 0.95), flat, 100), []).filter(({ hypothesis }) => hypothesis === 'H2')
    expect(row!.verdict).toBe('inconclusive')
    expect(row!.detectable!).toBeGreaterThan(0.02)
  })
})

describe('what cannot be told', () => {
  it('is an order of one level, or of one condition', () => {
    const one = verdictRows(
      makeMeasured(
        axis(1),
        pruned('magnitude', [0.5], () => 0.5),
      ),
      [],
    )
    expect(one.map(({ verdict }) => verdict)).toEqual(one.map(() => 'inconclusive'))
    expect(find(one, 'H1', 'magnitude').why).toBe('One level of compression has no order.')
    expect(find(one, 'H2', 'magnitude').why).toContain('above chance at one of 1 condition')
  })
  it('is anything where dense is at chance, and that is listed', () => {
    const hopeless = axis(3).map((c) => ({ ...c, dense: 0.25, chance: 0.25 }))
    const all = verdictRows(makeMeasured(hopeless, both), [])
    expect(new Set(all.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']))
    expect(find(all, 'H2', 'magnitude').excluded).toEqual([0, 1, 2].map((i) => `facts · rarity ${i}: dense not above chance`))
  })
  it('is tested without what stands at the floor, and that is listed', () => {
    const low = axis(4).map((c) => ({ ...c, chance: 0.5 }))
    const row = find(verdictRows(makeMeasured(low, both), []), 'H2', 'magnitude')
    // 0.9 · (1 − 0.7 · 0.7) = 0.46 lies below chance; 0.585 of the level before, ± 0.05, does not
    expect(row.excluded).toEqual(['facts · rarity 3: at the floor at 70 %'])
  })
  it('is nothing at all of a study that compressed nothing', () => expect(verdictRows(makeMeasured(axis(3), []), [])).toEqual([]))
  it('is whether it is specific, where no control was run', () => {
    const row = find(verdictRows(makeMeasured(axis(4), both.slice(0, 3)), []), 'H2', 'magnitude')
    expect([row.verdict, row.control, row.isSpecific]).toEqual(['supported', 'no control was run', null])
  })
})

describe('tasks ordered by an estimator', () => {
  const tasks = ['a', 'b', 'c', 'd', 'e', 'f'].map((task, i) => ({ task, difficulty: 10 * i, dense: 0.9 }))
  const all = verdictRows(makeMeasured(tasks, pruned('magnitude', SPARSITIES, steep).map((l) => ({ ...l, left: (c, i) => 1 - (1 - l.left(c, i)) / 2 }))), ['declared']) // prettier-ignore
  it('are judged by dealing difficulties out to whole tasks', () => {
    const row = find(all, 'H2', 'magnitude', 'tasks by declared')
    expect(row.p).toBeCloseTo(1 / 720, 12)
    expect(row.verdict).toBe('supported')
  })
  it('support nothing where difficulty is fitted to the compressed models’ own answers', () => {
    const levels = pruned('magnitude', SPARSITIES, (s, c, i) => 1 - (1 - steep(s, c, i)) / 2)
    const row = find(verdictRows(makeMeasured(tasks, levels), ['item-response']), 'H2', 'magnitude', 'item-response')
    expect([row.verdict, row.p! < 0.05]).toEqual(['inconclusive', true])
    expect(row.why).toMatch(/^Difficulty is fitted to answers of the compressed models themselves/)
  })
  it('have H1 as a set, once', () => expect(all.filter(({ hypothesis }) => hypothesis === 'H1').map(({ subject }) => subject)).toEqual(['6 tasks'])) // prettier-ignore
})

describe('seeds', () => {
  it('are drawn with the items: masks that differ widen the interval', () => {
    const seeds = (left: readonly number[]) => left.flatMap((l, seed) => pruned('random', [0.5], (_, __, i) => 1 - (1 - l) * (1 + i), { seed })) // prettier-ignore
    const width = (left: readonly number[]) => {
      const row = find(verdictRows(makeMeasured(axis(2), seeds(left)), []), 'H2', 'random')
      return { value: row.effectValue!, width: row.effectHigh! - row.effectLow! }
    }
    const [same, apart] = [width([0.8, 0.8]), width([0.7, 0.9])]
    expect(apart.value).toBeCloseTo(same.value, 2)
    expect(apart.width).toBeGreaterThan(1.5 * same.width)
  })
})

const kinds = ['sparse', 'sparse-to-dense', 'freezing']
/** Trainings of so many steps, and what each kind leaves. */
function trained(steps: readonly number[], left: (kind: string, steps: number) => number): ReturnType<typeof makeMeasured> {
  return steps.flatMap((n) => {
    const training = `500 items of kinds, ${n} steps, rate 0.001, batch 16, linear, warm-up 0.06, decay 0`
    const row = (transfer: string): Partial<ResultRow> => ({ transfer, training, trainItems: 500, steps: n, learningRate: 0.001, trainSeed: 0 }) // prettier-ignore
    const levels: MadeLevel[] = kinds.flatMap((kind) => pruned('magnitude', [0.6, 0.8], () => left(kind, n), row(kind)))
    return makeMeasured([{ task: 'kinds', dense: 0.9 }], levels).map((one) => one.row.method === 'dense' ? { ...one, row: { ...one.row, ...row('dense') } } : one) // prettier-ignore
  })
}

describe('training after compression', () => {
  const left = { sparse: 0.6, 'sparse-to-dense': 0.68, freezing: 0.995 } as Readonly<Record<string, number>>
  it('supports that the loss is irreversible and that values keep the score, where that is so', () => {
    const all = verdictRows(
      trained([200], (kind) => left[kind]!),
      [],
    )
    const [h3, h4] = [find(all, 'H3', 'magnitude'), find(all, 'H4', 'magnitude')]
    expect([h3.verdict, h4.verdict]).toEqual(['supported', 'supported'])
    // 0.08 of 0.4 came back
    expect(h3.effectValue!).toBeCloseTo(0.2, 2)
    expect(h4.effectValue!).toBeCloseTo(0.315, 2)
  })
  it('refutes both where it comes back', () => {
    const all = verdictRows(
      trained([200], (kind) => (kind === 'sparse' ? 0.6 : 0.995)),
      [],
    )
    expect([find(all, 'H3', 'magnitude').verdict, find(all, 'H4', 'magnitude').verdict]).toEqual([
      'not supported',
      'not supported',
    ])
  })
  it('refutes that values keep the score where they do not at one level, whatever sparse does there', () => {
    const all = verdictRows(
      trained([200], (kind) => (kind === 'freezing' ? 0.85 : 0.99)),
      [],
    )
    const row = find(all, 'H4', 'magnitude')
    expect([row.verdict, row.p]).toEqual(['not supported', null])
    expect(row.why).toContain('more than 5 for sure')
  })
  it('has nothing to say where nothing was lost', () => {
    const all = verdictRows(
      trained([200], () => 0.99),
      [],
    )
    expect(find(all, 'H3', 'magnitude').why).toContain('nothing to bring back')
    expect(find(all, 'H4', 'magnitude').verdict).toBe('inconclusive')
  })
  it('follows the share that comes back over more and more steps', () => {
    const share = (steps: number) => 0.5 - 50 / steps
    const all = verdictRows(trained([200, 400, 800], (kind, n) => kind === 'sparse' ? 0.5 : kind === 'freezing' ? 0.99 : 0.5 + 0.5 * share(n)), []) // prettier-ignore
    const row = all.find(({ subject }) => subject === 'kinds, 200 to 800 steps')!
    // rho = 0.5 − 50 / steps: 0.25, 0.375, 0.4375; fitted by its own formula it ends at 0.5
    expect(row.details.find(({ name }) => name === 'share after any number of steps, fitted')!.value!).toBeCloseTo(0.5, 1)
    expect(row.effectValue!).toBeCloseTo((0.4375 - 0.25) / 2, 1)
    expect(row.training).not.toContain('steps')
  })
  it('takes fewer training items for harder', () => {
    const items = (count: number, lost: number) => {
      const training = `${count} items of kinds, 200 steps, rate 0.001`
      const row = (transfer: string): Partial<ResultRow> => ({ transfer, training, trainItems: count, steps: 200, trainSeed: 0 })
      return makeMeasured(
        [{ task: 'kinds', dense: 0.9 }],
        pruned('magnitude', [0.5, 0.7], (s) => 1 - s * lost, row('sparse')),
      )
    }
    const row = find(verdictRows([...items(200, 0.6), ...items(2000, 0.2)], []), 'H2', 'magnitude', 'by training items')
    expect([row.verdict, row.subject]).toEqual(['supported', 'kinds by training items'])
    expect(row.effectValue!).toBeCloseTo(0.24, 2)
  })
})

describe('bits against zeros', () => {
  const coded = [8, 6, 4].map((bits): MadeLevel => ({
    row: { method: `rtn bits=${bits} groupSize=128`, group: 'none', bits, effectiveBits: bits + (16 + bits) / 128, outputError: 4 ** -bits },
    left: (_, i) => 1 - 0.003 * (9 - bits) * (1 + 0.2 * i),
  })) // prettier-ignore
  const zeros = pruned('magnitude', [0.25, 0.5, 0.75, 0.9], (s, _, i) => 1 - 0.5 * s * (0.2 + 0.3 * i)).map((l) => ({ ...l, row: { ...l.row, outputError: l.row!.sparsity! ** 8 } })) // prettier-ignore
  const measured = makeMeasured(axis(4), [...coded, ...zeros])
  const all = verdictRows(measured, [])
  it('are set side by side at equal memory by both rules, and at equal output error', () => {
    const h6 = all.filter(({ hypothesis }) => hypothesis === 'H6')
    expect(h6.map(({ subject }) => subject.split(', ').slice(1).join(', '))).toEqual(['equal memory, index ignored', 'equal memory, mask charged', 'equal output error']) // prettier-ignore
    expect(h6.map(({ verdict }) => verdict).slice(0, 2)).toEqual(['supported', 'supported'])
    // 8, 6 and 4 bits with groups of 128: s_eq = 1 − b_eff / 16 = 0.488, 0.614, 0.740; separation there 0.5 · s · 0.9
    const at = [8, 6, 4].map((b) => 1 - (b + (16 + b) / 128) / 16)
    expect(h6[0]!.details.find(({ name }) => name === 'separation under pruning')!.value!).toBeCloseTo((0.45 * (at[0]! + at[1]! + at[2]!)) / 3, 2) // prettier-ignore
    expect(h6[0]!.details.find(({ name }) => name === 'bit widths set beside pruning')!.value).toBe(3)
  })
  it('count as one way of compressing with a level per width, and in no count of ways of pruning', () => {
    expect(all.filter(({ isCoded }) => isCoded).map(({ compression }) => compression)).toEqual(Array(2).fill('rtn groupSize=128'))
    expect(all.some(({ hypothesis }) => hypothesis === 'H5')).toBe(false)
  })
  it('are drawn against memory and output error, hollow where little is left', () => {
    const [data] = chartData({ ...makeStudy(), rows: measured.map(({ row }) => row), groups: [], trends: [], ledger: [] })
    const chart = charts.find(({ id }) => id === 'contrast')!
    expect(chart.isFor!(data!)).toBe(true)
    const marks = (chart.figure(data!, 'x')!.option.series as { type: string; data: { value: [number, number] }[] }[]).filter(({ type }) => type === 'scatter') // prettier-ignore
    expect(marks.map(({ data: d }) => d.length)).toEqual([3, 4, 3, 4])
    expect(marks[1]!.data.map(({ value }) => value[0]!)).toEqual([-12, -8, -4, -1.6].map((x) => expect.closeTo(x, 9)))
    expect(chart.tables(data!)[0]!.rows).toHaveLength(7)
  })
})

describe('generality', () => {
  const half = pruned('wanda', SPARSITIES, steep, { group: 'row' })
  it('is supported where H1 and H2 are, in every way of pruning', () => {
    const row = verdictRows(makeMeasured(axis(4), [...both.slice(0, 3), ...half]), []).find(({ hypothesis }) => hypothesis === 'H5')! // prettier-ignore
    expect([row.verdict, row.value, row.compression]).toEqual(['supported', 2, 'magnitude and wanda'])
  })
  it('is refuted by one way in which they are not', () => {
    const other = pruned('wanda', SPARSITIES, (s, _, i) => 1 - s * (0.7 - 0.2 * i), { group: 'row' })
    const row = verdictRows(makeMeasured(axis(4), [...both.slice(0, 3), ...other]), []).find(({ hypothesis }) => hypothesis === 'H5')! // prettier-ignore
    expect([row.verdict, row.why]).toEqual(['not supported', 'H1 and H2 are supported in 1 of 2 ways of compressing, and one of them not supported in wanda.']) // prettier-ignore
  })
})

describe('verdicts as one reads them', () => {
  const input = { ...makeStudy({ groups: { a: ['one', 'two'] } }), verdicts: rows }
  it('stand in the terminal as hypotheses by what they were asked of', () => {
    const lines = formatResults(input, { width: 100, colour: false }).split('\n')
    const at = lines.findIndex((line) => line.startsWith('The paper’s hypotheses'))
    expect(lines[at + 1]!.trim().split(/ {2,}/)).toEqual(['H1', 'H2', 'H2b 1 %', 'H2b 5 %'])
    expect(lines[at + 2]).toBe('magnitude')
    expect(lines[at + 3]).toMatch(/^ {2}facts by rarity +yes† +yes /)
    expect(lines[at + 4]).toBe('random (control)')
    expect(lines.every((line) => line.length <= 100)).toBe(true)
    expect(lines.join(' ')).not.toContain('‡')
    const alone = verdictRows(makeMeasured(axis(4), both.slice(0, 3)), [])
    const text = formatResults({ ...input, verdicts: alone }, { width: 100, colour: false })
    expect(text).toMatch(/ {2}facts by rarity +yes‡ +yes‡/)
    expect(text.replace(/\s+/g, ' ')).toContain('‡ no control of the same pattern was run')
  })
  it('say why, with numbers, rules and controls, where one asks for that', () => {
    const text = formatVerdicts(input, { width: 110, colour: false })
    expect(text.replace(/\s+/g, ' ')).toContain('magnitude, facts by rarity: SUPPORTED. From easiest to hardest the drop changes by 30.0 points') // prettier-ignore
    expect(text.split('\n').every((line) => line.length <= 110)).toBe(true)
  })
  it('stand in the report with rule, interval and control, whose every tag closes', () => {
    const page = renderReport(input)
    expect(unbalanced(page)).toEqual([])
    expect(page).toContain('<h2 id="verdicts">The paper’s hypotheses</h2>')
    expect(page).toContain('random: supported; not specific to small weights')
  })
  it('are counted in the summary, controls apart', () => {
    const part = summarise(input).parts.find(({ title }) => title === 'Verdicts')!
    expect(part.said[0]!.items.find((item) => item.startsWith('H1'))).toContain('supported in 1 (1 of them under a control as well, so not specific to small weights) of 1 scope') // prettier-ignore
  })
  it('are one row each in their CSV', () => {
    const back = readCsv(csv.write(input, { cells: [], items: () => undefined }) as string, 'verdicts.csv')
    expect(back.map((row) => [row.hypothesis, row.compression, row.verdict, row.p === '' ? null : Number(row.p)])).toEqual(rows.map((r) => [r.hypothesis, r.compression, r.verdict, r.p])) // prettier-ignore
  })
})

describe('more training', () => {
  const trainings = (steps: readonly number[]) => steps.map((n) => ({ items: 500, steps: n, rate: 0.001 }))
  it('is drawn where trainings differ in their steps alone, a mark for each that has a share', () => {
    const study = makeTransferStudy({ trainings: trainings([200, 400, 800]) })
    const [data] = chartData(study)
    const chart = charts.find(({ id }) => id === 'dose')!
    const marks = (chart.figure(data!, 'x')!.option.series as { type: string; data: unknown[] }[]).filter(({ type }) => type === 'scatter') // prettier-ignore
    const shares = study.recoveries.filter((r) => r.share !== null && r.of === 'all')
    expect(marks.reduce((sum, { data: d }) => sum + d.length, 0)).toBe(shares.length)
    expect(chart.tables(data!)[0]!.rows).toHaveLength(shares.length)
  })
  it('is not asked about where they differ in more', () => {
    const [data] = chartData(makeTransferStudy())
    expect(charts.find(({ id }) => id === 'dose')!.isFor!(data!)).toBe(false)
  })
})
