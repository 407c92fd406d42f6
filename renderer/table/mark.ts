import type { ResultRow } from '../../preload/contract.ts'

/** How much one can rely on a row: a mark in a word or two, '' where the numbers speak for themselves. */
export function markOf(row: ResultRow): 'dense at floor' | 'floor' | 'uncertain' | '' {
  if (row.isDenseFloor) return 'dense at floor'
  if (row.isFloor) return 'floor'
  const isOpen = row.dropLow !== null && row.dropHigh !== null && row.dropLow <= 0 && row.dropHigh >= 0
  return isOpen && row.method !== 'dense' ? 'uncertain' : ''
}
