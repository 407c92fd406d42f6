import { LabError } from '../base/errors.ts'

/** Runs asked at once: while the answer of one is read and the next is laid out, the runtime works on another. */
const LANES = 3

/** Works on items in order, a few at a time. Ends with the first error, or with LabError('engine/stopped') once the signal is aborted. */
export async function runLanes<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  let isOver = false
  async function lane(): Promise<void> {
    while (!isOver && next < items.length) {
      if (signal?.aborted) throw new LabError('engine/stopped', 'Stopped between two batches, as asked.')
      await work(items[next++]!)
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    isOver = true
  }
}
