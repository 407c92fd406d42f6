import { start } from './010-start.ts'
import { effectiveBits } from './020-effective-bits.ts'
import { imported } from './030-imported.ts'
import { answers } from './040-answers.ts'

/** In order; a store is brought from any of these versions to the last one. */
export const migrations: readonly { readonly version: number; readonly sql: string }[] = [start, effectiveBits, imported, answers]
