import { duration } from '../../base/text.ts'
import type { DataTable } from '../../charts/chart.ts'
import type { Provenance, ReportInput } from '../../charts/input.ts'
import { fixed, list, plural, whole } from '../../charts/words.ts'
import { markup, type Html } from './html.ts'
import { dataTable, facts, fold } from './tables.ts'

/** How the numbers came to be, and what to type to have them again. */
export function provenanceSection({ provenance: p }: ReportInput): Html {
  const data = p.data.length > 0 ? [fold(`${plural(p.data.length, 'data file')} and their hashes`, dataTable(dataOf(p)))] : []
  return markup`${facts(provenancePairs(p))}${fold(`${plural(p.tasks.length, 'task')} and their hashes`, dataTable(tasksOf(p)))}${data}`
}

/** The same without tasks and data one by one. */
export function provenancePairs(p: Provenance): [string, Html | string][] {
  const scorers = Object.entries(p.scorers).map(([id, version]) => `${id} (version ${version})`)
  const { provider, threads, runtime, device } = p.engine
  return [
    ['Command', markup`<pre><code>${p.command || '–'}</code></pre>`],
    ['Study', markup`${p.study.name}, id <code>${p.study.id}</code>, begun ${timeWords(p.study.createdAt)}`],
    ['Lab', `version ${p.lab}`],
    ['Computed by', `${runtime}, provider ${provider}, ${threads === '1' ? '1 thread' : `${threads} threads`}, on ${device}`],
    ['Time', `${duration(p.wallMs)} for ${plural(p.cells.done, 'cell')}, added up`],
    ['Cells', `${whole(p.cells.done)} of ${whole(p.cells.planned)} done, ${whole(p.cells.failed)} failed`],
    ['Seeds', list(p.seeds.map(String)) || '–'],
    ['Scorers', list(scorers) || '–'],
    [
      'Difficulty',
      p.difficulty.length === 0 ? 'none declared' : list(p.difficulty.map((d) => `${d.estimator} from ${d.source}`)),
    ],
    [
      'Items cut',
      `${whole(p.truncated)} cut from the left to fit the model, ${whole(p.boundaryFallbacks)} encoded in two pieces`,
    ],
    ...p.models.map((model): [string, Html] => ['Model', modelWords(model)]),
    ['Hash of the cells', markup`<code>${p.cellsHash}</code>`],
    ['Hash of the table', markup`<code>${p.tableHash}</code>: equal wherever this study is run to the same numbers`],
  ]
}

function modelWords({ name, parameters, context, weights, tokenizer, graph }: Provenance['models'][number]): Html {
  const hashes = Object.entries({ weights, tokenizer, graph }).map(([of, hash]) => markup`<br>${of} <code>${hash}</code>`)
  return markup`${name}: ${whole(parameters)} parameters, reads ${plural(context, 'token')}${hashes}`
}

/** ISO 8601 as one reads it: "2026-11-24 09:30 UTC". */
export function timeWords(iso: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(iso) ?? []
  return day ? `${day} ${time} UTC` : iso
}

function tasksOf({ tasks }: Provenance): DataTable {
  return {
    caption: 'A task’s hash covers its file, its data and its version',
    head: ['task', 'SHA-256', 'version', 'shots', 'items asked', 'of these'],
    words: 2,
    rows: tasks.map((t) => [
      t.id,
      t.hash,
      String(t.version),
      String(t.shots),
      t.limit === null ? 'all' : `first ${whole(t.limit)}`,
      Object.entries(t.facts ?? {}).map(([name, value]) => `${name}: ${fixed(value, 3)}`).join('; '), // prettier-ignore
    ]),
  }
}

function dataOf({ data }: Provenance): DataTable {
  return { caption: 'Data as read', head: ['file', 'SHA-256'], words: 2, rows: data.map(({ name, hash }) => [name, hash]) }
}
