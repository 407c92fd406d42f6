/** How weights become codes. */
export interface GridSettings {
  readonly bits: number
  /** The code of 0 lies in the middle; otherwise where the smallest weight becomes code 0. */
  readonly symmetric: boolean
  /** Of a symmetric grid over weights none of which is negative: [0, max] as published, in place of [−max, max]. */
  readonly range?: 'published' | undefined
  /** Whether narrower ranges are tried and the one with the least Σ|Q(w) − w|^2.4 is taken. */
  readonly shrink: boolean
}

/** Scale and code of 0 of the weights that share them. */
export interface Grid {
  readonly scale: number
  readonly zero: number
}

/** The largest code. */
export function mostOf(bits: number): number {
  return 2 ** bits - 1
}

const f = Math.fround

/**
 * The grid of weights that share it (paper.md 4.8), in float32 step by step: in a symmetric grid the largest weight lies half-way between two
 * codes, and rounding decides. The range holds 0; weights that are all 0 get [−1, 1].
 */
export function gridOf(weights: Float32Array, { bits, symmetric, shrink, range }: GridSettings): Grid {
  const most = mostOf(bits)
  let [low, high] = [0, 0]
  for (const w of weights) {
    if (w < low) low = w
    else if (w > high) high = w
  }
  // rows without a negative weight too: the published range [0, max] leaves half of the codes beyond it
  if (symmetric && (low < 0 || range !== 'published')) [low, high] = [-Math.max(-low, high), Math.max(-low, high)]
  if (low === 0 && high === 0) [low, high] = [-1, 1]
  const between = (from: number, to: number): Grid => {
    const scale = f(f(to - from) / most)
    return { scale, zero: symmetric ? (most + 1) / 2 : halfToEven(f(-from / scale)) }
  }
  let best = between(low, high)
  if (!shrink) return best
  let least = Infinity
  for (let i = 0; i < 80; i++) {
    const grid = between(f((1 - i / 100) * low), f((1 - i / 100) * high))
    const error = errorOf(weights, grid, most)
    if (error < least) [least, best] = [error, grid]
  }
  return best
}

/** The code nearest to a weight, 0 … most. */
export function codeOf(w: number, scale: number, zero: number, most: number): number {
  return Math.min(Math.max(halfToEven(f(w / scale)) + zero, 0), most)
}

/** The weight that a code stands for. */
export function weightOf(code: number, scale: number, zero: number): number {
  return f(scale * (code - zero))
}

function errorOf(weights: Float32Array, { scale, zero }: Grid, most: number): number {
  let error = 0
  for (const w of weights) error += Math.abs(f(weightOf(codeOf(w, scale, zero, most), scale, zero) - w)) ** 2.4
  return error
}

/** Added to a smaller double it leaves no room for a fraction: what the addition rounds to is the nearest whole number, halves to the even one. */
const WHOLE = 1.5 * 2 ** 52

/** Nearest whole number, halves to the even one (Math.round takes them up). */
export function halfToEven(x: number): number {
  return Math.abs(x) < 2 ** 51 ? x + WHOLE - WHOLE : Math.round(x)
}
