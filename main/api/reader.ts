import type { ApiName, EventName, Events, StudyRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { takeQueue } from '../bench.ts'
import type { Launch } from '../jobs/queue/child.ts'
import type { Queue } from '../jobs/queue/queue.ts'
import { openAnswers, type Answers } from './answers.ts'
import { openLongAnswers } from './long.ts'

export type Tell = <E extends EventName>(event: E, value: Events[E]) => void

/** Answers a window. A call that computes for seconds does not make the others wait. */
export interface Reader extends Omit<Answers, 'close'> {
  /** Says the studies and the queue now, and again whenever they have changed. Gives back how to stop. */
  watch(tell: Tell): () => void
  /** Makes ready what a window shows first, the numbers of the newest study, while its page is loaded. */
  prepare(): Promise<void>
  /** Stops what runs, for the next lab to go on with, and resolves when it has. */
  close(): Promise<void>
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
  ...(['models.tensor', 'models.map', 'models.zeros', 'models.compare', 'studies.compare'] as const),
  ...([
    'studies.table',
    'studies.reasons',
    'studies.report',
    'studies.export',
    'studies.digest',
    'exports.several',
    'models.show',
    'tasks.list',
    'tasks.check',
  ] as const),
  ...([
    'bundles.export',
    'bundles.download',
    'bundles.verify',
    'bundles.import',
    'bundles.open',
    'bundles.look',
    'bundles.close',
    'exports.write',
  ] as const),
]
/** Calls that are short, but too long to stand in the way of others: they read files, or many items. */
const BRIEF: readonly ApiName[] = [
  ...(['lab.about', 'models.list', 'models.add', 'models.remove', 'models.tensors', 'folders.browse', 'packs.list'] as const),
  ...(['drafts.list', 'drafts.save', 'drafts.remove', 'drafts.check', 'drafts.edit', 'templates.list'] as const),
  ...([
    'studies.levels',
    'studies.items',
    'studies.item',
    'studies.remove',
    'studies.draft',
    'studies.examples',
    'studies.several',
    'bundles.opened',
    'charts.pdf',
    'files.zip',
  ] as const),
]
/** How often the store is looked at for changes. */
const LOOK_MS = 1000
/** How often a window without the queue tries to get it. */
const TAKE_MS = 5000

/** `launch`: how this host starts the processes of its queue; without it runs can be seen, but not started. */
export function openReader(home: string | undefined, launch?: Launch): Reader {
  let queue = launch && queueOf(home, launch)
  let triedMs = performance.now()
  const here = openAnswers(home, () => queue)
  const brief = openLongAnswers(home)
  let isClosed = false
  const long = openLongAnswers(home)
  const laneOf = (name: string) => (LONG.includes(name as ApiName) ? long : BRIEF.includes(name as ApiName) ? brief : here)

  /** Takes the queue over when the window that had it is gone, and goes on with its runs. */
  function takeOver(): void {
    if (queue || isClosed || !launch || performance.now() - triedMs < TAKE_MS) return
    triedMs = performance.now()
    queue = queueOf(home, launch)
  }

  /** Tells what a call answers when it is not what it answered last. */
  function teller<E extends EventName>(event: E, name: ApiName, tell: Tell): () => Promise<void> {
    let last: string | undefined
    return async () => {
      const reply = await here.answer(name, null)
      const said = JSON.stringify(reply)
      if (said === last) return
      last = said
      if (reply.ok) tell(event, reply.value as Events[E])
    }
  }
  return {
    answer: (name, argument) => laneOf(name).answer(name, argument),
    watch(tell) {
      const lookAtStudies = teller('studies.changed', 'studies.list', tell)
      const lookAtRuns = teller('runs.changed', 'runs.list', tell)
      void lookAtStudies()
      void lookAtRuns()
      const timer = setInterval(() => {
        takeOver()
        void Promise.all([lookAtStudies(), lookAtRuns()])
      }, LOOK_MS)
      const stop = queue?.watch(() => void lookAtRuns())
      return () => {
        clearInterval(timer)
        stop?.()
      }
    },
    async prepare() {
      const reply = await here.answer('studies.list', null)
      const newest = reply.ok ? (reply.value as readonly StudyRow[])[0] : undefined
      if (newest) await long.answer('studies.results', { study: newest.id })
    },
    async close() {
      isClosed = true
      await queue?.close()
      for (const lane of [here, brief, long]) lane.close()
    },
  }
}

/** A queue that cannot be read is told by the calls about it; the rest of the lab works without. */
function queueOf(home: string | undefined, launch: Launch): Queue | undefined {
  try {
    return takeQueue(home, launch)
  } catch (error) {
    if (error instanceof LabError) return undefined
    throw error
  }
}
