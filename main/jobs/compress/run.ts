import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromFault } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { compress } from '../kinds/compress.ts'
import { runJob } from '../runner.ts'
import { NOTE } from './deliver.ts'
import type { CompressionNote } from './note.ts'
import type { CompressParams, PreparedCompression } from './prepare.ts'
import type { CompressPlace } from './shift.ts'

export interface CompressOptions extends CompressParams, Pick<CompressPlace, 'home' | 'signal' | 'onEstimate' | 'onProgress'> {
  /** Before the plan, where what is read takes longer than a moment. */
  readonly onReading?: CompressPlace['onReading']
  /** What is about to be done, once everything has been read and checked. */
  readonly onPlan: (plan: PreparedCompression) => void
}

export interface CompressOutcome {
  /** Absolute path of the model folder. */
  readonly folder: string
  /** False where it had been made before. */
  readonly isNew: boolean
  readonly note: CompressionNote
}

/** Compresses a model into a folder, or goes on with it; one that is there already is left as it is. Throws what went wrong. */
export async function runCompress(options: CompressOptions): Promise<CompressOutcome> {
  const { home, signal, onReading = () => {}, onEstimate, onProgress, onPlan, ...params } = options
  const place = { home, signal, onReading, onEstimate, onProgress, nowMs: () => performance.now() }
  const p = await compress.prepare(params as unknown as Json, place)
  onPlan(p)
  const { failed, skipped } = await runJob(compress, p, place, { signal, onMove: () => {} })
  if (failed[0]) throw fromFault(failed[0].fault)
  return { folder: p.out, isNew: skipped === 0, note: readNote(p.out) }
}

/** What a compressed folder says of itself. */
export function readNote(folder: string): CompressionNote {
  return JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as CompressionNote
}
