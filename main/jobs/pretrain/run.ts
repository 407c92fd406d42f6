import { fromFault } from '../../base/errors.ts'
import type { TrainProgress } from '../../train/loop.ts'
import { pretrain } from '../kinds/pretrain.ts'
import { runJob } from '../runner.ts'

export interface PretrainOptions {
  readonly out: string
  readonly provider?: string
  readonly threads?: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: TrainProgress) => void
}

export interface PretrainOutcome {
  /** Absolute path of the model folder. */
  readonly folder: string
  /** False where it had been made before. */
  readonly isNew: boolean
}

/** Makes the model of a recipe file, or goes on making it; one that is there already is left as it is. Throws what went wrong. */
export async function runPretrain(file: string, { signal, onProgress, ...options }: PretrainOptions): Promise<PretrainOutcome> {
  const place = { nowMs: () => performance.now(), onProgress }
  const p = await pretrain.prepare({ file, ...options }, place)
  const { failed, skipped } = await runJob(pretrain, p, place, { signal, onMove: () => {} })
  if (failed[0]) throw fromFault(failed[0].fault)
  return { folder: p.out, isNew: skipped === 0 }
}
