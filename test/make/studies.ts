import type { StudyRow } from '../../preload/contract.ts'
import { sha256 } from '../../main/base/files.ts'
import { createRng } from '../../main/base/rng.ts'
import type { Json } from '../../main/base/json.ts'
import type { StudyFacts } from '../../main/jobs/study/prepare.ts'
import { openStore } from '../../main/store/open.ts'
import type { CellRecord, CompressionRecord, ItemOutcomes } from '../../main/store/records.ts'
import { DENSE, compressionLabel } from '../../main/study/plan.ts'
import { parseStudy } from '../../main/study/spec.ts'

export interface StudyWish {
  readonly name: string
  readonly title: string
  readonly tasks: readonly string[]
  readonly levels: readonly number[]
  readonly items: number
  /** Cells that are done, from the first; the next `failed` ones failed. */
  readonly done: number
  readonly failed: number
  readonly state: StudyRow['state']
}

const SMALL: StudyWish = {
  ...{ name: 'small', title: 'A small study', tasks: ['easy', 'middling', 'hard'], levels: [0.5, 0.8], items: 200 },
  ...{ done: 8, failed: 1, state: 'failed' },
}

/** A study of one model in the store of a folder: every task on the dense model and at each level of magnitude pruning, a task the worse the harder. Gives its id. */
export function addStudy(home: string, wish: Partial<StudyWish> = {}): string {
  const { name, title, tasks, levels, items, done, failed, state } = { ...SMALL, ...wish }
  const id = sha256(name).slice(0, 32)
  const compressions = [DENSE, ...levels.map((sparsity) => ({ ...DENSE, method: 'magnitude', group: 'model', sparsity }))]
  const cells = compressions.flatMap((c) => tasks.map((_, t) => recordOf(name, c, tasks, t, items)))
  const store = openStore(home)
  const spec = factsOf(name, title, tasks, levels) as unknown as Json
  const places = cells.map(({ record: { fingerprint, modelName, taskLabel, taskGroup }, label }) => ({ fingerprint, label, modelName, taskLabel, taskGroup })) // prettier-ignore
  store.studies.save({ id, name, title, spec, createdAt: '2026-11-24T12:00:00.000Z' }, places, 'running')
  for (const { record, outcomes } of cells.slice(0, done)) {
    if (!store.cells.isDone(record.fingerprint)) store.cells.finish(record, outcomes)
    store.ledgers.save(record.ledger, ledgerOf(record.key.compression))
  }
  for (const { record } of cells.slice(done, done + failed)) {
    store.cells.fail(record.fingerprint, {
      code: 'engine/died',
      message: 'The engine process ended (SIGKILL).',
      hint: 'Run it again.',
    })
  }
  store.studies.setState(id, state)
  store.close()
  return id
}

function recordOf(study: string, compression: CompressionRecord, tasks: readonly string[], t: number, items: number) {
  const task = tasks[t]!
  const fingerprint = sha256(`${study} ${compression.sparsity} ${task}`)
  // the last task is the hardest: it loses first
  const right = 0.9 - 0.4 * Math.min(1, compression.sparsity * (0.4 + t / tasks.length))
  const record: CellRecord = {
    fingerprint,
    key: {
      ...{ weights: sha256('weights'), tokenizer: sha256('tokenizer'), graph: sha256('graph') },
      ...{ compression, compressVersion: 1, transfer: 'none' },
      task: { id: task, hash: sha256(task), shots: 0, limit: null },
      ...{ scorers: { acc: 1 }, askVersion: 1, provider: 'cpu' },
    },
    ...{ modelName: 'tiny', taskLabel: task, taskGroup: 'syntax', items, chance: { acc: 0.5 } },
    ...{
      actualSparsity: compression.sparsity,
      effectiveBits: 16,
      outputError: null,
      ledger: sha256(`ledger ${compression.sparsity}`),
      truncated: 0,
      boundaryFallbacks: 0,
    },
    device: { provider: 'cpu', name: 'a processor', threads: 2, runtime: 'onnxruntime-node 1.30.0', batchTokens: 4096 },
    tookMs: 10,
  }
  return { record, outcomes: outcomesOf(items, right, fingerprint), label: `tiny · ${compressionLabel(compression)} · ${task}` }
}

function outcomesOf(items: number, right: number, seed: string): ItemOutcomes {
  const rng = createRng(seed)
  return {
    ids: Int32Array.from({ length: items }, (_, i) => i),
    scores: { acc: { value: Float64Array.from({ length: items }, () => Number(rng.float() < right)), weight: null } },
    counts: new Uint16Array(items).fill(2),
    ll: Float32Array.from({ length: 2 * items }, () => -50 * rng.float()),
    isGreedy: new Uint8Array(2 * items),
    flags: new Uint8Array(items),
  }
}

function ledgerOf({ method, sparsity }: CompressionRecord) {
  if (method === 'dense') return []
  return ['block.0.q', 'block.0.k'].map((name) => {
    const zeros = Math.round(64 * sparsity)
    return {
      name,
      out: 8,
      in: 8,
      asked: null,
      zeros,
      sparsity: zeros / 64,
      conformity: null,
      effectiveBits: 16,
      outputError: null,
      maskHash: sha256(`${name} ${sparsity}`),
    }
  })
}

function factsOf(name: string, title: string, tasks: readonly string[], levels: readonly number[]): StudyFacts {
  const values = Object.fromEntries(tasks.map((task, t) => [task, t / tasks.length]))
  const file = {
    ...{ name, title, models: [{ folder: 'tiny' }], tasks },
    compress: [{ method: 'magnitude', group: 'model', sparsity: levels }],
    difficulty: [{ estimator: 'declared', values }],
  }
  const hashes = { weights: sha256('weights'), tokenizer: sha256('tokenizer'), graph: sha256('graph') }
  return {
    study: parseStudy(JSON.stringify(file), '/studies/small.yaml'),
    difficulty: [{ estimator: 'declared', source: 'small.yaml', values }],
    models: [{ name: 'tiny', ...hashes, parameters: 128, context: 256 }],
    tasks: tasks.map((task) => ({ id: task, hash: sha256(task), version: 1, shots: 0, limit: null, rung: null })),
    command: 'npm run lab -- run small.yaml',
  }
}
