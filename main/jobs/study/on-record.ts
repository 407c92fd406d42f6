import type { Store } from '../../store/open.ts'
import { asksForLoss } from '../../study/difficulty.ts'
import type { PreparedStudy } from './prepare.ts'

/**
 * Whether a cell needs nothing more. An uncompressed one that was asked by a lab, or for a study, that kept no right answers is asked again where
 * this study needs their loss; its outcomes on record stay.
 */
export function onRecord(
  { study, cells }: Pick<PreparedStudy, 'study' | 'cells'>,
  store: Pick<Store, 'cells' | 'answers'>,
): (fingerprint: string) => boolean {
  const dense = asksForLoss(study) ? cells.filter(({ key }) => key.compression.method === 'dense') : []
  const needed = new Set(dense.map(({ fingerprint }) => fingerprint))
  return (fingerprint) => store.cells.isDone(fingerprint) && (!needed.has(fingerprint) || store.answers.has(fingerprint))
}
