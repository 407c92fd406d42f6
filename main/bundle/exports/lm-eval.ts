import type { ReportInput } from '../../charts/input.ts'
import type { ResultRow } from '../../../preload/contract.ts'
import { scorerOf } from '../../score/index.ts'
import type { CellRecord, ItemOutcomes, OutcomeColumn } from '../../store/records.ts'
import { compressionLabel, transferLabel } from '../../study/plan.ts'
import type { Export, ExportCells, ExportFile } from './export.ts'

/** What a study does not know, in the words of lm-evaluation-harness. */
const UNKNOWN = 'N/A'

/**
 * Result files as lm-evaluation-harness writes them (interfaces.md 3.6), a folder for each model at each level: results_*.json, and
 * samples_*.jsonl where items are at hand. A store keeps what was answered, not what was asked: documents and prompts are empty there.
 */
export const lmEval: Export = {
  id: 'lm-eval',
  label: 'result files of lm-evaluation-harness, a folder per level',
  extension: 'zip',
  file: 'lm-eval.zip',
  write(input, cells) {
    const done = cells.cells.flatMap(({ record }) => record ?? [])
    const rows = Map.groupBy(input.rows, ({ cell }) => cell)
    const levels = [...Map.groupBy(done, levelOf)]
    return levels.flatMap(([level, records]) => filesOfLevel(level, records, rows, input, cells))
  },
}

/** A model at one level, as its folder is called. */
function levelOf({ modelName, key }: CellRecord): string {
  const training = key.transfer === 'none' ? [] : [transferLabel(key.transfer)]
  return [modelName, compressionLabel(key.compression), ...training].join(' ')
}

/** As lm-evaluation-harness makes folders of model names; blanks besides. */
const sanitised = (name: string) => name.replace(/[<>:"/\\|?*[\]\s,]+/g, '__')

function filesOfLevel(
  level: string,
  records: readonly CellRecord[],
  rows: ReadonlyMap<string, readonly ResultRow[]>,
  input: ReportInput,
  cells: ExportCells,
): ExportFile[] {
  const folder = sanitised(level)
  const time = input.provenance.study.createdAt.replaceAll(':', '-').replace('Z', '000')
  const asked = records.map((record) => ({
    record,
    rows: rows.get(record.fingerprint) ?? [],
    outcomes: cells.items(record.fingerprint),
  }))
  const samples = asked.flatMap(({ record, outcomes }): ExportFile[] => {
    if (!outcomes) return []
    const data = samplesOf(record, outcomes)
    return [{ name: `${folder}/samples_${sanitised(record.key.task.id)}_${time}.jsonl`, data }]
  })
  const results = resultsOf(level, folder, asked, input)
  return [{ name: `${folder}/results_${time}.json`, data: `${JSON.stringify(results, null, 2)}\n` }, ...samples]
}

interface Asked {
  readonly record: CellRecord
  readonly rows: readonly ResultRow[]
  readonly outcomes: ItemOutcomes | undefined
}

function resultsOf(level: string, folder: string, asked: readonly Asked[], { provenance }: ReportInput) {
  const byTask = <T>(of: (one: Asked) => T) => Object.fromEntries(asked.map((one) => [one.record.key.task.id, of(one)]))
  const facts = new Map(provenance.tasks.map((task) => [task.id, task]))
  const { key, modelName, device, ledger, actualSparsity } = asked[0]!.record
  const model = provenance.models.find(({ name }) => name === modelName)
  const ms = asked.reduce((sum, { record }) => sum + record.tookMs, 0)
  const limits = [...new Set(asked.map(({ record }) => record.key.task.limit))]
  return {
    results: byTask(scoresOf),
    group_subtasks: byTask(() => []),
    configs: byTask(({ record }) => configOf(record, facts.get(record.key.task.id)?.version ?? null)),
    versions: byTask(({ record }) => facts.get(record.key.task.id)?.version ?? UNKNOWN),
    'n-shot': byTask(({ record }) => record.key.task.shots),
    higher_is_better: byTask(({ rows }) => Object.fromEntries(rows.map(({ scorer, better }) => [scorer, better === 'higher']))),
    'n-samples': byTask(({ record: { items, key } }) => ({
      original: key.task.limit === null ? items : UNKNOWN,
      effective: items,
    })),
    config: {
      ...{ model: 'junk-dna-lab', model_args: `pretrained=${modelName}`, model_num_parameters: model?.parameters ?? UNKNOWN },
      ...{ model_dtype: UNKNOWN, model_revision: UNKNOWN, model_sha: key.weights, batch_size: UNKNOWN, batch_sizes: [] },
      ...{ device: key.provider, use_cache: null, limit: limits.length === 1 ? limits[0]! : UNKNOWN, bootstrap_iters: 0 },
      ...{ gen_kwargs: {}, random_seed: null, numpy_seed: null, torch_seed: null, fewshot_seed: null },
    },
    ...{ git_hash: UNKNOWN, date: Date.parse(provenance.study.createdAt) / 1000, pretty_env_info: UNKNOWN },
    ...{ transformers_version: UNKNOWN, lm_eval_version: UNKNOWN, upper_git_hash: null },
    ...{ max_length: model?.context ?? UNKNOWN, task_hashes: {}, model_source: 'junk-dna-lab' },
    ...{ model_name: level, model_name_sanitized: folder, system_instruction: null, system_instruction_sha: null },
    ...{ fewshot_as_multiturn: false, chat_template: null, chat_template_sha: null },
    total_evaluation_time_seconds: String(ms / 1000),
    x_junk_dna_lab: {
      ...{ lab: provenance.lab, study: provenance.study.id, compression: key.compression, transfer: key.transfer },
      ...{ compressVersion: key.compressVersion, askVersion: key.askVersion, actualSparsity, ledger, engine: device },
      hashes: { weights: key.weights, tokenizer: key.tokenizer, graph: key.graph },
      cells: byTask(({ record }) => record.fingerprint),
      tasks: byTask(({ record }) => record.key.task.hash),
      // 95 % bootstrap over items, and what was lost against dense: no field of theirs holds them
      intervals: byTask(({ rows }) => Object.fromEntries(rows.map(({ scorer, low, high }) => [scorer, [low, high]]))),
      drops: byTask(({ rows }) => Object.fromEntries(rows.map(({ scorer, drop, dropLow, dropHigh }) => [scorer, [drop, dropLow, dropHigh]]))), // prettier-ignore
      truncated: byTask(({ record }) => record.truncated),
      boundary_fallback: byTask(({ record }) => record.boundaryFallbacks),
    },
  }
}

function scoresOf({ record, rows, outcomes }: Asked): Record<string, string | number> {
  const scores = rows.flatMap(({ scorer, value }): [string, string | number][] => {
    const column = outcomes?.scores[scorer]
    return [
      [`${scorer},none`, value],
      [`${scorer}_stderr,none`, column ? (standardError(scorer, column) ?? UNKNOWN) : UNKNOWN],
    ]
  })
  return { name: record.key.task.id, alias: record.key.task.id, sample_len: record.items, ...Object.fromEntries(scores) }
}

/** Sample SD (n − 1) over √n of a plain mean, which is what they print; undefined for scores that are made otherwise. */
export function standardError(scorer: string, { value, weight }: OutcomeColumn): number | undefined {
  const { classes, whole, finish } = scorerOf(scorer)
  if (classes !== undefined || whole !== undefined || weight !== null || finish([0.3]) !== 0.3 || value.length < 2)
    return undefined
  const mean = value.reduce((sum, x) => sum + x, 0) / value.length
  const squares = value.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  return Math.sqrt(squares / (value.length - 1) / value.length)
}

function configOf({ key }: CellRecord, version: number | null) {
  const metric_list = Object.keys(key.scorers).map((id) => {
    const { better, whole } = scorerOf(id)
    return { metric: id, aggregation: whole ? id : 'mean', higher_is_better: better === 'higher' }
  })
  return { task: key.task.id, num_fewshot: key.task.shots, metric_list, metadata: { version: version ?? UNKNOWN } }
}

/** One line per item: what was answered, and its scores. */
function samplesOf({ key }: CellRecord, { ids, scores, counts, ll, isGreedy, flags }: ItemOutcomes): string {
  const metrics = Object.keys(key.scorers)
  let at = 0
  const lines = Array.from(ids, (doc_id, i) => {
    const said = Array.from({ length: counts[i]! }, (_, k) => [pythonFloat(ll[at + k]!), isGreedy[at + k] ? 'True' : 'False'])
    at += counts[i]!
    const pair = metrics.map((id) => scores[id]).find((column) => column?.gold)
    const [target, given] = pair ? [pythonFloat(pair.gold![i]!), [pythonFloat(pair.value[i]!)]] : [UNKNOWN, said]
    return canonicalLine({
      ...{ doc_id, doc: {}, target, arguments: {}, resps: given.map((one) => [one]), filtered_resps: given },
      ...{ filter: 'none', metrics, doc_hash: UNKNOWN, prompt_hash: UNKNOWN, target_hash: UNKNOWN },
      ...Object.fromEntries(metrics.flatMap((id) => (scores[id] ? [[id, sampleOf(scores[id], i)]] : []))),
      ...(flags[i]
        ? { x_junk_dna_lab: { is_truncated: (flags[i]! & 1) !== 0, is_boundary_fallback: (flags[i]! & 2) !== 0 } }
        : {}),
    })
  })
  return lines.join('')
}

/** What one item brings to a metric; of correlations the right number and what was said, as they keep those of other metrics of pairs. */
const sampleOf = ({ value, gold }: OutcomeColumn, i: number) => (gold ? [gold[i]!, value[i]!] : value[i]!)

const canonicalLine = (line: unknown) => `${JSON.stringify(line)}\n`

/** As Python's str() has a float: a whole one with ".0". */
function pythonFloat(x: number): string {
  if (x === -Infinity) return '-inf'
  return Number.isInteger(x) && Math.abs(x) < 1e16 ? `${Object.is(x, -0) ? '-0' : x}.0` : String(x)
}
