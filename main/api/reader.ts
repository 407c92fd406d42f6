import type { ApiName, EventName, Events, StudyRow } from '../../preload/contract.ts'
import { openAnswers, type Answers } from './answers.ts'
import { openLongAnswers } from './long.ts'

export type Tell = <E extends EventName>(event: E, value: Events[E]) => void

/** Answers a window. A call that computes for seconds does not make the others wait. */
export interface Reader extends Answers {
  /** Says the list of studies now, and again whenever it has changed. Gives back how to stop. */
  watch(tell: Tell): () => void
}

/** Calls that keep a thread busy: they resample items, draw charts, read whole models or packs of tasks. */
const LONG: readonly ApiName[] = [
  ...([
    'studies.results',
    'studies.trends',
    'studies.verdicts',
    'studies.ledger',
    'studies.charts',
    'studies.summary',
    'studies.figures',
  ] as const),
  ...(['studies.table', 'studies.reasons', 'studies.report', 'studies.export', 'models.show', 'tasks.list', 'tasks.check'] as const),
]
/** How often the store is looked at for changes. */
const LOOK_MS = 1000

export function openReader(home: string | undefined): Reader {
  const atOnce = openAnswers(home)
  const long = openLongAnswers(home)
  return {
    answer: (name, argument) => (LONG.includes(name as ApiName) ? long : atOnce).answer(name, argument),
    watch(tell) {
      let last: string | undefined
      const look = async () => {
        const reply = await atOnce.answer('studies.list', null)
        const said = JSON.stringify(reply)
        if (said === last) return
        last = said
        if (reply.ok) tell('studies.changed', reply.value as readonly StudyRow[])
      }
      void look()
      const timer = setInterval(() => void look(), LOOK_MS)
      return () => clearInterval(timer)
    },
    close() {
      atOnce.close()
      long.close()
    },
  }
}
