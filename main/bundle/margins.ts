import { LabError } from '../base/errors.ts'
import type { Store } from '../store/open.ts'
import type { CellRecord, ItemOutcomes } from '../store/records.ts'

/** Index of the first largest of some log-likelihoods, as scoring takes it. */
function best(ll: Float32Array, from: number, count: number): number {
  let at = 0
  for (let i = 1; i < count; i++) if (ll[from + i]! > ll[from + at]!) at = i
  return at
}

/**
 * Which choice of each item is right: as an uncompressed cell of the task has it on record, else (in studies of before, and bundles without) as far
 * as any of the cells shows it. −1 where that is not known, or where there is nothing to choose from. LabError 'store/corrupt' where the record is not of these items.
 */
export function goldOf(store: Pick<Store, 'answers'>, cells: readonly CellRecord[], asked: readonly ItemOutcomes[]): Int32Array {
  const items = asked[0]?.ids.length ?? 0
  for (const { key, fingerprint } of cells) {
    const known = key.compression.method === 'dense' ? store.answers.read(fingerprint)?.choice : undefined
    if (known?.length === items) return known
    if (known)
      throw new LabError(
        'store/corrupt',
        `Expected a right answer for each of the ${items} items of cell ${fingerprint}, got ${known.length}.`,
      )
  }
  return shownChoices(asked)
}

/**
 * Which choice of each item is right, as far as any of some cells of one task shows it: where `acc` calls an answer right, it is the likeliest;
 * of two choices, where it calls it wrong, it is the other one. −1 where nobody shows it, or where there is nothing to choose from.
 */
export function shownChoices(cells: readonly ItemOutcomes[]): Int32Array {
  const gold = new Int32Array(Math.max(0, ...cells.map(({ ids }) => ids.length))).fill(-1)
  for (const { counts, ll, scores } of cells) {
    const acc = scores.acc?.value
    if (!acc) continue
    let from = 0
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!
      if (count > 1 && gold[i]! < 0) {
        const likeliest = best(ll, from, count)
        if (acc[i] === 1) gold[i] = likeliest
        else if (count === 2) gold[i] = 1 - likeliest
      }
      from += count
    }
  }
  return gold
}

/** For each item, the log-likelihood of the right choice less that of the best other one; of a single text its log-likelihood. NaN where that is not known. */
export function marginOf({ counts, ll }: ItemOutcomes, gold: Int32Array): Float32Array {
  const margins = new Float32Array(counts.length).fill(NaN)
  let from = 0
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!
    if (count === 1) margins[i] = ll[from]!
    else if (count > 1 && gold[i]! >= 0) {
      let other = -Infinity
      for (let c = 0; c < count; c++) if (c !== gold[i] && ll[from + c]! > other) other = ll[from + c]!
      margins[i] = ll[from + gold[i]!]! - other
    }
    from += count
  }
  return margins
}
