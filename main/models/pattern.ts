/** N of M: `keep` numbers other than zero in each group of `of` along the rows; `conformity` is the share of full groups where it is so. */
export interface FittedPattern {
  readonly keep: number
  readonly of: number
  readonly conformity: number
}

/** Group sizes that are looked for: those of hardware and of the papers. Each is twice the one before it. */
const SIZES = [2, 4, 8, 16, 32] as const

/** Counts zeros, and the groups of a matrix by how many of their numbers are other than zero, in one reading, row-major. */
export interface GroupCounter {
  add(piece: Float32Array): void
  zeros(): number
  /** The pattern that most groups follow, of the smallest size among equals; null where nothing is zero or no group is full. */
  best(): FittedPattern | null
}

/** `width`: numbers of a row. Groups do not cross rows; what is left at the end of a row is no group. */
export function groupCounter(width: number): GroupCounter {
  const found = SIZES.map((of) => new Float64Array(of + 1))
  const kept = SIZES.map(() => 0)
  let [column, zeros] = [0, 0]

  /** A pair has ended, and with it each larger group whose size the place is a multiple of. */
  function endPair(): void {
    for (let size = 0; size < SIZES.length && column % SIZES[size]! === 0; size++) {
      found[size]![kept[size]!]!++
      if (size + 1 < SIZES.length) kept[size + 1]! += kept[size]!
      kept[size] = 0
    }
  }
  return {
    add(piece) {
      for (const x of piece) {
        if (x === 0) zeros++
        else kept[0]!++
        column++
        if (column % 2 === 0) endPair()
        if (column === width) {
          column = 0
          kept.fill(0)
        }
      }
    },
    zeros: () => zeros,
    best() {
      if (zeros === 0) return null
      let best: FittedPattern | null = null
      for (const [size, counts] of found.entries()) {
        const groups = counts.reduce((sum, n) => sum + n, 0)
        // all or none kept is no pattern
        for (let keep = 1; keep < counts.length - 1 && groups > 0; keep++) {
          const conformity = counts[keep]! / groups
          if (conformity > (best?.conformity ?? 0)) best = { keep, of: SIZES[size]!, conformity }
        }
      }
      return best
    },
  }
}
