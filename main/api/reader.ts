import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { EventName, Events, Reply, StudyRow } from '../../preload/contract.ts'
import { homeFolder } from '../base/files.ts'
import { toFault } from '../base/errors.ts'
import { openBench, type Bench } from '../bench.ts'
import { answer } from './index.ts'

export type Tell = <E extends EventName>(event: E, value: Events[E]) => void

/** Answers a window from a home that another lab may be writing to. */
export interface Reader {
  /** Never rejects. */
  answer(name: string, argument: unknown): Promise<Reply<unknown>>
  /** Says the list of studies now, and again whenever it has changed. Gives back how to stop. */
  watch(tell: Tell): () => void
  close(): void
}

/** How often the store is looked at for changes. */
const LOOK_MS = 1000

export function openReader(home: string | undefined): Reader {
  const folder = homeFolder(home)
  let open: { readonly bench: Bench; readonly stamp: string } | undefined

  /** The bench, opened anew when a store appears where there was none or another takes its place. */
  function bench(): Bench {
    const stamp = stampOf(join(folder, 'lab.db'))
    if (open?.stamp === stamp) return open.bench
    open?.bench.close()
    open = undefined
    open = { bench: openBench({ home: folder, readOnly: true }), stamp }
    return open.bench
  }
  const reader: Reader = {
    async answer(name, argument) {
      try {
        return await answer(bench(), name, argument)
      } catch (error) {
        return { ok: false, error: toFault(error) } // a store that cannot be opened is an answer too
      }
    },
    watch(tell) {
      let last: string | undefined
      const look = async () => {
        const reply = await reader.answer('studies.list', null)
        const said = JSON.stringify(reply)
        if (said === last) return
        last = said
        if (reply.ok) tell('studies.changed', reply.value as readonly StudyRow[])
      }
      void look()
      const timer = setInterval(() => void look(), LOOK_MS)
      return () => clearInterval(timer)
    },
    close: () => open?.bench.close(),
  }
  return reader
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.dev}:${found.ino}` : 'none'
}
