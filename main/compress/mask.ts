import { LabError } from '../base/errors.ts'
import { keepAll } from './bits.ts'
import type { Cut, KeepOf, Mask, Quota } from './method.ts'
import { markOnce } from './once.ts'
import { bitsOf, findPlaces, findPlace, keyOf, refuseScore, seenOf, type Breathe, type Place, type Scored } from './rank.ts'

/**
 * The masks that a quota asks of scores, one per matrix. Scores compete in their order: matrix by matrix, row by row; the lowest go,
 * among equals those of lowest index. In a keep-of pattern each row's groups of `of` inputs compete within themselves, whatever the
 * group, and columns beyond the last full group stay. Throws LabError 'compress/quota', 'compress/pattern', 'compress/score'.
 */
export async function select(matrices: readonly Scored[], quota: Quota, cut: Cut, breathe: Breathe): Promise<Mask[]> {
  checkQuota(matrices, quota, cut)
  const masks = matrices.map((matrix) => keepAll(matrix.out * matrix.in))
  const { group, pattern, sparsity } = quota
  if (pattern === 'free' && group === 'model') {
    await markTogether(matrices, masks, sparsity, cut, breathe)
    return masks
  }
  for (const [i, matrix] of matrices.entries()) {
    await breathe()
    // asked for once and kept: only this matrix competes
    const scores = matrix.scores()
    if (pattern === 'free' && group === 'layer') {
      await markTogether([{ ...matrix, scores: () => scores }], [masks[i]!], sparsity, cut, breathe)
    } else {
      const run = pattern === 'free' ? spanOf(matrix.in, sparsity, cut) : spanOfGroup(pattern, cut)
      await markRuns(matrix, scores, masks[i]!, run, breathe)
    }
  }
  return masks
}

/** What goes of `length` ranked scores. */
interface Span {
  readonly length: number
  /** The rank before which they go; then, where they are not the lowest, the rank before which they stay after all. */
  readonly ranks: readonly number[]
  /** True where the score at that rank goes too, with all that equal it. */
  readonly isThrough: boolean
}

/** Fractions become counts as in the published code: one product of doubles, rounded down. */
function spanOf(length: number, sparsity: number, cut: Cut): Span {
  const count = Math.floor(length * sparsity)
  if (cut === 'published') return { length, ranks: [length - Math.floor(length * (1 - sparsity))], isThrough: true }
  if (cut === 'inclusive') return { length, ranks: [count], isThrough: true }
  const begin = cut === 'exact' ? 0 : Math.min(Math.floor(length * cut.from), length - count)
  return { length, ranks: ranksOf(begin, count), isThrough: false }
}

function spanOfGroup({ keep, of }: KeepOf, cut: Cut): Span {
  const begin = typeof cut === 'string' ? 0 : Math.floor(of * cut.from)
  return { length: of, ranks: ranksOf(begin, of - keep), isThrough: false }
}

function ranksOf(begin: number, count: number): number[] {
  return begin === 0 ? [count] : [begin + count, begin]
}

async function markTogether(
  matrices: readonly Scored[],
  masks: readonly Mask[],
  sparsity: number,
  cut: Cut,
  breathe: Breathe,
): Promise<void> {
  const total = matrices.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0)
  const span = spanOf(total, sparsity, cut)
  const [rank, ...others] = span.ranks
  if (others.length === 0 && (await markOnce(matrices, masks, { rank: rank!, isThrough: span.isThrough }, breathe))) return
  const flips = flipsOf(span, await findPlaces(matrices, span.ranks, breathe))
  for (const [i, matrix] of matrices.entries()) {
    await breathe()
    const scores = bitsOf(matrix.scores())
    for (const flip of flips) flip.apply(masks[i]!.bits, scores, 0, scores.length, seenOf(matrix))
  }
}

function flipsOf({ isThrough }: Span, places: readonly Place[]): Flip[] {
  return places.map(({ value, ties }) => new Flip({ value, ties: isThrough ? Infinity : ties }))
}

/** Weights ranked between two turns of other work: some 100 ms. */
const STRETCH = 1 << 21

/** Each row in runs of equal length, ranked one by one. */
async function markRuns(matrix: Scored, scores: Float32Array, { bits }: Mask, span: Span, breathe: Breathe) {
  const { name, out, in: width, isBySize } = matrix
  const { length, ranks } = span
  const [inBits, seen] = [bitsOf(scores), seenOf(matrix)]
  const moved = new Float32Array(length)
  const rowsAtOnce = Math.max(1, Math.floor(STRETCH / width))
  for (let row = 0; row < out; row++) {
    if (row % rowsAtOnce === rowsAtOnce - 1) await breathe()
    for (let start = row * width; start + length <= (row + 1) * width; start += length) {
      for (let i = 0; i < length; i++) {
        const score = scores[start + i]!
        if (score - score !== 0) refuseScore(name, score)
        moved[i] = isBySize ? Math.abs(score) : score
      }
      const flips = flipsOf(
        span,
        ranks.map((rank) => findPlace(moved, rank)),
      )
      for (const flip of flips) flip.apply(bits, inBits, start, start + length, seen)
    }
  }
}

/** Scores that are looked at for ties before they are marked: they are still at hand then. */
const BLOCK = 1 << 12

/** Flips the bits of what stands before a place, in stretches of scores that come in their order. */
class Flip {
  private readonly key: number
  private ties: number
  constructor({ value, ties }: Place) {
    this.key = keyOf(bitsOf(Float32Array.of(value))[0]!)
    this.ties = ties
  }

  /** Among the scores, as bits of which those `seen` rank them, from `start` to before `stop`. */
  apply(mask: Uint8Array, scores: Int32Array, start: number, stop: number, seen: number): void {
    for (let from = start; from < stop; from += BLOCK) {
      const to = Math.min(from + BLOCK, stop)
      const turn = this.endOfTies(scores, from, to, seen)
      if (turn > from) flipBelow(mask, scores, from, turn, seen, this.key + 1)
      if (turn < to) flipBelow(mask, scores, turn, to, seen, this.key)
    }
  }

  /** Index after the last tie that stands before the place; `to` where all do that there are. */
  private endOfTies(scores: Int32Array, from: number, to: number, seen: number): number {
    if (this.ties === 0 || this.ties === Infinity) return this.ties === 0 ? from : to
    const { key } = this
    let found = 0
    for (let i = from; i < to; i++) found += Number(keyOf(scores[i]! & seen) === key)
    if (found <= this.ties) {
      this.ties -= found
      return to
    }
    let i = from
    for (; this.ties > 0; i++) if (keyOf(scores[i]! & seen) === key) this.ties--
    return i
  }
}

/** Flips the bit of each score below `key`. */
function flipBelow(mask: Uint8Array, scores: Int32Array, from: number, to: number, seen: number, key: number): void {
  // arithmetic on the outcome of a comparison: a branch would be guessed wrong half of the time
  const one = (i: number) => Number(keyOf(scores[i]! & seen) < key)
  const [first, last] = [Math.min((from + 7) & ~7, to), Math.max(to & ~7, from)]
  for (let i = from; i < first; i++) mask[i >>> 3]! ^= one(i) << (~i & 7)
  for (let i = first; i < last; i += 8) {
    mask[i >>> 3]! ^=
      (one(i) << 7) |
      (one(i + 1) << 6) |
      (one(i + 2) << 5) |
      (one(i + 3) << 4) |
      (one(i + 4) << 3) |
      (one(i + 5) << 2) |
      (one(i + 6) << 1) |
      one(i + 7)
  }
  for (let i = Math.max(first, last); i < to; i++) mask[i >>> 3]! ^= one(i) << (~i & 7)
}

function checkQuota(matrices: readonly Scored[], { sparsity, pattern }: Quota, cut: Cut): void {
  const refuse = (code: 'compress/quota' | 'compress/pattern', wanted: string, came: string): never => {
    throw new LabError(code, `Expected ${wanted}, got ${came}.`)
  }
  if (!(sparsity >= 0 && sparsity < 1)) {
    refuse('compress/quota', 'a sparsity from 0 up to, not including, 1', `${sparsity} (${typeof sparsity})`)
  }
  const from = typeof cut === 'string' ? 0 : cut.from
  // 0.7 + 0.3 need not be 1 in doubles
  if (!(from >= 0 && from + sparsity <= 1 + 1e-9)) {
    refuse('compress/quota', 'a band of zeros that ends at 1 or before', `${sparsity} from ${from} on (numbers)`)
  }
  if (pattern === 'free') return
  const { keep, of } = pattern
  if (!Number.isInteger(of) || !Number.isInteger(keep) || keep < 1 || keep > of) {
    refuse('compress/pattern', 'whole numbers, keep from 1 to of', `keep ${keep} of ${of}`)
  }
  if (Math.abs(sparsity - (1 - keep / of)) > 1e-9) {
    refuse('compress/quota', `sparsity ${1 - keep / of} with keep ${keep} of ${of}`, `${sparsity} (${typeof sparsity})`)
  }
  const narrow = matrices.find((matrix) => matrix.in < of)
  if (narrow) refuse('compress/pattern', `at least ${of} inputs for keep ${keep} of ${of}`, `${narrow.in} in ${narrow.name}`)
}
