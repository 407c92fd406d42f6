import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'

const folder = join(import.meta.dirname, '..', '..', '..', 'shared')

/** Whether the folder of real models, data and reference numbers lies beside this checkout. */
export const hasShared = existsSync(join(folder, 'fixtures'))

/** Absolute path of something in that folder. */
export function shared(path: string): string {
  return join(folder, path)
}

/** A describe that says why it is skipped where that folder is absent. */
export function describeShared(title: string, body: () => void): void {
  if (hasShared) describe(title, body)
  else describe.skip(`${title} (needs ../shared, which is not here)`, body)
}
