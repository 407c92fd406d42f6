import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fromErrno, LabError } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'

const count = z.number().min(0)
const at = z.string().max(40)

/** A study of the queue, as it is kept from one start of the lab to the next. */
const entry = z.strictObject({
  id: z.string().regex(/^\d{1,12}$/),
  /** Id of the study in the store; null before it has begun. */
  study: z.string().max(64).nullable(),
  name: z.string().max(400),
  title: z.string().max(4000),
  state: z.enum(['queued', 'running', 'paused', 'finished', 'failed', 'stopped', 'interrupted']),
  done: count,
  total: count.nullable(),
  elapsedMs: count,
  fault: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  said: z.array(z.strictObject({ at, text: z.string() })).max(200),
  threads: z.int().min(0).nullable(),
  provider: z.string().max(40).nullable(),
  /** Data packs where the study names none. */
  data: z.string().max(4096).nullable(),
  createdAt: at,
  startedAt: at.nullable(),
  endedAt: at.nullable(),
  /** Times its process has died in a row without a cell put on record in between. */
  deaths: count,
})

const file = z.strictObject({ next: z.int().min(1), entries: z.array(entry).max(10_000) })

/** In the order of the queue, those that have ended included. */
export type QueueFile = z.output<typeof file>
export type QueueEntry = z.output<typeof entry>

/** Where the queue keeps the study files it runs, its logs and its lock. */
export const queueFolder = (home: string): string => join(home, 'queue')

const pathOf = (home: string) => join(home, 'queue.json')

/** The queue of a home; an empty one where there is none yet. LabError 'run/queue' for a file that is none. */
export function readQueue(home: string): QueueFile {
  const path = pathOf(home)
  try {
    const parsed = file.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new LabError(
      'run/queue',
      `Expected a queue in ${path}, got something else at "${issue!.path.join('.')}": ${issue!.message}.`,
    )
  } catch (error) {
    if (error instanceof LabError) throw error
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { next: 1, entries: [] }
    if (error instanceof SyntaxError) throw new LabError('run/queue', `Expected JSON in ${path}, got: ${error.message}.`)
    throw fromErrno(error) ?? error
  }
}

/** Keeps the queue whole or not at all. */
export function writeQueue(home: string, queue: QueueFile): void {
  writeWhole(pathOf(home), `${JSON.stringify(queue, null, 1)}\n`)
}
