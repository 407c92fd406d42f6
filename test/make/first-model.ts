import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstWeights, writeModel } from '../../main/jobs/pretrain/model-folder.ts'

/** A recipe's model before its first step, its weights spread so wide that answers differ. */
export const FIRST = {
  seed: 7,
  model: {
    ...{ blocks: 2, width: 16, heads: 2, mlpWidth: 24, contextLength: 64 },
    ...{ isTied: true, normEpsilon: 1e-5, ropeTheta: 10000, spread: 0.4 },
  },
}

/** The folder of that model; gone when disposed. */
export function makeFirstModel(): { readonly path: string } & Disposable {
  const parent = mkdtempSync(join(tmpdir(), 'lab-first-'))
  const path = join(parent, 'first')
  mkdirSync(path)
  writeModel(path, FIRST, firstWeights(FIRST))
  return { path, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) }
}
