import { sha256 } from '../../main/base/files.ts'
import { canonical, type Json } from '../../main/base/json.ts'
import { createRng } from '../../main/base/rng.ts'
import type { StudyFacts } from '../../main/bundle/facts.ts'
import type { Store } from '../../main/store/open.ts'
import type { CellKey, CellRecord, CompressionRecord, ItemOutcomes } from '../../main/store/records.ts'
import { compressionLabel, DENSE } from '../../main/study/plan.ts'

export const magnitude = (sparsity: number): CompressionRecord => ({ ...DENSE, method: 'magnitude', group: 'model', sparsity })
export const random = (sparsity: number, seed: number): CompressionRecord => ({ ...magnitude(sparsity), method: 'random', seed })

/** Share of right answers of each task: dense, and per unit of sparsity lost. Chance is 0.5. */
export const TASKS = {
  easy: { group: 'syntax', dense: 0.95, loss: 0.2 },
  middling: { group: 'syntax', dense: 0.9, loss: 0.4 },
  hard: { group: 'meaning', dense: 0.85, loss: 0.6 },
  harder: { group: 'meaning', dense: 0.8, loss: 0.6 },
  hardest: { group: 'meaning', dense: 0.8, loss: 0.7 },
  hopeless: { group: 'meaning', dense: 0.5, loss: 0 },
} as const
export type TaskName = keyof typeof TASKS
export const COMPRESSIONS = [DENSE, magnitude(0.3), magnitude(0.6), random(0.3, 0), random(0.3, 1)]
export const ITEMS = 400
/** As study/plan.ts has it, of the study without training. */
export const STUDY = sha256(canonical({ name: 'results', cells: allRecords().map(({ fingerprint }) => fingerprint) })).slice(
  0,
  32,
)

export interface Results {
  /** Which cells are on record; the rest is not done. */
  readonly isDone: (record: CellRecord) => boolean
  readonly facts: Partial<StudyFacts>
  readonly tookMs: number
  /** Trainings after a compression. */
  readonly transfers: (compression: CompressionRecord) => readonly CellKey['transfer'][]
  /** Changes the outcomes of a cell before they are kept. */
  readonly change: (record: CellRecord, outcomes: ItemOutcomes) => void
}

/** A study of six tasks, dense and at four levels, as a job would have left it in a store: the same arguments, the same numbers. */
export function addResults(store: Store, wish: Partial<Results> = {}): void {
  const { isDone = () => true, facts = {}, tookMs = 7, transfers = () => ['none' as const], change = () => {} } = wish
  const records = allRecords(transfers, tookMs)
  const places = records.map(({ fingerprint, modelName, taskLabel, taskGroup, key }) => ({
    ...{
      fingerprint,
      modelName,
      taskLabel,
      taskGroup,
      label: `${modelName} · ${compressionLabel(key.compression)} · ${taskLabel}`,
    },
  }))
  const spec = { ...FACTS, ...facts } as unknown as Json
  store.studies.save(
    { id: STUDY, name: 'results', title: 'Results', spec, createdAt: '2026-11-24T12:00:00.000Z' },
    places,
    'finished',
  )
  for (const record of records.filter(isDone)) {
    const outcomes = outcomesOf(record)
    change(record, outcomes)
    store.cells.finish(record, outcomes)
    const dense = record.key.compression.method === 'dense'
    store.ledgers.save(record.ledger, dense ? [] : [{ name: 'w', out: 4, in: 8, asked: null, zeros: 10, sparsity: 10 / 32, conformity: null, effectiveBits: 16, outputError: null, maskHash: sha256('mask') }]) // prettier-ignore
  }
}

function allRecords(transfers: Results['transfers'] = () => ['none'], tookMs = 7): CellRecord[] {
  return COMPRESSIONS.flatMap((c) =>
    transfers(c).flatMap((t) => Object.keys(TASKS).map((task) => recordOf(c, t, task as TaskName, tookMs))),
  )
}

const FACTS: StudyFacts = {
  study: { description: 'What breaks first?\n' },
  difficulty: [
    {
      estimator: 'human-gap',
      source: 'people.csv',
      values: { easy: 0.97, middling: 0.96, hard: 0.97, harder: 0.95, hardest: 0.99 },
    },
    {
      estimator: 'declared',
      source: 'study.yaml',
      values: { easy: 1, middling: 2, hard: 3, harder: 4, hardest: 5, hopeless: 6 },
    },
  ],
  models: [{ name: 'tiny', weights: sha256('weights'), tokenizer: sha256('tokenizer'), graph: sha256('graph'), parameters: 128, context: 256 }], // prettier-ignore
  tasks: Object.keys(TASKS).map((id) => ({ id, hash: sha256(id), version: 1, shots: 0, limit: null })),
  command: 'npm run lab -- run results.yaml',
}

function recordOf(compression: CompressionRecord, transfer: CellKey['transfer'], task: TaskName, tookMs: number): CellRecord {
  const key = {
    ...{ weights: sha256('weights'), tokenizer: sha256('tokenizer'), graph: sha256('graph') },
    ...{ compression, compressVersion: 1, transfer },
    task: { id: task, hash: sha256(task), shots: 0, limit: null },
    ...{ scorers: { acc: 1, word_perplexity: 1 }, askVersion: 1, provider: 'cpu' },
  }
  return {
    ...{
      fingerprint: sha256(canonical(key)),
      key,
      modelName: 'tiny',
      taskLabel: `The ${task} one`,
      taskGroup: TASKS[task].group,
    },
    ...{ items: ITEMS, chance: { acc: 0.5, word_perplexity: null }, actualSparsity: compression.sparsity },
    ...{ effectiveBits: 16, outputError: null },
    ...{ ledger: sha256(compressionLabel(compression)), truncated: task === 'hard' ? 2 : 0, boundaryFallbacks: 1 },
    device: { provider: 'cpu', name: 'a processor', threads: 2, runtime: 'onnxruntime-node 1.30.0' },
    tookMs,
  }
}

/** What training adds, by its steps; and what of the loss it leaves, by its kind. */
const gainOf = (transfer: CellKey['transfer']) => (transfer === 'none' ? 0 : transfer.steps / 10_000)
function lossOf(transfer: CellKey['transfer']): number {
  return transfer === 'none' ? 1 : ({ freezing: 0, 'sparse-to-dense': 0.5 }[transfer.kind] ?? 1)
}

/** The same items are right and wrong together: each has a difficulty of its own, which a level has to reach. */
function outcomesOf({ key: { task, compression, transfer } }: CellRecord): ItemOutcomes {
  const { dense, loss } = TASKS[task.id as TaskName]
  const rng = createRng(task.id)
  const share = Math.max(0.5, dense + gainOf(transfer) - loss * compression.sparsity * lossOf(transfer))
  const noise = createRng(`${task.id} ${compressionLabel(compression)}${transfer === 'none' ? '' : ` ${transfer.kind}`}`)
  const right = Float64Array.from({ length: ITEMS }, () => Number(rng.float() + 0.02 * noise.float() < share))
  return {
    ids: Int32Array.from({ length: ITEMS }, (_, i) => i),
    scores: {
      acc: { value: right, weight: null },
      word_perplexity: { value: right.map((r) => 2 * r - 3), weight: right.map((_, i) => 5 + (i % 3)) },
    },
    counts: new Uint16Array(ITEMS).fill(2),
    ll: new Float32Array(2 * ITEMS).fill(-3),
    isGreedy: new Uint8Array(2 * ITEMS),
    flags: new Uint8Array(ITEMS),
  }
}
