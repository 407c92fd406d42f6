import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Golden {
  readonly isotonic: readonly {
    readonly values: readonly number[]
    readonly weights: readonly number[]
    readonly fitted: readonly number[]
    readonly residual: number
    readonly p?: number
  }[]
  readonly page: readonly { readonly blocks: readonly (readonly number[])[]; readonly labels: number; readonly L?: number; readonly pNormal?: number }[] // prettier-ignore
  readonly slope: readonly { readonly x: readonly number[]; readonly y: readonly number[]; readonly weights: readonly number[]; readonly slope: number }[] // prettier-ignore
  readonly critical: readonly {
    readonly levels: readonly number[]
    readonly drops: readonly number[]
    readonly weights: readonly number[]
    readonly eps: number
    readonly at: number
    readonly beyond: 'above' | 'below' | null
    readonly area: number
  }[]
  readonly equivalence: readonly { readonly difference: number; readonly error: number; readonly margin: number; readonly p: number; readonly above: number; readonly below: number; readonly superior: number }[] // prettier-ignore
  readonly error: { readonly samples: readonly number[]; readonly error: number }
  readonly power: readonly { readonly n: number; readonly p: number; readonly alpha: number; readonly power: number; readonly drop: number; readonly simulated?: number }[] // prettier-ignore
  readonly holm: readonly { readonly ps: readonly number[]; readonly holm: readonly number[] }[]
}

/** Numbers from SciPy, scikit-learn and statsmodels; test/golden/make/verdicts_statsmodels.py says how they were made. */
export const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'verdicts-statsmodels.json'), 'utf8')) as Golden // prettier-ignore
