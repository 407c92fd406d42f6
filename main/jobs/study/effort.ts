import type { PlannedCell } from '../../study/plan.ts'

/** What the work reports while it goes on. */
export interface Effort {
  /** Tokens answered so far, padding not counted. */
  tokens: number
  /** Cells put on record so far. */
  cells: number
  /** The cell asked last. */
  label: string
  /** How far the work named by `label` is: tokens where something is asked, steps where something is trained; null while neither is known. */
  part: { readonly done: number; readonly total: number } | null
  /** The last step of the training at work; null where none is. */
  loss: { readonly step: number; readonly loss: number } | null
  /** Bytes that the engine holds, as it said last. */
  engineBytes: number
  /** Tokens of a cell of a model and task, "model/task", once one of them has been asked. */
  readonly tokensOf: Map<string, number>
}

export function createEffort(): Effort {
  return { tokens: 0, cells: 0, label: '', part: null, loss: null, engineBytes: 0, tokensOf: new Map() }
}

export interface Pace {
  readonly tokensPerSecond: number | null
  readonly etaMs: number | null
}

/** Speed is taken over this time at most, so that it follows what the machine does now. */
const WINDOW_MS = 30_000
/** Before so much time has passed, a speed says nothing. */
const LEAST_MS = 1000

/** Speed over the last half minute, and the time that the cells `left` at the start still need at that speed. */
export function createPace(
  left: readonly Pick<PlannedCell, 'model' | 'task'>[],
  effort: Effort,
  nowMs: () => number,
): () => Pace {
  const counts = new Map<string, number>()
  for (const { model, task } of left) counts.set(`${model}/${task}`, (counts.get(`${model}/${task}`) ?? 0) + 1)
  const marks = [{ ms: nowMs(), tokens: effort.tokens }]

  /** Tokens of all cells left at the start; a task not asked yet counts as the mean of those that were. */
  function expected(): number {
    const known = [...effort.tokensOf.values()]
    const mean = known.reduce((sum, n) => sum + n, 0) / known.length
    return [...counts].reduce((sum, [key, cells]) => sum + cells * (effort.tokensOf.get(key) ?? mean), 0)
  }

  return () => {
    const now = { ms: nowMs(), tokens: effort.tokens }
    while (marks.length > 1 && now.ms - marks[1]!.ms > WINDOW_MS) marks.shift()
    if (now.ms - marks.at(-1)!.ms >= LEAST_MS) marks.push(now)
    const first = marks[0]!
    const speed = (1000 * (now.tokens - first.tokens)) / (now.ms - first.ms)
    if (now.ms - first.ms < LEAST_MS || !(speed > 0)) return { tokensPerSecond: null, etaMs: null }
    return { tokensPerSecond: speed, etaMs: (1000 * Math.max(0, expected() - effort.tokens)) / speed }
  }
}
