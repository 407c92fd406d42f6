import { beforeAll, describe, expect, it } from 'vitest'
import { readParquet, rowsOf } from '../../main/bundle/archive/parquet.ts'
import { filesOf, type ExportCells, type ExportFile } from '../../main/bundle/exports/export.ts'
import { exports } from '../../main/bundle/exports/index.ts'
import { standardError } from '../../main/bundle/exports/lm-eval.ts'
import { figuresOf } from '../../main/bundle/figures.ts'
import { readCsv } from '../../main/study/csv.ts'
import type { CellRecord } from '../../main/store/records.ts'
import { DENSE } from '../../main/study/plan.ts'
import type { ResultRow } from '../../preload/contract.ts'
import { makeStudy } from '../make/rows.ts'
import { makeOutcomes, makeRecord } from '../make/store.ts'

const study = makeStudy({ groups: { 'a "quoted", group': ['one', 'two,\nlines'], '': ['= 1 + 1'] }, hasDifficulty: false })
const NONE: ExportCells = { cells: [], items: () => undefined }
const exportOf = (id: string) => exports.find((e) => e.id === id)!
const write = (id: string) => exportOf(id).write(study, NONE)
const text = (id: string) => String(write(id))

/** A field of CSV as the contract has it. */
function parse(text: string, was: unknown): unknown {
  if (text === '' && was !== '') return null
  if (typeof was === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return typeof was === 'number' ? Number(text) : text
}

describe.each(exports)('$id', (one) => {
  const { id, extension, file, label } = one
  it('says what it is', () => expect([file.endsWith(`.${extension}`), label.length > 5]).toEqual([true, true]))
  it('is the same for the same study', () => expect(write(id)).toEqual(write(id)))
  it('stands when there is nothing', () => {
    const empty = { ...study, rows: [], groups: [], trends: [], ledger: [] }
    expect(filesOf(one, empty, NONE).every(({ data }) => data.length > 10)).toBe(true)
  })
  it('names its files plainly, each once', () => {
    const names = filesOf(one, study, cellsOf(study.rows)).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[^<>:"\\|?*[\]\s/]+(\/[^<>:"\\|?*[\]\s/]+)?$/)
  })
})

/** Cells that rows are of, as far as exports look at them: one per task, uncompressed. */
function cellsOf(rows: readonly ResultRow[]): ExportCells {
  const dense = rows.filter(({ method }) => method === 'dense')
  const cells = dense.map((row, position) => {
    const made = makeRecord(position, 20)
    const key: CellRecord['key'] = {
      ...made.key,
      compression: DENSE,
      task: { ...made.key.task, id: row.task, limit: position === 0 ? 20 : null },
    }
    const record = { ...made, key, fingerprint: row.cell, modelName: row.model }
    return { position, fingerprint: row.cell, label: row.task, record, fault: undefined }
  })
  return { cells, items: () => makeOutcomes(20, 1) }
}

describe('csv', () => {
  it('gives back every row to the last digit', () => {
    const rows = readCsv(text('csv'), 'results.csv')
    expect(rows).toHaveLength(study.rows.length)
    const back = rows.map((row, i) => Object.fromEntries(Object.entries(row).map(([key, text]) => [key, parse(text, study.rows[i]![key as keyof ResultRow])]))) // prettier-ignore
    expect(back).toEqual(study.rows)
  })
  it('is RFC 4180: a header, CRLF, quotes doubled where needed', () => {
    const written = text('csv')
    const [head] = written.split('\r\n')
    expect(head!.split(',').sort()).toEqual(Object.keys(study.rows[0]!).sort())
    expect(written).toContain('"a ""quoted"", group"')
    expect(written).toContain('"two,\nlines"')
    expect(written.endsWith('\r\n')).toBe(true)
    expect(written.replaceAll(/"[^"]*"/g, '').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
})

describe('json', () => {
  it('gives back everything', () => {
    const { format, version, ...rest } = JSON.parse(text('json')) as Record<string, unknown>
    expect([format, version]).toEqual(['junk-dna-lab/results', 1])
    expect(rest).toEqual(study)
  })
})

// pandas 3.0 and DuckDB 1.5 read these columns as str, bool and double, missing numbers as missing, once by hand:
// python -c "import pandas, duckdb; print(pandas.read_parquet('results.parquet').dtypes); print(duckdb.sql(\"DESCRIBE SELECT * FROM 'results.parquet'\"))"
describe('parquet', () => {
  it('gives back every row to the last digit, in the columns of the CSV', async () => {
    const file = write('parquet') as Uint8Array
    expect(rowsOf(file)).toBe(study.rows.length)
    const rows = await readParquet(file)
    expect(rows).toEqual(study.rows)
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(readCsv(text('csv'), 'results.csv')[0]!))
  })
})

describe('figures', () => {
  let files: readonly ExportFile[]
  beforeAll(() => {
    files = filesOf(exportOf('figures'), study, NONE)
  })
  it('are those of the report: each as SVG, for pgfplots, and in numbers', () => {
    const shown = figuresOf(study)
    expect(files.filter(({ name }) => name.endsWith('.svg'))).toEqual(
      shown.map(({ id, svg }) => ({ name: `${id}.svg`, data: svg })),
    )
    for (const { id } of shown) {
      expect(files.some(({ name }) => name === `${id}.tex`)).toBe(true)
      expect(files.some(({ name }) => name === `${id}.csv` || name === `${id}-1.csv`)).toBe(true)
    }
  })
  it('hold the very points that are drawn', () => {
    const tex = String(files.find(({ name }) => name === 'v1-performance.tex')!.data)
    const rows = readCsv(String(files.find(({ name }) => name === 'v1-performance.csv')!.data), 'performance.csv')
    const all = study.groups.filter(({ of, method }) => of === 'all' && method === 'magnitude')
    expect(all.length).toBeGreaterThan(3)
    for (const { sparsity, normalised } of all)
      expect(tex).toContain(`(${Number(sparsity.toPrecision(9))},${Number(normalised!.toPrecision(9))})`)
    expect(rows.every((row) => Object.values(row).every((value) => !/[−–]/.test(value)))).toBe(true)
  })
})

describe('latex', () => {
  let files: ReadonlyMap<string, string>
  beforeAll(() => {
    files = new Map(filesOf(exportOf('latex'), study, NONE).map(({ name, data }) => [name, String(data)]))
  })
  it('has a document that takes in every other file, and balanced braces and environments everywhere', () => {
    const document = files.get('results.tex')!
    for (const name of files.keys()) if (name !== 'results.tex') expect(document).toContain(`\\input{${name}}`)
    for (const [name, tex] of files) {
      const bare = tex.replaceAll(/\\[{}]/g, '').replaceAll(/^%.*$/gm, '')
      expect([name, bare.split('{').length]).toEqual([name, bare.split('}').length])
      const begun = [...bare.matchAll(/\\begin\{(\w+)\}/g)].map(([, what]) => what).sort()
      expect([name, begun]).toEqual([name, [...bare.matchAll(/\\end\{(\w+)\}/g)].map(([, what]) => what).sort()])
      expect([name, (bare.replaceAll('\\$', '').split('$').length - 1) % 2]).toEqual([name, 0])
    }
  })
})

// read by lm-evaluation-harness 0.4.13 once by hand: lm_eval.utils.make_table(json.load(open(…))) prints the table of each file
describe('lm-eval', () => {
  let files: readonly ExportFile[]
  beforeAll(() => {
    files = filesOf(exportOf('lm-eval'), study, cellsOf(study.rows))
  })
  it('has a folder for each level, with results and the samples of each task', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'stories-260k__dense/results_2026-11-24T09-30-00.000000.json',
      ...['one', 'two__lines', '=__1__+__1'].map(
        (task) => `stories-260k__dense/samples_${task}_2026-11-24T09-30-00.000000.jsonl`,
      ),
    ])
  })
  it('keeps their keys, and says N/A of what nobody knows', () => {
    const found = JSON.parse(String(files[0]!.data)) as Record<string, Record<string, Record<string, unknown>>>
    for (const key of ['results', 'group_subtasks', 'configs', 'versions', 'n-shot', 'higher_is_better', 'n-samples']) expect(found).toHaveProperty([key]) // prettier-ignore
    const row = study.rows.find(({ task, method }) => task === 'one' && method === 'dense')!
    expect(found.results!.one).toMatchObject({ alias: 'one', 'acc,none': row.value })
    expect(found.results!.one!['acc_stderr,none']).toBeGreaterThan(0)
    expect(found['n-samples']).toMatchObject({
      one: { original: 'N/A', effective: 20 },
      '= 1 + 1': { original: 20, effective: 20 },
    })
    expect([found.transformers_version, found.total_evaluation_time_seconds]).toEqual(['N/A', '0.003'])
    expect(found.x_junk_dna_lab).toMatchObject({ compression: { method: 'dense' } })
  })
  it('has a line per item: log-likelihoods and flags as the text that Python makes of them', () => {
    const lines = String(files[1]!.data).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) // prettier-ignore
    const { ll, isGreedy, scores } = makeOutcomes(20, 1)
    expect(lines).toHaveLength(20)
    expect(lines[3]).toMatchObject({
      ...{ doc_id: 3, filter: 'none', metrics: ['acc', 'acc_norm'], acc: scores.acc!.value[3] },
      filtered_resps: [6, 7].map((i) => [String(ll[i]), isGreedy[i] ? 'True' : 'False']),
      resps: [6, 7].map((i) => [[String(ll[i]), isGreedy[i] ? 'True' : 'False']]),
    })
  })
  it('gives the standard error that lm-evaluation-harness gives: sample SD over √n, of plain means alone', () => {
    // statistics.stdev([1, 0, 1, 1]) / 2 = 0.25
    const column = { value: Float64Array.of(1, 0, 1, 1), weight: null }
    expect(standardError('acc', column)).toBeCloseTo(0.25, 12)
    for (const scorer of ['mcc', 'f1', 'word_perplexity']) expect(standardError(scorer, column)).toBeUndefined()
    expect(standardError('acc', { ...column, weight: column.value })).toBeUndefined()
    expect(standardError('acc', { value: Float64Array.of(1), weight: null })).toBeUndefined()
  })
})
