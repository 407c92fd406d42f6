import { join, resolve } from 'node:path'
import type { Progress, StudyRow } from '../../../preload/contract.ts'
import { templateFiles } from '../../api/templates.ts'
import { openBench, runStudy, type RunOptions, type RunOutcome, type SettledCell } from '../../bench.ts'
import { LabError } from '../../base/errors.ts'
import { ASSUMED, type Sensitivity } from '../../jobs/study/sensitivity.ts'
import { oneWord, type Call, type Command, type Result } from '../command.ts'
import { duration } from '../../base/text.ts'
import { count } from '../console.ts'
import { folderName } from '../../api/digest.ts'
import { digestPath, outFolder, writeAll, writeDigest } from '../outputs.ts'
import { readings } from '../readings.ts'

export const run: Command = {
  id: 'run',
  words: '<study.yaml> | paper/<name> | paper/all',
  about:
    'Run a study, or go on with it: cells on record are not run again.\n' +
    '"paper/<name>" is an experiment of the paper ("lab templates" lists them); "paper/all" runs each.\n' +
    'They run on the built-in model, or on --model with --data.\n' +
    'Prints its table at the end and where report, CSV and JSON were written; after several, one page over all.\n' +
    'Ctrl-C stops within a second and loses nothing that was done; the same command goes on from there.',
  flags: [
    {
      name: 'model',
      value: '<folder>',
      about: 'the model, instead of those that the study says; several: give it several times',
      isMany: true,
    },
    { name: 'data', value: '<folder>', about: 'the data packs (default: what the study says, else LAB_DATA)' },
    { name: 'provider', value: '<name>', about: 'what computes, instead of what the study says; "lab doctor" lists them' },
    { name: 'threads', value: '<n>', about: 'threads of one operation; 0 takes one per physical core' },
    { name: 'batch-tokens', value: '<n>', about: 'padded tokens of one batch at most; less needs less memory' },
    { name: 'limit', value: '<n>', about: 'ask the first n items of every task only: a trial, kept apart from the whole' },
    { name: 'out', value: '<folder>', about: 'where report and exports go (default: below --home)' },
  ],
  async run(call) {
    const word = oneWord(call, 'the path of a study file, or paper/<name>')
    const options = optionsOf(call)
    const name = /^paper\/(?!.*\.ya?ml$)(.+)$/.exec(word)?.[1]
    if (name === undefined) return runFile(call, resolve(call.folder, word), options)
    return runAll(call, templateFiles(name, options.model !== undefined), options)
  },
}

/** Several studies one after the other, each with its own table and files, then all of them on one page. */
export async function runAll(call: Call, files: readonly string[], options: Options): Promise<Result> {
  const [first, ...more] = files
  if (first !== undefined && more.length === 0) return runFile(call, first, options)
  const { ask, console } = call
  const out = outFolder(call)
  const json = []
  const rows: StudyRow[] = []
  let isFailed = false
  for (const file of files) {
    // each in a folder of its own, or the next would write over it
    const result = await runFile(call, file, options, (row) => out && join(out, folderName(row)))
    json.push(result.json)
    isFailed ||= result.isFailed === true
    rows.push(await ask('studies.show', { study: result.study }))
  }
  const page = out === undefined ? await digestPath(call, rows) : join(out, 'report.html')
  const overview = await writeDigest(call, rows, page)
  if (overview !== '') console.print(`\n${overview}`)
  console.print(`\nAll of them on one page:\n  ${page}`)
  console.record({ page })
  return { json, isFailed }
}

type Options = Omit<RunOptions, 'signal' | 'onReading' | 'onProgress' | 'onReady' | 'onCell'>

/** Runs a study file and tells what came of it: its table, where it was written, and what failed. */
export async function runFile(
  call: Call,
  file: string,
  options: Options,
  folderOf: (row: StudyRow) => string | undefined = () => outFolder(call),
): Promise<Result & { readonly study: string }> {
  const began = performance.now()
  const outcome = await work(call, file, options)
  const { console, ask } = call
  console.settle()
  const { study, cells, done, skipped } = outcome
  const { width, hasColour, isJson } = console
  if (!isJson) console.print(await ask('studies.table', { study, width, hasColour, withTasks: false }))
  const files = await writeAll(call, study, folderOf(await ask('studies.show', { study })))
  const before = skipped > 0 ? `, ${count(skipped)} were on record` : ''
  console.print(`\n${count(done)} of ${count(cells)} cells run in ${duration(performance.now() - began)}${before}.`)
  for (const path of files) console.print(`  ${path}`)
  return { ...close(call, outcome, files), study }
}

/** Runs the study as the only one who writes to the store, and lets go of it before anything is printed. */
async function work(call: Call, file: string, options: Options): Promise<RunOutcome> {
  const { home, console, signal } = call
  let last: Progress | undefined
  const onProgress = (progress: Progress) => {
    last = progress
    console.step(progress)
  }
  const bench = openBench({ home, readOnly: false })
  try {
    const onReady = (found: readonly Sensitivity[]) => console.note(powerWords(found))
    const onCell = (cell: SettledCell) => console.record({ cell })
    return await runStudy(bench, file, { ...options, signal, onReading: readings(console), onProgress, onReady, onCell })
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'engine/stopped') throw error
    const far = last ? ` with ${count(last.done)} of ${count(last.total)} cells done` : ''
    throw new LabError('engine/stopped', `Stopped${far}.`, { cause: error })
  } finally {
    bench.close()
  }
}

/** What the study can show, said before it runs: the fewest and the most items asked. */
export function powerWords(found: readonly Sensitivity[]): string {
  const ends = [...new Set([found.at(0), found.at(-1)])].flatMap((one) => one ?? [])
  if (ends.length === 0) return 'No task of this study has right or wrong answers: what drop it can show is not known beforehand.'
  const said = ends.map(({ items, drop }) => `${drop === null ? 'none at all' : `${(100 * drop).toFixed(1)} points or more`} with ${count(items)} items`) // prettier-ignore
  return `What these tasks can show of a fall of accuracy from ${100 * ASSUMED} %: ${said.join(', ')} (4 of 5 runs, paired test at 5 %).`
}

function optionsOf({ flags, words, folder }: Call): Options {
  const [data, models] = [flags.text('data'), flags.all('model')]
  const given = ['model', 'data', 'provider', 'threads', 'batch-tokens', 'limit'].flatMap((name) =>
    flags.all(name).map((value) => `--${name} ${value}`),
  )
  return {
    model: models.length === 0 ? undefined : models.map((model) => resolve(folder, model)),
    data: data === undefined ? undefined : resolve(folder, data),
    provider: flags.text('provider'),
    threads: flags.count('threads', 0),
    batchTokens: flags.count('batch-tokens', 16),
    limit: flags.count('limit', 1),
    command: ['npm run lab -- run', ...words, ...given].join(' '),
  }
}

function close({ console }: Call, outcome: RunOutcome, files: readonly string[]): Result {
  const { study, cells, failed } = outcome
  const json = { ...outcome, files }
  if (failed.length === 0) return { json }
  const shown = failed.slice(0, 5).map(({ label, fault }) => `  ${label}\n    ${fault.message}\n    ${fault.hint}`)
  const more = failed.length > shown.length ? [`  … and ${count(failed.length - shown.length)} more`] : []
  const lead = `${count(failed.length)} of ${count(cells)} cells failed; "npm run lab -- status ${study.slice(0, 8)}" lists them all.`
  console.note([lead, ...shown, ...more].join('\n'))
  return { json, isFailed: true }
}
