import { csv } from './csv.ts'
import type { Export } from './export.ts'
import { figures } from './figures.ts'
import { json } from './json.ts'
import { latex } from './latex.ts'
import { lmEval } from './lm-eval.ts'
import { parquet } from './parquet.ts'
import { verdicts } from './verdicts.ts'

/** The order here is the order in help. */
export const exports: readonly Export[] = [csv, verdicts, json, parquet, figures, latex, lmEval]
