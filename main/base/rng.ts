import { createHash } from 'node:crypto'

/** The only source of chance. Equal seeds and labels give equal numbers on every machine. */
export interface Rng {
  /** Uniform in 0 … 2^32 − 1. */
  uint32(): number
  /** Uniform in [0, 1), 53 bits. */
  float(): number
  /** Uniform in 0 … n − 1, without modulo bias; n from 1 to 2^32. */
  int(n: number): number
  /** An independent generator; depends on this one's seed and the label, not on how many numbers were drawn. */
  fork(label: string): Rng
  /** The items in random order (Fisher–Yates); the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[]
}

/** A generator from a seed: xoshiro128** (Blackman and Vigna 2018) with its state taken from SHA-256 of the seed. */
export function createRng(seed: number | string): Rng {
  return fromPath(`seed/${seed}`)
}

function fromPath(path: string): Rng {
  const state = new Uint32Array(createHash('sha256').update(path).digest().buffer.slice(0, 16))
  if (state.every((word) => word === 0)) state[0] = 1 // the all-zero state would stay zero
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))

  function uint32(): number {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0
    const t = state[1]! << 9
    state[2]! ^= state[0]!
    state[3]! ^= state[1]!
    state[1]! ^= state[2]!
    state[0]! ^= state[3]!
    state[2]! ^= t
    state[3] = rotate(state[3]!, 11)
    return result
  }
  function int(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n)
    for (;;) {
      const draw = uint32()
      if (draw < limit) return draw % n
    }
  }
  return {
    uint32,
    float: () => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992,
    int,
    fork: (label) => fromPath(`${path}/${label}`),
    shuffle<T>(items: readonly T[]): T[] {
      const copy = [...items]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(i + 1)
        ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
      }
      return copy
    },
  }
}
