import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sha256 } from '../../main/base/files.ts'
import { createRng } from '../../main/base/rng.ts'
import type { CellRecord, ItemOutcomes } from '../../main/store/records.ts'

/** A fresh folder, removed with `using`. */
export function makeFolder(parent = tmpdir()): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(parent, 'lab-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A temporary folder that any user may enter: TMPDIR may be private to whoever runs the tests. */
export function openParent(): string {
  const isOpen = (path: string): boolean => (statSync(path).mode & 1) === 1 && (dirname(path) === path || isOpen(dirname(path)))
  return [tmpdir(), '/tmp', '/var/tmp'].find((path) => existsSync(path) && isOpen(path)) ?? tmpdir()
}

/** Runs a body as a user without special rights, so that file modes count for root as well. */
export function unprivileged(body: () => void): void {
  if (process.geteuid?.() !== 0) return body()
  process.seteuid!(65534)
  try {
    body()
  } finally {
    process.seteuid!(0)
  }
}

/** A cell record told apart by its number. */
export function makeRecord(number: number, items = 10): CellRecord {
  const compression = {
    method: 'magnitude',
    group: 'model',
    pattern: 'free',
    sparsity: 0.5,
    params: {},
    seed: 0,
    include: [],
    exclude: [],
  }
  return {
    fingerprint: sha256(`cell ${number}`),
    key: {
      ...{ weights: sha256('weights'), tokenizer: sha256('tokenizer'), graph: sha256('graph') },
      ...{ compression, compressVersion: 1, transfer: 'none' },
      task: { id: `task_${number}`, hash: sha256(`task ${number}`), shots: 0, limit: null },
      ...{ scorers: { acc: 1, acc_norm: 1 }, askVersion: 1, provider: 'cpu' },
    },
    ...{ modelName: 'tiny', taskLabel: `Task ${number}`, taskGroup: 'syntax', items },
    ...{
      chance: { acc: 0.5, acc_norm: 0.5 },
      actualSparsity: 0.5,
      effectiveBits: 16,
      outputError: null,
      ledger: 'ledger',
      truncated: 0,
      boundaryFallbacks: 0,
    },
    ...{ device: { provider: 'cpu' }, tookMs: 1 },
  }
}

/** Outcomes of two-choice items: two log-likelihoods and two right-or-wrong scores each. */
export function makeOutcomes(items: number, seed: number): ItemOutcomes {
  const rng = createRng(seed)
  const rightOrWrong = () => ({ value: Float64Array.from({ length: items }, () => rng.int(2)), weight: null })
  return {
    ids: Int32Array.from({ length: items }, (_, i) => i),
    scores: { acc: rightOrWrong(), acc_norm: rightOrWrong() },
    counts: new Uint16Array(items).fill(2),
    ll: Float32Array.from({ length: 2 * items }, () => -50 * rng.float()),
    isGreedy: Uint8Array.from({ length: 2 * items }, () => rng.int(2)),
    flags: Uint8Array.from({ length: items }, (_, i) => (i % 97 === 0 ? 1 : 0)),
  }
}
