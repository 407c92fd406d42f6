import { LabError } from '../base/errors.ts'
import { keepAll } from './bits.ts'
import type { Cut, KeepOf, Mask, Quota } from './method.ts'
import { findPlaces, findPlace, refuseScore, type Breathe, type Place, type Scored } from './rank.ts'

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
  const flips = flipsOf(span, await findPlaces(matrices, span.ranks, breathe))
  for (const [i, matrix] of matrices.entries()) {
    await breathe()
    const scores = matrix.scores()
    for (const flip of flips) flip.apply(masks[i]!.bits, scores, 0, scores.length)
  }
}

function flipsOf({ isThrough }: Span, places: readonly Place[]): Flip[] {
  return places.map(({ value, ties }) => new Flip({ value, ties: isThrough ? Infinity : ties }))
}

/** Weights ranked between two turns of other work: some 100 ms. */
const STRETCH = 1 << 21

/** Each row in runs of equal length, ranked one by one. */
async function markRuns({ name, out, in: width }: Scored, scores: Float32Array, { bits }: Mask, span: Span, breathe: Breathe) {
  const { length, ranks } = span
  const moved = new Float32Array(length)
  const rowsAtOnce = Math.max(1, Math.floor(STRETCH / width))
  for (let row = 0; row < out; row++) {
    if (row % rowsAtOnce === rowsAtOnce - 1) await breathe()
    for (let start = row * width; start + length <= (row + 1) * width; start += length) {
      for (let i = 0; i < length; i++) {
        const score = scores[start + i]!
        if (score - score !== 0) refuseScore(name, score)
        moved[i] = score
      }
      const flips = flipsOf(
        span,
        ranks.map((rank) => findPlace(moved, rank)),
      )
      for (const flip of flips) flip.apply(bits, scores, start, start + length)
    }
  }
}

/** Flips the bits of what stands before a place, in stretches of scores that come in their order. */
class Flip {
  private readonly value: number
  private ties: number
  constructor({ value, ties }: Place) {
    this.value = value
    this.ties = ties
  }

  /** Among scores `start` to before `stop`. */
  apply(bits: Uint8Array, scores: Float32Array, start: number, stop: number): void {
    const { value } = this
    const turn = this.endOfTies(scores, start, stop)
    // arithmetic on the outcome of a comparison: a branch would be guessed wrong half of the time
    for (let i = start; i < turn; i++) bits[i >>> 3]! ^= Number(scores[i]! <= value) << (~i & 7)
    for (let i = turn; i < stop; i++) bits[i >>> 3]! ^= Number(scores[i]! < value) << (~i & 7)
  }

  /** Index after the last tie that stands before the place. */
  private endOfTies(scores: Float32Array, start: number, stop: number): number {
    if (this.ties === Infinity) return stop
    let i = start
    for (; i < stop && this.ties > 0; i++) if (scores[i] === this.value) this.ties--
    return i
  }
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
