import type { TokenRequest } from '../engine/language.ts'

/**
 * A text of any length, every id predicted once (interfaces.md 3.4 item 8): windows of `contextLength` ids, the first after `prefix`, each later
 * one after the id before it. The last, if shorter, has as much before it as the model can read. None for a text without ids.
 */
export function rollingWindows(ids: readonly number[], prefix: number, contextLength: number): TokenRequest[] {
  const read = new Int32Array(ids.length + 1)
  read[0] = prefix
  read.set(ids, 1)
  const windows: TokenRequest[] = []
  for (let done = 0, end; done < ids.length; done = end) {
    end = Math.min(done + contextLength, ids.length)
    const from = done === 0 ? 0 : end - contextLength
    windows.push({ ids: read.subarray(from, end + 1), scored: end - done })
  }
  return windows
}

/** ⌊n / length⌋ windows side by side, each asked by itself: its first id is given, length − 1 are predicted (interfaces.md 3.5). The rest is left out. */
export function tokenWindows(ids: readonly number[], length: number): TokenRequest[] {
  const read = Int32Array.from(ids)
  return Array.from({ length: Math.floor(ids.length / length) }, (_, i) => ({
    ids: read.subarray(i * length, (i + 1) * length),
    scored: length - 1,
  }))
}
