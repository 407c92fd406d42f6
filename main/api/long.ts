import { Worker } from 'node:worker_threads'
import type { Reply } from '../../preload/contract.ts'
import { LabError, toFault } from '../base/errors.ts'
import type { Answers } from './answers.ts'
import type { Answered, Question } from './thread.ts'

// bundled, it lies beside us under the same name
const entry = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

/** Answers in a thread of its own, started with the first call and again after its death, so that whoever asks stays free. */
export function openLongAnswers(home: string | undefined): Answers {
  const open = new Map<number, (reply: Reply<unknown>) => void>()
  let thread: Worker | undefined
  let isClosed = false
  let next = 0

  function start(): Worker {
    const worker = new Worker(entry, { workerData: home })
    worker.on('message', ({ id, reply }: Answered) => {
      const settle = open.get(id)
      open.delete(id)
      if (open.size === 0) worker.unref() // waiting for an answer keeps the program alive, an idle thread does not
      settle?.(reply)
    })
    worker.on('error', (error) => end(worker, error))
    worker.on('exit', (code) => end(worker, new Error(`Expected an answer, but its thread ended with ${code}.`)))
    return worker
  }

  /** What is open is answered by why it will not be. */
  function end(worker: Worker | undefined, why: Error): void {
    if (worker !== thread) return // one that has been replaced
    thread = undefined
    const waiting = [...open.values()]
    open.clear()
    for (const settle of waiting) settle({ ok: false, error: toFault(why) })
  }

  return {
    answer(name, argument) {
      if (isClosed) return Promise.resolve({ ok: false, error: toFault(closed()) })
      return new Promise((settle) => {
        thread ??= start()
        thread.ref()
        open.set(next, settle)
        thread.postMessage({ id: next++, name, argument } satisfies Question)
      })
    },
    close() {
      isClosed = true
      void thread?.terminate()
      end(thread, closed())
    },
  }
}

function closed(): LabError {
  return new LabError('engine/stopped', 'Expected an open lab, but it was closed.')
}
