/** How far a compression is. */
export interface Progress {
  /** Layers done, of all that are compressed and the folder that is written last. */
  readonly done: number
  readonly total: number
  readonly label: string
  readonly etaMs: number | null
}

/** Layers on their way, with what was expected of each against what it took. */
export interface Course {
  /** A layer, or what comes after the last one, begins. */
  begin(label: string): void
  /** So many layers are done. */
  pass(done: number): void
  /** Something moved within a layer. */
  move(detail: string): void
  /** Milliseconds that each layer is expected to take, 0 for one that is done already, and whatever comes after them. */
  expect(layers: readonly number[], after: number): void
}

/** A course over `total` steps, layers and what comes after them, told to `onProgress`. What is left is the expectation, corrected by how the layers so far kept to it. */
export function createCourse(total: number, nowMs: () => number, onProgress: (progress: Progress) => void): Course {
  let [label, done] = ['', 0]
  let layers: readonly number[] = []
  let after = 0
  let began = nowMs()
  const took: number[] = []

  function etaMs(): number | null {
    if (layers.length === 0) return null
    const expected = layers.slice(0, done).reduce((sum, ms) => sum + ms, 0)
    const spent = took.reduce((sum, ms) => sum + ms, 0)
    // one layer alone may be a warm-up: half of the say stays with the expectation
    const factor = expected > 0 && spent > 0 ? (1 + spent / expected) / 2 : 1
    const left = layers.slice(done).reduce((sum, ms) => sum + ms, after) * factor
    return Math.max(0, left - (nowMs() - began))
  }
  const say = (detail: string) => onProgress({ done, total, label: `${label}${detail && `, ${detail}`}`, etaMs: etaMs() })
  return {
    begin(next) {
      label = next
      began = nowMs()
      say('')
    },
    pass(now) {
      if ((layers[done] ?? 0) > 0) took.push(nowMs() - began)
      done = now
      began = nowMs()
      say('')
    },
    move: say,
    expect(each, rest) {
      layers = each
      after = rest
    },
  }
}
