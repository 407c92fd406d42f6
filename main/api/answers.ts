import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Reply } from '../../preload/contract.ts'
import { homeFolder } from '../base/files.ts'
import { toFault } from '../base/errors.ts'
import { openBench, type Bench } from '../bench.ts'
import type { Queue } from '../jobs/queue/queue.ts'
import { answer } from './index.ts'
import { closeOpened } from './opened.ts'

/** Answers calls from a home that another lab may be writing to. */
export interface Answers {
  /** Never rejects. */
  answer(name: string, argument: unknown): Promise<Reply<unknown>>
  close(): void
}

/** Answers in the thread that asks; those of the queue where it has one. */
export function openAnswers(home: string | undefined, queue?: () => Queue | undefined): Answers {
  const folder = homeFolder(home)
  let open: { readonly bench: Bench; readonly stamp: string } | undefined

  /** The bench, opened anew when a store appears where there was none or another takes its place. */
  function bench(): Bench {
    const stamp = stampOf(join(folder, 'lab.db'))
    if (open?.stamp === stamp) return open.bench
    close()
    open = undefined
    open = { bench: openBench({ home: folder, readOnly: true, queue }), stamp }
    return open.bench
  }
  function close(): void {
    if (!open) return
    closeOpened(open.bench, true)
    open.bench.close()
  }
  return {
    async answer(name, argument) {
      try {
        return await answer(bench(), name, argument)
      } catch (error) {
        return { ok: false, error: toFault(error) } // a store that cannot be opened is an answer too
      }
    },
    close,
  }
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.dev}:${found.ino}` : 'none'
}
