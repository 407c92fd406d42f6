import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy, type RunOutcome } from '../../../main/bench.ts'
import { packStudy } from '../../../main/bundle/pack.ts'
import { summarise } from '../../../main/bundle/summary.ts'
import { studyReport } from '../../../main/bundle/table.ts'
import { importBundle } from '../../../main/bundle/unpack.ts'
import type { ReportInput } from '../../../main/charts/input.ts'
import { openStore } from '../../../main/store/open.ts'
import { writeRows } from '../../make/pack.ts'
import { makeStudy, type MadeStudy } from '../../make/study.ts'

const about = { version: '0.0.0-test' }

async function run({ file, home }: MadeStudy): Promise<RunOutcome> {
  const bench = openBench({ home, readOnly: false })
  try {
    return await runStudy(bench, file, { onProgress: () => {}, signal: new AbortController().signal })
  } finally {
    bench.close()
  }
}

/** A study of one choice task and one of free answers; `estimators` as lines of its file. */
function makeMixed(estimators: string): MadeStudy & { name(estimators: string): void } {
  const made = makeStudy({ tasks: 1, items: 8, compress: ['{ method: magnitude, sparsity: 0.5 }'] })
  const rows = Array.from({ length: 6 }, (_, i) => ({
    question: `abc ${'abcdef'[i]!}`,
    answers: i === 0 ? [] : ['abc', 'bad cab'],
  }))
  writeRows(join(made.folder, 'data', 'free', 'default', 'test.jsonl'), rows)
  const task = ['task: free', 'dataset_path: free', 'test_split: test', 'output_type: generate_until', 'doc_to_text: "{{question}}"', 'doc_to_target: answers', 'generation_kwargs: { until: [" "], max_gen_toks: 4 }', 'metric_list: [{ metric: exact_match }]', 'metadata: { version: 1 }'] // prettier-ignore
  writeFileSync(join(made.folder, 'free.yaml'), task.join('\n'))
  const text = readFileSync(made.file, 'utf8').replace(/tasks: .*/, 'tasks: [./made_0.yaml, ./free.yaml]')
  const name = (wanted: string) => writeFileSync(made.file, text.replace(/difficulty: .*/, `difficulty: [${wanted}]`))
  name(estimators)
  return { ...made, name }
}

function reportOf(home: string, study: string): { report: ReportInput; hashes: readonly (string | undefined)[] } {
  const store = openStore(home, { readOnly: true })
  try {
    const cells = store.cells.ofStudy(study)
    return { report: studyReport(store, study, about), hashes: cells.map(({ fingerprint }) => store.items.hash(fingerprint)) }
  } finally {
    store.close()
  }
}

const lossOf = ({ rows }: ReportInput, task: string) => rows.find((row) => row.task === task)!.denseLoss

describe('right answers of a study', () => {
  it('are kept of choices at once, and asked for in free words where the study names dense-loss: of uncompressed cells alone', async () => {
    using made = makeMixed('{ estimator: dense-error }')
    const first = await run(made)
    const before = reportOf(made.home, first.study)
    expect(first).toMatchObject({ cells: 4, done: 4, failed: [] })
    expect(lossOf(before.report, 'made_0')).toBeGreaterThan(0)
    expect([lossOf(before.report, 'free'), before.report.unmeasured]).toEqual([null, []])

    made.name('{ estimator: dense-loss }, { estimator: dense-loss, unit: nats-among-choices }')
    expect(await run(made)).toMatchObject({ study: first.study, cells: 4, skipped: 3, done: 1, failed: [] })
    const after = reportOf(made.home, first.study)
    expect(after.hashes).toEqual(before.hashes)
    expect(lossOf(after.report, 'free')).toBeGreaterThan(0)
    // free answers are no choices: named, not left out in silence
    expect(after.report.unmeasured).toEqual([{ estimator: 'dense-loss among choices', why: 'not defined', tasks: ['free'] }])
    expect(summarise(after.report).cautions.join('\n')).toMatch(/dense-loss among choices says nothing of 1 task \(free\)/)
    expect(await run(made)).toMatchObject({ skipped: 4, done: 0 })
  })

  it('are missed by name in a study of before they were kept, and come when it is run again', async () => {
    using made = makeMixed('{ estimator: dense-loss }')
    const { study } = await run(made)
    const whole = reportOf(made.home, study)
    const sqlite = new Sqlite(join(made.home, 'lab.db'))
    sqlite.exec('DELETE FROM answer')
    sqlite.close()
    const { report } = reportOf(made.home, study)
    expect(report.unmeasured).toEqual([{ estimator: 'dense-loss', why: 'not kept', tasks: ['made_0', 'free'] }])
    expect(summarise(report).cautions.join('\n')).toMatch(/Run the study again .* uncompressed cells alone are asked once more/)
    expect(await run(made)).toMatchObject({ skipped: 2, done: 2 })
    expect(reportOf(made.home, study)).toEqual(whole)
  })

  it('travel with a bundle, and make the same report and the same bundle elsewhere', async () => {
    using made = makeMixed('{ estimator: dense-loss }')
    const { study } = await run(made)
    const [there, back] = ['one.zip', 'two.zip'].map((name) => join(made.folder, name))
    const pack = async (home: string, out: string) => {
      const store = openStore(home, { readOnly: true })
      await packStudy(store, study, about, out, { withItems: true, withMasks: false })
      store.close()
    }
    await pack(made.home, there!)
    const elsewhere = join(made.folder, 'elsewhere')
    const store = openStore(elsewhere)
    await importBundle(store, there!, about)
    expect(await importBundle(store, there!, about)).toMatchObject({ rows: 0 })
    store.close()
    expect(reportOf(elsewhere, study).report.rows).toEqual(reportOf(made.home, study).report.rows)
    await pack(elsewhere, back!)
    expect(readFileSync(back!).equals(readFileSync(there!))).toBe(true)
  })
})
