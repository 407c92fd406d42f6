/** CPython's random.Random as far as few-shot drawing needs it: equal seeds give equal samples (CPython 3.11, Lib/random.py). */
export interface PythonRandom {
  /** random.sample(range(n), k): k different numbers below n, in the order drawn. 0 ≤ k ≤ n < 2^32. */
  sample(n: number, k: number): number[]
}

const N = 624
const M = 397

/** A generator as random.Random(seed) makes it; the seed is a whole number from 0 to 2^53 − 1. */
export function pythonRandom(seed: number): PythonRandom {
  const next = twister(seed)

  function below(n: number): number {
    const bits = 32 - Math.clz32(n)
    for (;;) {
      const draw = next() >>> (32 - bits)
      if (draw < n) return draw
    }
  }

  return {
    sample(n, k) {
      const setSize = k > 5 ? 21 + 4 ** Math.ceil(Math.log(k * 3) / Math.log(4)) : 21
      if (n <= setSize) return fromPool(n, k, below)
      const drawn = new Set<number>() // keeps the order of insertion
      while (drawn.size < k) drawn.add(below(n))
      return [...drawn]
    },
  }
}

function fromPool(n: number, k: number, below: (n: number) => number): number[] {
  const pool = Array.from({ length: n }, (_, i) => i)
  return Array.from({ length: k }, (_, i) => {
    const j = below(n - i)
    const drawn = pool[j]!
    pool[j] = pool[n - i - 1]!
    return drawn
  })
}

/** MT19937 (Matsumoto and Nishimura 1998), seeded by init_by_array of the seed's 32-bit words, lowest first. */
function twister(seed: number): () => number {
  const state = new Uint32Array(N)
  state[0] = 19650218
  for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
  const key = seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]
  let i = 1
  const step = (factor: number, add: number) => {
    state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), factor)) + add
    if (++i < N) return
    state[0] = state[N - 1]!
    i = 1
  }
  for (let j = 0; j < N; j++) step(1664525, key[j % key.length]! + (j % key.length))
  for (let j = 1; j < N; j++) step(1566083941, -i)
  state[0] = 0x80000000

  let at = N
  return () => {
    if (at === N) {
      refill(state)
      at = 0
    }
    let y = state[at++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
}

function refill(state: Uint32Array): void {
  for (let k = 0; k < N; k++) {
    const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff)
    state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}
