import { start } from './010-start.ts'

/** In order; a store is brought from any of these versions to the last one. */
export const migrations: readonly { readonly version: number; readonly sql: string }[] = [start]
