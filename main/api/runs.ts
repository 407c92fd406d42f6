import { z } from 'zod'
import type { RunRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import type { Bench } from '../bench.ts'
import { readQueue } from '../jobs/queue/entry.ts'
import { openRunLog } from '../jobs/queue/log.ts'
import type { Queue } from '../jobs/queue/queue.ts'
import { inOrder, rowOf } from '../jobs/queue/row.ts'
import type { StudyFacts } from '../jobs/study/prepare.ts'
import { readSettings } from '../store/settings.ts'
import { parseStudy, readStudy } from '../study/spec.ts'
import { studyText } from '../study/text.ts'
import type { Calls } from './call.ts'
import { draftFile } from './drafts.ts'
import { dataFoldersOf } from './library.ts'

const run = z.string().min(1).max(40)
const word = z.strictObject({ run })

/** The queue of runs. */
export const runs = {
  'runs.list': {
    argument: z.null(),
    run: ({ queue, home }) => queue?.rows() ?? rowsOnDisk(home),
  },
  'runs.start': {
    argument: z.strictObject({
      text: z.string().min(1).max(400_000).nullable(),
      study: z.string().min(1).max(200).nullable(),
      threads: z.int().min(0).max(1024).nullable(),
      provider: z.string().min(1).max(40).nullable(),
    }),
    run(bench, { text, study, ...given }) {
      const queue = queueOf(bench)
      if (text !== null && study === null) return queue.start(fromText(bench, text, given))
      if (study !== null && text === null) return queue.start(fromStore(bench, study, given))
      throw new LabError(
        'api/argument',
        `Expected either the text of a study or a study of the store, got ${text === null ? 'neither' : 'both'}.`,
      )
    },
  },
  'runs.pause': {
    argument: word,
    run: (bench, { run }) => queueOf(bench).pause(run),
  },
  'runs.resume': {
    argument: word,
    run: (bench, { run }) => queueOf(bench).resume(run),
  },
  'runs.cancel': {
    argument: word,
    run: (bench, { run }) => queueOf(bench).cancel(run),
  },
  'runs.move': {
    argument: z.strictObject({ run, to: z.int().min(0).max(10_000) }),
    run: (bench, { run, to }) => queueOf(bench).move(run, to),
  },
  'runs.remove': {
    argument: word,
    run: (bench, { run }) => queueOf(bench).remove(run),
  },
  'runs.log': {
    argument: z.strictObject({ run, after: z.int().min(0) }),
    run: ({ queue, home }, { run, after }) => queue?.log(run, after) ?? logOnDisk(home, run, after),
  },
} satisfies Partial<Calls>

/** The queue of this process. LabError 'run/elsewhere' where another one has it, or nobody. */
function queueOf({ queue, home }: Bench): Queue {
  if (queue) return queue
  throw new LabError('run/elsewhere', `Expected to be the window that runs the queue of ${home}, but this one does not.`)
}

/** The queue as its lab last wrote it down. */
const rowsOnDisk = (home: string): RunRow[] => inOrder(readQueue(home).entries).map((entry) => rowOf(entry, undefined))

function logOnDisk(home: string, run: string, after: number) {
  // a name of the queue, so that it leads to no other file
  if (readQueue(home).entries.some(({ id }) => id === run)) return openRunLog(home, run).read(after, 2000)
  throw new LabError('run/unknown', `Expected a run of the queue, got "${run}".`)
}

interface Given {
  readonly threads: number | null
  readonly provider: string | null
}

/** A draft: what it leaves open is taken from the call, then from the settings. */
function fromText({ home }: Bench, text: string, given: Given) {
  const study = parseStudy(text, draftFile(home))
  const settings = readSettings(home)
  const { engine } = (readStudy(text, draftFile(home)).raw ?? {}) as { readonly engine?: { readonly provider?: string; readonly threads?: number } } // prettier-ignore
  return {
    ...{ text: studyText(study), name: study.name, title: study.title, study: null },
    threads: given.threads ?? (engine?.threads === undefined ? settings.threads : null),
    provider: given.provider ?? (engine?.provider === undefined ? settings.provider : null),
    data: study.data === undefined ? (dataFoldersOf(settings)[0] ?? null) : null,
  }
}

/** A study that is in the store, to go on with, as it was asked for. */
function fromStore({ home, store }: Bench, word: string, given: Given) {
  const { id, name, title } = store.studies.find(word)
  const { study } = store.studies.read(id).spec as unknown as StudyFacts
  return { text: studyText(study), name, title, study: id, ...given, data: dataFoldersOf(readSettings(home))[0] ?? null }
}
