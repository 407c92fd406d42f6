import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno, LabError } from '../../base/errors.ts'

/** What stands beside the weights and says how they came to be. */
export const NOTE = 'compression.json'

/** Whether a folder holds the result of the compression with this hash. */
export function isDelivered(out: string, hash: string): boolean {
  const path = join(out, NOTE)
  if (!existsSync(path)) return false
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { hash?: string }).hash === hash
  } catch {
    return false // something else by that name
  }
}

/** Puts a finished folder where it shall be, whole. LabError 'file/exists' where something has come there meanwhile. */
export function deliver(part: string, out: string): void {
  try {
    // renaming would replace an empty folder
    if (existsSync(out))
      throw new LabError('file/exists', `Expected nothing at ${out} yet, found something that came there meanwhile.`)
    renameSync(part, out)
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}
