import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import { canonical } from '../../main/base/json.ts'
import { methodName } from '../../main/bundle/facts.ts'
import type { ReportInput } from '../../main/charts/input.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { studyReport } from '../../main/bundle/table.ts'
import { openStore, type Store } from '../../main/store/open.ts'
import { DENSE } from '../../main/study/plan.ts'
import { addResults, COMPRESSIONS, ITEMS, magnitude, STUDY, TASKS, type Results } from '../make/results.ts'
import { makeFolder } from '../make/store.ts'

const about = { version: '0.1.0' }

/** What a study becomes that a job left in a store of its own. */
function reportOf(wish: Partial<Results> = {}, also: (store: Store) => void = () => {}): ReportInput {
  using folder = makeFolder()
  const store = openStore(folder.path)
  try {
    addResults(store, wish)
    also(store)
    return studyReport(store, STUDY, about)
  } finally {
    store.close()
  }
}

describe('a study in the store as one tidy table', () => {
  let folder: ReturnType<typeof makeFolder>
  let store: Store
  let report: ReportInput
  const row = (task: string, method: string, sparsity: number, scorer = 'acc') =>
    report.rows.find((r) => r.task === task && r.method === method && r.sparsity === sparsity && r.scorer === scorer)!
  beforeAll(() => {
    folder = makeFolder()
    store = openStore(folder.path)
    addResults(store)
    report = studyReport(store, STUDY, about)
  })
  afterAll(() => {
    store.close()
    folder[Symbol.dispose]()
  })

  it('has a row per cell and scorer, in the order of the study', () => {
    const tasks = Object.keys(TASKS)
    const expected = COMPRESSIONS.flatMap((c) => tasks.flatMap((task) => ['acc', 'word_perplexity'].map((s) => [c.method, c.sparsity, c.seed, task, s]))) // prettier-ignore
    expect(report.rows.map((r) => [r.method, r.sparsity, r.seed, r.task, r.scorer])).toEqual(expected)
  })
  it('counts what was right before and after', () => {
    const key = (sparsity: number) =>
      report.rows.find((r) => r.task === 'hard' && r.scorer === 'acc' && r.sparsity === sparsity)!.cell
    const [before, after] = [key(0), key(0.6)].map((cell) => store.items.read(cell)!.scores.acc!.value)
    const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / ITEMS
    const found = row('hard', 'magnitude', 0.6)
    expect([found.value, found.dense, found.n]).toEqual([mean(after!), mean(before!), ITEMS])
    expect(found.drop).toBeCloseTo(1 - mean(after!) / mean(before!), 12)
    expect(found.normalised).toBeCloseTo((100 * mean(after!)) / mean(before!), 10)
    expect(found.lost).toBe(before!.filter((b, i) => b > after![i]!).length)
    expect(found.gained).toBe(before!.filter((b, i) => b < after![i]!).length)
    expect(found.mcnemar!).toBeLessThan(1e-6)
    expect([found.low < found.value, found.value < found.high, found.dropLow! > 0, found.dropHigh! > found.drop!]).toEqual([true, true, true, true]) // prettier-ignore
  })
  it('pairs items: a drop is known better than the two scores it is made of', () => {
    const found = row('easy', 'magnitude', 0.3)
    const apart = (found.high - found.low) / found.dense
    expect(found.dropHigh! - found.dropLow!).toBeLessThan(0.8 * apart)
  })
  it('sets dense against itself', () => {
    const found = row('easy', 'dense', 0)
    expect([found.drop, found.dropLow, found.dropHigh, found.normalised, found.lost, found.gained, found.mcnemar]).toEqual([0, 0, 0, 100, 0, 0, 1]) // prettier-ignore
  })
  it('marks what is at the floor, and what dense cannot do', () => {
    expect([row('hopeless', 'dense', 0).isDenseFloor, row('hopeless', 'magnitude', 0.3).retention]).toEqual([true, null])
    expect([row('hardest', 'magnitude', 0.6).isFloor, row('hardest', 'magnitude', 0.6).isDenseFloor]).toEqual([true, false])
    expect(row('easy', 'magnitude', 0.6).isFloor).toBe(false)
  })
  it('reads perplexities from weighted sums, without chance', () => {
    const found = row('hard', 'magnitude', 0.6, 'word_perplexity')
    const { value, weight } = store.items.read(found.cell)!.scores.word_perplexity!
    const [sum, words] = [value, weight!].map((x, c) => x.reduce((total, v, i) => total + (c === 0 ? v * weight![i]! : v), 0))
    expect(found.value).toBeCloseTo(Math.exp(-sum! / words!), 9)
    expect([found.better, found.chance, found.isFloor, found.retention, found.lost, found.mcnemar]).toEqual(['lower', null, false, null, null, null]) // prettier-ignore
    expect(found.drop).toBeCloseTo(found.value / found.dense - 1, 9)
  })
  it('takes difficulty from the first estimator, the human gap from the main score of dense', () => {
    const { dense } = row('hard', 'magnitude', 0.3)
    expect(row('hard', 'magnitude', 0.3).difficulty).toBeCloseTo((0.97 - dense) / 0.97, 12)
    expect(row('hard', 'magnitude', 0.3, 'word_perplexity').difficulty).toBe(row('hard', 'magnitude', 0.3).difficulty)
    expect(row('hopeless', 'magnitude', 0.3).difficulty).toBeNull()
  })
  it('has tau at each level by each estimator, over tasks that are not at the floor', () => {
    const acc = report.trends.filter((t) => t.scorer === 'acc')
    expect(acc.map((t) => [t.estimator, t.method, t.sparsity, t.seed])).toEqual(
      ['human-gap', 'declared'].flatMap((estimator) =>
        COMPRESSIONS.slice(1).map((c) => [estimator, c.method, c.sparsity, c.seed]),
      ),
    )
    for (const t of acc) {
      const known = report.rows.filter((r) => r.scorer === 'acc' && r.method === t.method && r.sparsity === t.sparsity && r.seed === t.seed && (t.estimator === 'declared' || r.difficulty !== null)) // prettier-ignore
      expect([t.tasks, t.floor]).toEqual([known.filter((r) => !r.isFloor && !r.isDenseFloor).length, known.filter((r) => r.isFloor || r.isDenseFloor).length]) // prettier-ignore
    }
    const declared = acc.find((t) => t.estimator === 'declared' && t.method === 'magnitude' && t.sparsity === 0.3)!
    expect([declared.tasks, declared.floor]).toEqual([5, 1])
    expect(declared.tau!).toBeGreaterThan(0.5)
    expect(declared.low!).toBeLessThanOrEqual(declared.tau! + 1e-9)
  })
  it('has means of all tasks, of those that dense can do, and of each group', () => {
    const mine = report.groups.filter((g) => g.scorer === 'acc' && g.method === 'magnitude' && g.sparsity === 0.6)
    expect(mine.map((g) => [g.of, g.taskGroup, g.tasks, g.denseFloor])).toEqual([['all', '', 6, 1], ['able', '', 5, 0], ['group', 'syntax', 2, 0], ['group', 'meaning', 4, 1]]) // prettier-ignore
    const values = Object.keys(TASKS).map((task) => row(task, 'magnitude', 0.6).value)
    expect(mine[0]!.value).toBeCloseTo(values.reduce((sum, v) => sum + v, 0) / 6, 12)
    expect(mine[0]!.floor).toBe(report.rows.filter((r) => r.scorer === 'acc' && r.method === 'magnitude' && r.sparsity === 0.6 && r.isFloor).length) // prettier-ignore
    expect([mine[0]!.normalisedLow! < mine[0]!.normalised!, mine[0]!.chance]).toEqual([true, 0.5])
    // as far as known, no perplexity is at any floor: able would be all
    expect([...new Set(report.groups.filter((g) => g.scorer === 'word_perplexity').map((g) => g.of))]).toEqual(['all', 'group'])
  })
  it('has the ledger of each level once, seeds apart', () => {
    expect(report.ledger.map((l) => [l.recipe, l.level.seed, l.zeros])).toEqual([['magnitude 0.3 model', 0, 10], ['magnitude 0.6 model', 0, 10], ['random 0.3 model', 0, 10], ['random 0.3 model seed 1', 1, 10]]) // prettier-ignore
  })
  it('knows where it comes from', () => {
    const { provenance: p } = report
    expect([p.cells, p.wallMs, p.truncated, p.boundaryFallbacks, p.seeds]).toEqual([{ planned: 30, done: 30, failed: 0 }, 210, 2, 6, [0, 1]]) // prettier-ignore
    expect(p.engine).toEqual({ provider: 'cpu', threads: '2', runtime: 'onnxruntime-node 1.30.0', device: 'a processor' })
    expect([p.scorers, p.study.description, p.lab]).toEqual([{ acc: 1, word_perplexity: 1 }, 'What breaks first?', '0.1.0'])
    expect(p.difficulty.map((d) => d.estimator)).toEqual(['human-gap', 'declared'])
    expect(p.tableHash).toBe(sha256(canonical(report.rows)))
  })
  it('can be printed', () => {
    expect(renderReport(report)).toContain('tiny (128 parameters) was asked 6 tasks in 2 groups of 400 items each')
  })
  it('is found by name, and refuses what is not there by name', () => {
    expect(studyReport(store, 'results', about).provenance.tableHash).toBe(report.provenance.tableHash)
    expect(() => studyReport(store, 'other', about)).toThrow(expect.objectContaining({ code: 'study/unknown' }) as Error)
  })
})

describe('the hash of the table', () => {
  const whole = reportOf().provenance
  it('is equal for equal cells, wherever and however fast they were made', () => {
    const again = reportOf({ tookMs: 12_345 }).provenance
    expect([again.tableHash, again.cellsHash]).toEqual([whole.tableHash, whole.cellsHash])
  })
  it('differs when one item of one cell differs', () => {
    const other = reportOf({
      change(record, { scores }) {
        if (record.key.task.id === 'easy' && record.key.compression.sparsity === 0.6)
          scores.acc!.value[17] = 1 - scores.acc!.value[17]!
      },
    })
    expect(other.provenance.tableHash).not.toBe(whole.tableHash)
    expect(other.provenance.cellsHash).toBe(whole.cellsHash)
  })
})

describe('a study that is not done', () => {
  it('has what is done, and counts the rest', () => {
    const some = reportOf({ isDone: ({ key }) => key.compression.sparsity < 0.5 && key.task.id !== 'hopeless' })
    expect(some.provenance.cells).toEqual({ planned: 30, done: 20, failed: 0 })
    expect(some.rows).toHaveLength(40)
    expect(renderReport(some)).toContain('10 cells of 30 are not done yet')
  })
  it('leaves out what has no dense counterpart', () => {
    const some = reportOf({ isDone: ({ key }) => key.compression.method !== 'dense' || key.task.id === 'easy' })
    expect(new Set(some.rows.map((r) => r.task))).toEqual(new Set(['easy']))
    expect(renderReport(some)).toContain('20 cells have no uncompressed counterpart yet')
  })
  it('tells what failed', () => {
    const fault = { code: 'engine/died' as const, message: 'The engine process ended (SIGKILL).', hint: 'Run it again.' }
    const isBroken = (sparsity: number, task: string) => sparsity === 0.6 && task === 'hard'
    const broken = reportOf({ isDone: ({ key }) => !isBroken(key.compression.sparsity, key.task.id) }, (store) =>
      store.cells.fail(store.cells.ofStudy(STUDY).find(({ record }) => !record)!.fingerprint, fault),
    )
    expect(broken.faults).toEqual([{ label: 'tiny · magnitude 0.6 model · The hard one', fault }])
    expect(broken.provenance.cells).toEqual({ planned: 30, done: 29, failed: 1 })
  })
  it('is empty when nothing has been run, and can still be printed', () => {
    const none = reportOf({ isDone: () => false })
    expect([none.rows, none.groups, none.trends, none.ledger]).toEqual([[], [], [], []])
    expect(renderReport(none)).toContain('30 cells of 30 are not done yet')
  })
})

describe('a method as tables name it', () => {
  it('has its parameters, and the matrices it was kept to', () => {
    expect(methodName(DENSE)).toBe('dense')
    expect(methodName({ ...magnitude(0.5), method: 'band', params: { from: 0.2 } })).toBe('band from=0.2')
    expect(methodName({ ...magnitude(0.5), params: { threshold: 'published' }, include: ['*.q_proj.*'], exclude: ['*.0.*'] })).toBe('magnitude threshold=published only *.q_proj.* not *.0.*') // prettier-ignore
  })
})
