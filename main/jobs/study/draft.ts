import { statSync } from 'node:fs'
import { join } from 'node:path'
import { FAULTS, toFault, type FaultCode } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Tokenizer } from '../../base/text.ts'
import { COMPRESS_VERSION } from '../../compress/recipe.ts'
import { surveyModel, type ModelSurvey } from '../../models/folder.ts'
import { openTokenizer } from '../../models/tokenizer.ts'
import { ASK_VERSION } from '../../score/ask.ts'
import { scorerOf } from '../../score/index.ts'
import type { Store } from '../../store/open.ts'
import { findFile, readDifficulty, readGroups } from '../../study/difficulty.ts'
import { planStudy, type PlannedCell, type ResolvedTask, type ResolvedTraining } from '../../study/plan.ts'
import { readStudy, type ReadStudy, type Study, type StudyTask } from '../../study/spec.ts'
import { loadTasks } from '../../tasks/index.ts'
import type { Task } from '../../tasks/task.ts'
import { TRAIN_VERSION } from '../../train/version.ts'
import { foresee, type Foreseen } from './foresee.ts'
import { checkNumbers } from './heads.ts'
import { findHead, loadEntry, ownTasks, placeOf, providerOf } from './prepare.ts'
import { extentOf } from './task-size.ts'

/** Something wrong with a draft, at the place that says it. */
export interface DraftProblem {
  readonly path: readonly (string | number)[]
  readonly line: number
  readonly column: number
  readonly code: string
  readonly message: string
  readonly hint: string
}

export interface CheckedDraft {
  /** The text as data; null where it is no YAML. */
  readonly spec: Json | null
  readonly problems: readonly DraftProblem[]
  readonly plan: Foreseen | null
}

/** What a draft names, read as far as its headers and first rows. */
export interface NamedByDraft {
  readonly study: Study
  readonly models: readonly (ModelSurvey & { readonly name: string; readonly tokenizer: Tokenizer })[]
  readonly tasks: readonly ResolvedTask[]
  readonly training: ReadonlyMap<string, ResolvedTraining>
}

export interface DraftPlace {
  /** Where the draft would lie: its relative paths start here. */
  readonly file: string
  /** Data packs where the draft names none. */
  readonly data: string | undefined
  readonly store: Pick<Store, 'hashes' | 'paces' | 'cells' | 'items'>
}

/** What a study file says, all that is wrong with it, and what it would take. Reads what it names and writes nothing; never throws for what it says. */
export async function checkDraft(text: string, place: DraftPlace): Promise<CheckedDraft> {
  const read = readStudy(text, place.file)
  const spec = read.raw === undefined ? null : (JSON.parse(JSON.stringify(read.raw)) as Json)
  const problems = read.problems.map((problem) => ({ ...problem, ...said(problem.code, problem.message) }))
  if (!read.study) return { spec, problems: problems.map(plainPath), plan: null }
  const study = { ...read.study, data: read.study.data ?? place.data }
  const found: Found = { problems: [], read }
  const named = await readNamed(study, found)
  if (!named) return { spec, problems: found.problems, plan: null }
  const cells = planDraft(named, study)
  attempt(found, ['tasks'], () => checkNumbers(cells, named.tasks))
  if (found.problems.length > 0) return { spec, problems: found.problems, plan: null }
  return { spec, problems: [], plan: await foresee(named, cells, place.store) }
}

interface Found {
  readonly problems: DraftProblem[]
  readonly read: ReadStudy
}
type Path = readonly (string | number)[]

const said = (code: FaultCode, message: string) => ({
  code,
  message: /[.?]$/.test(message) ? message : `${message}.`,
  hint: FAULTS[code],
})
const plainPath = <T extends { readonly path: readonly PropertyKey[] }>(problem: T) => ({
  ...problem,
  path: problem.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
})

/** Tries something that the draft names; what goes wrong is told of its place. */
function attempt<T>({ problems, read }: Found, path: Path, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const { code, message, hint } = toFault(error)
    problems.push({ path, ...read.place(path), code, message, hint })
    return undefined
  }
}

async function readNamed(study: Study, found: Found): Promise<NamedByDraft | undefined> {
  attempt(found, ['engine', 'provider'], () => providerOf(study.engine.provider))
  const models = study.models.flatMap(({ folder, name }, i) => attempt(found, ['models', i, 'folder'], () => readModel(folder, name)) ?? []) // prettier-ignore
  const tasks = readTasks(study, found)
  const training = await readTraining(study, found, tasks.map(({ task }) => task)) // prettier-ignore
  const { calibration } = study
  if (calibration) {
    attempt(found, ['calibration', 'text'], () => findFile(study, calibration.text, 'calibration text'))
    const short = models.find(({ config }) => config.contextLength < calibration.length)
    if (short) {
      const message = `Expected samples of at most ${short.config.contextLength} tokens, the context of ${short.name}, got ${calibration.length} (number)`
      found.problems.push({ path: ['calibration', 'length'], ...found.read.place(['calibration', 'length']), ...said('compress/calibration', message) }) // prettier-ignore
    }
  }
  return found.problems.length > 0 ? undefined : { study, models, tasks, training }
}

const tokenizers = new Map<string, Tokenizer>()

/** Headers and tokenizer of a model; a tokenizer that has not changed is not read again. */
function readModel(folder: string, name: string): NamedByDraft['models'][number] {
  const survey = surveyModel(folder)
  const { mtimeMs, size } = statSync(join(folder, 'tokenizer.json'), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 }
  const key = `${folder} ${mtimeMs} ${size}`
  const tokenizer = tokenizers.get(key) ?? openTokenizer(folder, survey.config.vocabulary)
  tokenizers.set(key, tokenizer)
  return { ...survey, name, tokenizer }
}

/** While a person types, the same tasks are named again and again: for so long they are not read anew. */
const KEPT_MS = 10_000
const loaded = new Map<string, { readonly tasks: Task[]; readonly atMs: number }>()

function loadSoon(entry: StudyTask, data: string | undefined): Task[] {
  const [key, nowMs] = [JSON.stringify([entry, data]), performance.now()]
  for (const [old, { atMs }] of loaded) if (nowMs - atMs > KEPT_MS) loaded.delete(old)
  const found = loaded.get(key) ?? { tasks: loadEntry(entry, data), atMs: nowMs }
  loaded.set(key, found)
  return found.tasks
}

function readTasks(study: Study, found: Found): ResolvedTask[] {
  const once = new Map<string, { task: Task; limit: number | undefined }>()
  study.tasks.forEach((entry, i) => {
    const loaded = attempt(found, ['tasks', i], () => loadSoon(entry, study.data)) ?? []
    for (const task of loaded) once.set(task.id, { task, limit: entry.limit })
  })
  const ids = [...once.keys()]
  attempt(found, ['difficulty'], () => readDifficulty(study, ids))
  const groups = attempt(found, ['groups'], () => readGroups(study, ids))
  return [...once.values()].map(({ task, limit = null }) => {
    return { task, limit, group: groups?.get(task.id) ?? task.group ?? '' }
  })
}

async function readTraining(study: Study, found: Found, asked: readonly Task[]): Promise<NamedByDraft['training']> {
  const training = new Map<string, ResolvedTraining>()
  for (const [i, { task: name }] of (study.transfer ?? []).entries()) {
    if (training.has(name)) continue
    const path = ['transfer', i, 'task']
    const loaded = attempt(found, path, () => loadTasks(placeOf(study, name), { data: study.data })) ?? []
    const [task, ...more] = new Map(loaded.flatMap((one) => (one.training ? [[one.training.id, one.training]] : []))).values()
    if (task && more.length === 0)
      training.set(name, await readLessons(study, found, path, { name, task, own: ownTasks(study, name, loaded), asked }))
    else if (loaded.length > 0) {
      const message = `Expected one set of training items behind "${name}", found ${task ? more.length + 1 : 'none'}`
      found.problems.push({ path, ...found.read.place(path), ...said('train/items', message) })
    }
  }
  return training
}

interface Lesson {
  readonly name: string
  readonly task: Task
  readonly own: ReadonlySet<string>
  readonly asked: readonly Task[]
}

async function readLessons(
  study: Study,
  found: Found,
  path: Path,
  { name, task, own, asked }: Lesson,
): Promise<ResolvedTraining> {
  const labels = await findHead(study, name, task, own, asked).catch((error: unknown) =>
    attempt(found, path, () => {
      throw error
    }),
  )
  return { hash: task.hash, items: (await extentOf(task, null)).items, own, labels }
}

/** The cells that the draft would be: those of the study itself but for the hashes of models, which may not be known yet. */
function planDraft({ models, tasks, training }: NamedByDraft, study: Study): readonly PlannedCell[] {
  const { calibration } = study
  return planStudy(study, {
    models: models.map(({ name }) => ({ name, weights: name, tokenizer: name, graph: name })),
    tasks,
    training,
    scorerVersion: (id) => scorerOf(id).version,
    ...{ askVersion: ASK_VERSION, compressVersion: COMPRESS_VERSION, trainVersion: TRAIN_VERSION },
    ...(calibration && {
      calibration: {
        ...{ text: calibration.text, samples: calibration.samples, length: calibration.length },
        ...{ seed: calibration.seed ?? null, order: calibration.order, provider: study.engine.provider },
      },
    }),
  })
}
