import { setImmediate } from 'node:timers/promises'
import { LabError } from '../../base/errors.ts'
import type { KeepOf, LedgerRow } from '../../compress/method.ts'
import type { Compressed, Recipe } from '../../compress/recipe.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import type { Masks } from '../../store/masks.ts'
import { keepMask } from '../masks/keep.ts'
import { histogramOf, type Histogram } from './histogram.ts'
import { rounded } from './model-folder.ts'

/** One matrix: what was asked, what came, how far its outputs moved, and its weights before and after as they are stored. */
export interface Line extends LedgerRow {
  /** As in ResultRow; null without calibration. */
  readonly outputError: number | null
  readonly histogram: Histogram
}

/** The ledger of a compression, line by line; the mask of each matrix that has one is kept. */
export async function writeLedger(
  { weights }: LanguageModel,
  made: Compressed,
  errors: ReadonlyMap<string, number | null> | undefined,
  masks: Masks,
  signal: AbortSignal,
): Promise<Line[]> {
  const lines: Line[] = []
  for (const row of made.ledger) {
    await setImmediate()
    if (signal.aborted) throw new LabError('engine/stopped', 'Stopped while the ledger was being written, as asked.')
    const mask = made.masks.get(row.name)
    if (mask) keepMask(masks, row, mask)
    const stored = weights.place(row.name)!.stored
    const after = rounded(made.weights.get(row.name), stored)
    const histogram = histogramOf(weights.get(row.name).data, after.data)
    lines.push({ ...row, outputError: errors?.get(row.name) ?? null, histogram })
  }
  return lines
}

/** What a pattern or a group leaves over where it does not divide the inputs of a matrix. */
export function leftovers(matrices: readonly MatrixShape[], { pattern, params }: Pick<Recipe, 'pattern' | 'params'>): string[] {
  const say = (of: number, what: (rest: number) => string) =>
    matrices.flatMap(({ name, in: width }) => (width % of === 0 || width < of ? [] : [`${name}: ${what(width % of)}.`]))
  const ofPattern = pattern === 'free' ? [] : say(pattern.of, (rest) => leftOver(rest, pattern))
  const size = params.groupSize
  return typeof size === 'number'
    ? [...ofPattern, ...say(size, (rest) => `its last group has ${rest} columns, not ${size}`)]
    : ofPattern
}

function leftOver(rest: number, { of }: KeepOf): string {
  return `its last ${rest} columns stay as they are, for ${of} do not divide its width`
}
