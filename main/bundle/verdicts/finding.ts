import type { VerdictRow } from '../../../preload/contract.ts'
import { percentileInterval } from '../../stats/bootstrap.ts'
import { detectableErrors } from '../../stats/power.ts'
import { errorIn, type Estimate, type Series } from './evidence.ts'
import { LINES, RULES } from './rules.ts'

/** What one scope shows of one hypothesis, before p is corrected for how many were asked. */
export interface Finding {
  /** Everything of the row that correction and controls do not touch. */
  readonly head: Omit<VerdictRow, 'verdict' | 'why' | 'pHolm' | 'tests' | 'control' | 'isSpecific'>
  /** M of the pattern, so that a control is looked for among its like. */
  readonly of: number | null
  /** p of the opposite claim; null where nothing could be tested. */
  readonly against: number | null
  /** `isFor` and `isAgainst`: whether p and `against` are below the line after correction. */
  judge(isFor: boolean, isAgainst: boolean): Pick<VerdictRow, 'verdict' | 'why'>
}

/** What is measured, with its interval and the least that would have been seen. */
export function effectOf(
  effect: string,
  unit: VerdictRow['unit'],
  found: Estimate | null,
): Pick<VerdictRow, 'effect' | 'unit' | 'effectValue' | 'effectLow' | 'effectHigh' | 'detectable'> {
  if (found === null) return { effect, unit, effectValue: null, effectLow: null, effectHigh: null, detectable: null }
  const interval = percentileInterval(found.samples)
  const least = detectableErrors(LINES.alpha) * errorIn(found)
  return {
    ...{ effect, unit, effectValue: finite(found.value) },
    ...{ effectLow: interval?.low ?? null, effectHigh: interval?.high ?? null },
    // tau and sparsity know no more than 1
    detectable: least > 0 && (unit === 'points' || unit === 'share' || least <= 1) ? finite(least) : null,
  }
}

export const finite = (x: number) => (Number.isFinite(x) ? x : null)

/** Said first where a claim about difficulty could not but be true. */
export const CIRCLE = 'Difficulty is fitted to answers of the compressed models themselves, so that what they lose is hard by definition: this cannot support it. ' // prettier-ignore

/** Supported, refuted or neither, where the two exclude each other. */
export function either(isFor: boolean, isAgainst: boolean): VerdictRow['verdict'] {
  return isFor === isAgainst ? 'inconclusive' : isFor ? 'supported' : 'not supported'
}

/** How often the resamples do not show it, those without a number among them; the sample itself counts as one. */
export function shareOf(samples: Float64Array, isShown: (x: number) => boolean): number {
  let missed = 1
  for (const x of samples) if (!isShown(x)) missed++
  return missed / (samples.length + 1)
}

/** What a row of this hypothesis and series is headed by. */
export function headOf(hypothesis: VerdictRow['hypothesis'], series: Omit<Series, 'levels'>, subject: string) {
  const { model, scorer, training, transfer, label, isControl, isCoded } = series
  return { hypothesis, ...RULES[hypothesis], model, scorer, training, transfer, compression: label, isControl, isCoded, subject }
}
