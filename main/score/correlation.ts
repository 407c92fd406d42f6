/** Pairs of numbers, one per item: what was said, and what is right. */
export interface Pairs {
  readonly value: Float64Array
  readonly gold?: Float64Array
}
/** How often each item counts. */
export type Counts = ArrayLike<number>

/** Pearson's r, item i counted counts[i] times; 0 where one side is constant, as a constant predictor says nothing (SciPy gives NaN). */
export function pearsonOf(x: ArrayLike<number>, y: ArrayLike<number>, counts: Counts): number {
  if (isConstant(x, counts) || isConstant(y, counts)) return 0
  let [n, sumX, sumY] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const count = counts[i]!
    n += count
    sumX += count * x[i]!
    sumY += count * y[i]!
  }
  const [meanX, meanY] = [sumX / n, sumY / n]
  let [xx, yy, xy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [count, dx, dy] = [counts[i]!, x[i]! - meanX, y[i]! - meanY]
    xx += count * dx * dx
    yy += count * dy * dy
    xy += count * dx * dy
  }
  const scale = Math.sqrt(xx * yy)
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, xy / scale))
}

/** Spearman's ρ of a column, for any counts of its items: Pearson's r of mid-ranks, ties and items that count twice sharing theirs (Spearman 1904). */
export function spearmanOf(x: Float64Array, y: Float64Array): (counts: Counts) => number {
  const [orderX, orderY] = [orderOf(x), orderOf(y)]
  const [rankX, rankY] = [new Float64Array(x.length), new Float64Array(y.length)]
  return (counts) => {
    rank(x, orderX, counts, rankX)
    rank(y, orderY, counts, rankY)
    return pearsonOf(rankX, rankY, counts)
  }
}

function isConstant(x: ArrayLike<number>, counts: Counts): boolean {
  let first: number | undefined
  for (let i = 0; i < x.length; i++) {
    if (counts[i] === 0) continue
    if (first === undefined) first = x[i]!
    else if (x[i] !== first) return false
  }
  return true
}

const orderOf = (x: Float64Array) => Uint32Array.from(x.keys()).sort((a, b) => x[a]! - x[b]! || a - b)

/** Mid-ranks from 1, of as many as the counts say; those of items that do not count are the ranks they would stand between. */
function rank(x: Float64Array, order: Uint32Array, counts: Counts, ranks: Float64Array): void {
  let before = 0
  for (let from = 0; from < order.length;) {
    let [to, same] = [from, 0]
    while (to < order.length && x[order[to]!] === x[order[from]!]) same += counts[order[to++]!]!
    for (let i = from; i < to; i++) ranks[order[i]!] = before + (same + 1) / 2
    before += same
    from = to
  }
}
