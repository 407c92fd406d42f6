import { csv } from './csv.ts'
import type { Export } from './export.ts'
import { json } from './json.ts'

/** The order here is the order in help. */
export const exports: readonly Export[] = [csv, json]
