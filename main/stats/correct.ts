/** p-values corrected for having asked several questions, family-wise (Holm 1979); in the order they came. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!)
  const corrected = new Array<number>(ps.length)
  let least = 0
  order.forEach((i, rank) => {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[i]!))
    corrected[i] = least
  })
  return corrected
}
