import { countKept, keepAll } from './bits.ts'
import type { Mask } from './method.ts'
import { bitsOf, findPlace, keyOf, refuseScore, seenOf, type Breathe, type Scored } from './rank.ts'

/** Fewer scores than these are ranked as fast by counting. */
const FEW = 1 << 16
/** Scores of a sample at most: 2^18 know a rank to 0.1 % of all (one standard deviation). */
const SAMPLES = 1 << 18
/** Standard deviations on either side that are looked at closely. */
const WIDTH = 5

/**
 * Takes what stands before a rank out of masks that keep everything, in one pass over the scores where counting takes three: a sample says
 * between which two scores the rank must lie, what is below both goes, and the few between them are ranked (Floyd and Rivest 1975).
 * `isThrough`: the score at the rank goes too, with all that equal it. Gives false, the masks as they were, where the sample misled or
 * there is little to sample.
 */
export async function markOnce(
  matrices: readonly Scored[],
  masks: readonly Mask[],
  { rank, isThrough }: { readonly rank: number; readonly isThrough: boolean },
  breathe: Breathe,
): Promise<boolean> {
  const total = matrices.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0)
  if (total < FEW || rank >= total) return false
  const bounds = boundsOf(await sample(matrices, total, breathe), rank / total)
  const room = Math.ceil(bounds.share * total)
  const near: Near = { scores: new Int32Array(room), at: new Int32Array(room), count: 0 }
  const ends: number[] = []
  for (const [i, matrix] of matrices.entries()) {
    await breathe()
    if (!markBelow(matrix, masks[i]!, bounds, near)) break
    ends.push(near.count)
  }
  const below = masks.reduce((sum, mask) => sum + mask.length - countKept(mask), 0)
  const isFound = ends.length === matrices.length && below <= rank && rank < below + near.count
  if (isFound) markNear(masks, near, ends, { rank: rank - below, isThrough })
  else for (const { bits, length } of masks) bits.set(keepAll(length).bits)
  return isFound
}

/** Keys of scores between which a rank lies, from the lower to before the upper one, and the share of all scores that are there at most. */
interface Bounds {
  readonly low: number
  readonly high: number
  readonly share: number
}

/** Scores between the bounds, as bits, and where they stand in their matrices. */
interface Near {
  readonly scores: Int32Array
  readonly at: Int32Array
  count: number
}

/** Keys of scores that stand equally far apart, in rising order. */
async function sample(matrices: readonly Scored[], total: number, breathe: Breathe): Promise<Int32Array> {
  // odd, so that it goes through all columns of a matrix
  const step = Math.ceil(total / Math.min(SAMPLES, total >> 6)) | 1
  const keys = new Int32Array(Math.ceil(total / step))
  let [next, count] = [0, 0]
  for (const matrix of matrices) {
    await breathe()
    const [scores, seen] = [bitsOf(matrix.scores()), seenOf(matrix)]
    for (; next < scores.length; next += step) keys[count++] = keyOf(scores[next]! & seen)
    next -= scores.length
  }
  return keys.sort()
}

function boundsOf(keys: Int32Array, quantile: number): Bounds {
  const n = keys.length
  const [middle, spread] = [quantile * n, 1 + WIDTH * Math.sqrt(n * quantile * (1 - quantile))]
  const [from, to] = [Math.floor(middle - spread), Math.ceil(middle + spread)]
  const low = from < 0 ? -(2 ** 31) : keys[from]!
  const high = to >= n ? 2 ** 31 - 1 : keys[to]! + 1
  const found = Math.min(to, n) - Math.max(from, 0)
  // of so many gaps between sampled scores, some are wide
  return { low, high, share: (found + WIDTH * Math.sqrt(found) + 3 * WIDTH) / n }
}

/** Takes out what lies below the bounds and notes what lies between them; false where there is no room for it. */
function markBelow(matrix: Scored, { bits: mask }: Mask, bounds: Bounds, near: Near): boolean {
  const scores = matrix.scores()
  const bits = bitsOf(scores)
  const seen = seenOf(matrix)
  const { low, high } = bounds
  const whole = bits.length & ~7
  let exponents = 0
  for (let i = 0; i < whole; i += 8) {
    let isBelow = 0
    let isBefore = 0
    for (let j = i; j < i + 8; j += 2) {
      const a = bits[j]!
      const b = bits[j + 1]!
      const key = keyOf(a & seen)
      const next = keyOf(b & seen)
      isBelow = (isBelow << 2) | (Number(key < low) << 1) | Number(next < low)
      isBefore = (isBefore << 2) | (Number(key < high) << 1) | Number(next < high)
      // an exponent of ones, of an infinity or NaN, runs over into the sign
      exponents |= ((a & 0x7fffffff) + 0x800000) | ((b & 0x7fffffff) + 0x800000)
    }
    mask[i >>> 3]! ^= isBelow
    if (isBelow !== isBefore && !note(near, bits, seen, i, isBelow ^ isBefore)) return false
  }
  for (let i = whole; i < bits.length; i++) {
    const key = keyOf(bits[i]! & seen)
    if (key < low) mask[i >>> 3]! ^= 128 >>> (i & 7)
    else if (key < high && !note(near, bits, seen, i, 128)) return false
    exponents |= (bits[i]! & 0x7fffffff) + 0x800000
  }
  if (exponents < 0)
    refuseScore(
      matrix.name,
      scores.find((score) => !Number.isFinite(score))!,
    )
  return true
}

/** Notes those of eight scores from `from` whose bits are set, the first in the highest; false where there is no room. */
function note(near: Near, bits: Int32Array, seen: number, from: number, which: number): boolean {
  for (let offset = 0; offset < 8; offset++) {
    if ((which & (128 >>> offset)) === 0) continue
    if (near.count === near.at.length) return false
    near.scores[near.count] = bits[from + offset]! & seen
    near.at[near.count++] = from + offset
  }
  return true
}

/** Takes out what stands before the rank among those between the bounds; `ends` says how many there are up to each matrix. */
function markNear(
  masks: readonly Mask[],
  { scores: bits, at, count }: Near,
  ends: readonly number[],
  { rank, isThrough }: { readonly rank: number; readonly isThrough: boolean },
): void {
  const scores = new Float32Array(bits.buffer, 0, count)
  const { value, ties } = findPlace(scores.slice(), rank)
  let left = isThrough ? Infinity : ties
  let i = 0
  for (const [of, { bits: mask }] of masks.entries()) {
    for (; i < ends[of]!; i++) {
      const score = scores[i]!
      if (score < value || (score === value && left-- > 0)) mask[at[i]! >>> 3]! ^= 128 >>> (at[i]! & 7)
    }
  }
}
