import type { TokenRequest } from './language.ts'

/** One run of the score graph and who reads which of its rows. */
export interface Batch {
  /** Ids of the batch, right-padded with 0, [count, length] row-major. */
  readonly ids: Int32Array
  readonly count: number
  readonly length: number
  /** Positions in the flattened ids whose next id is scored, and that id: what the score graph takes. */
  readonly rows: Int32Array
  readonly targets: Int32Array
  readonly readers: readonly Reader[]
  /** Ids without padding. */
  readonly tokens: number
}

/** A request's share of a batch: `scored − 1` rows from `from` on, then row `last`. */
export interface Reader {
  /** Indices of the equal requests that this answers. */
  readonly requests: readonly number[]
  readonly scored: number
  readonly from: number
  readonly last: number
}

export interface Plan {
  readonly batches: readonly Batch[]
  /** Ids that are read in all, without padding. */
  readonly tokens: number
}

/** Ids that are read once, and the requests that read them: those with the same ids up to the last one. */
interface Forward {
  readonly input: Int32Array
  /** The most rows any of them wants. */
  scored: number
  /** What is asked to follow the whole input: one row each. */
  readonly lasts: number[]
  readonly askers: Asker[]
}
interface Asker {
  readonly requests: number[]
  readonly scored: number
  /** Index into `lasts`. */
  readonly last: number
}

/**
 * Requests → batches, by nothing but the requests: equal ones are asked once, those that differ in their last id alone are read once
 * (interfaces.md 3.4), the longest come first, and a batch takes as many as fit `batchTokens` with padding, but one at least.
 */
export function planBatches(requests: readonly TokenRequest[], batchTokens: number, contextLength: number): Plan {
  const forwards = collect(requests).sort(longestFirst)
  const batches: Batch[] = []
  for (let i = 0; i < forwards.length;) {
    const length = Math.min(paddedLength(forwards[i]!.input.length), contextLength)
    const count = Math.max(1, Math.floor(batchTokens / length))
    batches.push(layOut(forwards.slice(i, i + count), length))
    i += count
  }
  return { batches, tokens: batches.reduce((sum, { tokens }) => sum + tokens, 0) }
}

/** Eight lengths or more to an octave, in steps of 4 at least: shapes repeat, and at most an eighth of a long row is padding. */
export function paddedLength(length: number): number {
  const step = Math.max(4, 2 ** (Math.ceil(Math.log2(length)) - 4))
  return Math.ceil(length / step) * step
}

function collect(requests: readonly TokenRequest[]): Forward[] {
  const forwards = new Map<string, Forward>()
  const askers = new Map<string, Asker>()
  requests.forEach(({ ids, scored }, index) => {
    const input = ids.subarray(0, -1)
    const target = ids[ids.length - 1]!
    const text = Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('latin1')
    const key = `${target} ${scored} ${text}`
    const known = askers.get(key)
    if (known) {
      known.requests.push(index)
      return
    }
    const forward = forwards.get(text) ?? { input, scored, lasts: [], askers: [] }
    forwards.set(text, forward)
    forward.scored = Math.max(forward.scored, scored)
    if (!forward.lasts.includes(target)) forward.lasts.push(target)
    const asker = { requests: [index], scored, last: forward.lasts.indexOf(target) }
    forward.askers.push(asker)
    askers.set(key, asker)
  })
  return [...forwards.values()]
}

/** The slowest batch comes first: what is left is overestimated, and memory runs out at once or not at all. Ties by ids. */
function longestFirst({ input: a }: Forward, { input: b }: Forward): number {
  if (a.length !== b.length) return b.length - a.length
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

function layOut(forwards: readonly Forward[], length: number): Batch {
  const ids = new Int32Array(forwards.length * length)
  const rows: number[] = []
  const targets: number[] = []
  const readers: Reader[] = []
  forwards.forEach(({ input, scored, lasts, askers }, i) => {
    ids.set(input, i * length)
    const end = i * length + input.length - 1 // the position whose next id lies outside the input
    for (let row = end - scored + 1; row < end; row++) {
      rows.push(row)
      targets.push(ids[row + 1]!)
    }
    const first = rows.length
    for (const target of lasts) {
      rows.push(end)
      targets.push(target)
    }
    for (const { requests, scored, last } of askers) {
      readers.push({ requests, scored, from: first - (scored - 1), last: first + last })
    }
  })
  const tokens = forwards.reduce((sum, { input }) => sum + input.length, 0)
  return { ids, count: forwards.length, length, rows: Int32Array.from(rows), targets: Int32Array.from(targets), readers, tokens }
}
