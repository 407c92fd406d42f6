import { LabError } from '../base/errors.ts'
import type { MatrixShape } from '../onnx/graph.ts'

/** A matrix whose scores are made when asked for, each time the same; larger = keep. They hold until scores are asked for again, of any matrix. */
export interface Scored extends MatrixShape {
  readonly scores: () => Float32Array
  /** True where they are the weights themselves and what ranks is their size. */
  readonly isBySize?: boolean
}

/** A place in the stable rising order of scores: before it stand those below `value` and, by index, the first `ties` that equal it. */
export interface Place {
  readonly value: number
  readonly ties: number
}

/** Gives other work its turn; throws where the present work is to stop. */
export type Breathe = () => Promise<void>

const BINS = 1 << 16

/**
 * The places before which `ranks` scores stand (0 … number of scores), over all matrices in their order, without sorting or keeping
 * scores: one pass counts the upper half of each score's bits, one for each rank the lower half where the upper one is that of the rank.
 */
export async function findPlaces(matrices: readonly Scored[], ranks: readonly number[], breathe: Breathe): Promise<Place[]> {
  const coarse = await histogram(matrices, countUpper, breathe)
  const places: Place[] = []
  for (const rank of ranks) {
    const upper = findBin(coarse, rank)
    if (upper) {
      const half = upper.bin - BINS / 2
      const fine = await histogram(matrices, (scores, bins, matrix) => countLower(scores, bins, matrix, half), breathe)
      const lower = findBin(fine, upper.rest)
      if (!lower)
        throw new LabError('compress/score', 'Expected scores to be the same each time, got others; did the weights change?')
      places.push({ value: scoreOf(half * BINS + lower.bin), ties: lower.rest })
    } else places.push({ value: Infinity, ties: 0 })
  }
  return places
}

/** Fewer scores are each set against all others sooner than moved about. */
const HANDFUL = 8

/** The place before which `rank` of a few scores stand. Moves them about. */
export function findPlace(scores: Float32Array, rank: number): Place {
  if (rank >= scores.length) return { value: Infinity, ties: 0 }
  if (scores.length <= HANDFUL) return placeAmong(scores, rank)
  let from = 0
  let to = scores.length
  for (;;) {
    const pivot = pivotOf(scores, from, to)
    let below = from
    let equal = 0
    // each goes where the smaller ones end, and these go on if it is one: no branch that would be guessed wrong half of the time
    for (let i = from; i < to; i++) {
      const score = scores[i]!
      scores[i] = scores[below]!
      scores[below] = score
      below += Number(score < pivot)
      equal += Number(score === pivot)
    }
    if (rank < below) to = below
    else if (rank < below + equal) return { value: pivot, ties: rank - below }
    else from = gather(scores, below, to, pivot)
  }
}

function placeAmong(scores: Float32Array, rank: number): Place {
  for (let i = 0; ; i++) {
    const value = scores[i]!
    let below = 0
    let equal = 0
    for (let j = 0; j < scores.length; j++) {
      below += Number(scores[j]! < value)
      equal += Number(scores[j]! === value)
    }
    if (below <= rank && rank < below + equal) return { value, ties: rank - below }
  }
}

/** Moves those that equal the pivot to `from` and after; gives the index after the last of them. */
function gather(scores: Float32Array, from: number, to: number, pivot: number): number {
  let end = from
  for (let i = from; i < to; i++) {
    const score = scores[i]!
    scores[i] = scores[end]!
    scores[end] = score
    end += Number(score === pivot)
  }
  return end
}

/** A score near the middle: the median of three medians of three (Tukey 1978), from all over. */
function pivotOf(scores: Float32Array, from: number, to: number): number {
  const [middle, step] = [(from + to) >> 1, (to - from) >> 3]
  const at = (i: number) => median(scores[i]!, scores[i + step]!, scores[i + 2 * step]!)
  return median(at(from), at(middle - step), at(to - 1 - 2 * step))
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

/** Refuses scores that rank nothing. */
export function refuseScore(name: string, score: number): never {
  throw new LabError('compress/score', `Expected finite scores for the weights of ${name}, got ${score} (number).`)
}

async function histogram(
  matrices: readonly Scored[],
  count: (scores: Float32Array, bins: Float64Array, matrix: Scored) => void,
  breathe: Breathe,
): Promise<Float64Array> {
  // doubles count beyond 2^32, as many weights as a large model has, and as fast
  const bins = new Float64Array(BINS)
  for (const matrix of matrices) {
    await breathe()
    count(matrix.scores(), bins, matrix)
  }
  return bins
}

function countUpper(scores: Float32Array, bins: Float64Array, matrix: Scored): void {
  const [bits, seen] = [bitsOf(scores), seenOf(matrix)]
  for (let i = 0; i < bits.length; i++) bins[(keyOf(bits[i]! & seen) >> 16) + BINS / 2]!++
  // infinities and NaN have all eight exponent bits set and lie in the outermost bins, with numbers that are nearly infinite
  if (bins.subarray(0, 129).some(Boolean) || bins.subarray(-128).some(Boolean)) {
    const bad = scores.find((score) => !Number.isFinite(score))
    if (bad !== undefined) refuseScore(matrix.name, bad)
  }
}

function countLower(scores: Float32Array, bins: Float64Array, matrix: Scored, upper: number): void {
  const [bits, seen] = [bitsOf(scores), seenOf(matrix)]
  for (let i = 0; i < bits.length; i++) {
    const key = keyOf(bits[i]! & seen)
    if (key >> 16 === upper) bins[key & 0xffff]!++
  }
}

/** The bin that holds this rank and the rank within it; undefined beyond the last. */
function findBin(bins: Float64Array, rank: number): { bin: number; rest: number } | undefined {
  let rest = rank
  for (let bin = 0; bin < BINS; bin++) {
    if (rest < bins[bin]!) return { bin, rest }
    rest -= bins[bin]!
  }
  return undefined
}

/** The bits of floats. */
export function bitsOf(scores: Float32Array): Int32Array {
  return new Int32Array(scores.buffer, scores.byteOffset, scores.length)
}

/** Those bits of a score that rank it: all, or all but the sign. */
export function seenOf({ isBySize }: Pick<Scored, 'isBySize'>): number {
  return isBySize ? 0x7fffffff : -1
}

/** A whole number for the bits of each float, in the order of the floats; 0 for −0 too. */
export function keyOf(bits: number): number {
  const sign = bits >> 31
  return ((bits & 0x7fffffff) ^ sign) - sign
}

function scoreOf(key: number): number {
  const [size] = new Float32Array(new Int32Array([Math.abs(key)]).buffer)
  return key < 0 ? -size! : size!
}
