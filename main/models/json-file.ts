import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { inspect } from 'node:util'
import { fromErrno, LabError } from '../base/errors.ts'

type Code = 'model/config' | 'model/tokenizer' | 'model/header'

/** An object from a JSON file of a model folder. Throws `code` where it is something else. */
export function readJson(path: string, code: Code): Record<string, unknown> {
  const text = readText(path, code)
  if (text.startsWith('version https://git-lfs')) {
    throw new LabError('model/lfs-pointer', `Expected JSON in ${path}, found a pointer of Git LFS.`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new LabError(code, `Expected JSON in ${path}: ${(error as Error).message}.`, { cause: error })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new LabError(code, `Expected an object in ${path}, got ${describe(value)}.`)
}

/** A value from a file as it stands in a message: short, however large or deep it is. */
export function describe(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Infinity, compact: true, maxArrayLength: 8, maxStringLength: 60 })
}

/** Larger files of this kind are not known, and would fill the memory. */
const LARGEST_BYTES = 128 << 20

function readText(path: string, code: Code): string {
  try {
    const { size } = statSync(path)
    if (size > LARGEST_BYTES) throw new LabError(code, `Expected at most ${LARGEST_BYTES} bytes in ${path}, got ${size}.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new LabError('model/missing-file', `Expected ${basename(path)} in the model folder; ${path} is not there.`)
    }
    throw fromErrno(error) ?? error
  }
}
