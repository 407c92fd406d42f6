import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { readText } from '../../base/files.ts'
import type { Json } from '../../base/json.ts'
import { nearest } from '../../base/text.ts'
import type { StudyFacts as ReportFacts } from '../../bundle/facts.ts'
import { COMPRESS_VERSION } from '../../compress/recipe.ts'
import { PROVIDERS, type EngineSettings, type Provider } from '../../engine/session.ts'
import { openModel } from '../../models/folder.ts'
import type { LanguageModel } from '../../models/model.ts'
import { ASK_VERSION } from '../../score/ask.ts'
import { scorerOf } from '../../score/index.ts'
import type { Store } from '../../store/open.ts'
import { findFile, readDifficulty, readGroups } from '../../study/difficulty.ts'
import { resolvePlace } from '../../study/places.ts'
import { planStudy, studyId, type PlannedCell, type ResolvedTask } from '../../study/plan.ts'
import { parseStudy, type Study, type StudyTask } from '../../study/spec.ts'
import { loadTasks } from '../../tasks/index.ts'
import { axisTasks, declaredTasks } from '../../tasks/levels.ts'
import type { Rung, Task } from '../../tasks/task.ts'
import type { Labels } from '../../train/head.ts'
import { TRAIN_VERSION } from '../../train/version.ts'
import { checkNumbers, findLabels } from './heads.ts'
import { readCalibration, type Calibration, type ReadingPlace } from './samples.ts'

/** What one asks for when running a study; what is given here wins over the file. */
export const studyParams = z.strictObject({
  file: z.string().min(1),
  /** Folders of models in place of those that the file names. */
  model: z.array(z.string().min(1)).min(1).optional(),
  data: z.string().min(1).optional(),
  provider: z.string().min(1).optional(),
  threads: z.int().min(0).optional(),
  batchTokens: z.int().min(16).optional(),
  limit: z.int().min(1).optional(),
  /** What was typed to run it. */
  command: z.string().default(''),
})
export type StudyParams = z.input<typeof studyParams>

/** A study made ready: everything it names has been read and checked, nothing has been written. */
export interface PreparedStudy {
  readonly id: string
  readonly study: Study
  readonly models: readonly LanguageModel[]
  readonly tasks: readonly ResolvedTask[]
  /** Training items by the task that a transfer names. */
  readonly training: ReadonlyMap<string, Training>
  /** What methods that need statistics are calibrated with. */
  readonly calibration: Calibration | undefined
  readonly cells: readonly PlannedCell[]
  readonly engine: EngineSettings & { readonly batchTokens: number }
  /** What the store keeps beside the cells, so that tables and reports need no model, task or data folder. */
  readonly kept: StudyFacts
}

/** What a transfer learns from. */
export interface Training {
  /** The training items, as a task of their own. */
  readonly task: Task
  readonly items: number
  /** Ids of the study's tasks that it teaches. */
  readonly own: ReadonlySet<string>
  /** What a head that learns it stands for; undefined where none is asked for. */
  readonly labels: Labels | undefined
}

/** What the store keeps of a study beside its cells: all that reports read of it (bundle/facts.ts), and the study as it was asked for. */
export interface StudyFacts extends ReportFacts {
  readonly study: Study
  /** With where each stands on an axis; null where it stands on none. */
  readonly tasks: readonly (ReportFacts['tasks'][number] & { readonly rung: Rung | null })[]
}

/** What reading a study needs of the place it is read in. */
export interface StudyReading extends ReadingPlace {
  readonly store: Pick<Store, 'hashes'>
}

/** Reads and checks all that a study names; the store is looked at last. Throws a LabError for the first thing that is wrong, before anything is written. */
export async function prepareStudy(raw: Json, place: StudyReading): Promise<PreparedStudy> {
  const params = studyParams.parse(raw)
  const file = resolve(params.file)
  const study = withParams(parseStudy(readText(file), file), params)
  const engine = { ...study.engine, provider: providerOf(study.engine.provider) }
  const models = study.models.map(({ folder, name }) => ({ ...openModel(folder), name }))
  const tasks = resolveTasks(study)
  const training = await resolveTraining(study, tasks.map(({ task }) => task)) // prettier-ignore
  const wish = study.calibration && {
    ...study.calibration,
    text: findFile(study, study.calibration.text, 'calibration text'),
  }
  const calibration = wish && (await readCalibration(wish, models, engine.provider, place))
  const ids = tasks.map(({ task }) => task.id)
  const resolved = models.map((model) => ({
    name: model.name,
    weights: place.store.hashes.of(model.files, () => model.weights.hash()),
    tokenizer: model.tokenizer.hash,
    graph: model.graphHash,
  }))
  const cells = planStudy(study, {
    models: resolved,
    tasks,
    scorerVersion: (id) => scorerOf(id).version,
    ...{ askVersion: ASK_VERSION, compressVersion: COMPRESS_VERSION, trainVersion: TRAIN_VERSION },
    calibration: calibration?.record,
    training: new Map([...training].map(([name, { task, ...facts }]) => [name, { hash: task.hash, ...facts }])),
  })
  checkNumbers(cells, tasks)
  const kept: StudyFacts = {
    study,
    difficulty: readDifficulty(study, ids),
    models: resolved.map((hashes, i) => {
      const { parameters, config } = models[i]!
      return { ...hashes, parameters, context: config.contextLength }
    }),
    tasks: await Promise.all(tasks.map(taskFacts)),
    command: params.command,
  }
  return { id: studyId(study.name, cells), study, models, tasks, training, calibration, cells, engine, kept }
}

function withParams(study: Study, { model, data, provider, threads, batchTokens, limit }: z.output<typeof studyParams>): Study {
  const engine = { ...study.engine }
  if (provider !== undefined) engine.provider = provider
  if (threads !== undefined) engine.threads = threads
  if (batchTokens !== undefined) engine.batchTokens = batchTokens
  return {
    ...study,
    engine,
    ...(model !== undefined && { models: modelsIn(model.map((folder) => resolve(folder))) }),
    data: data ?? study.data ?? process.env.LAB_DATA,
    tasks: limit === undefined ? study.tasks : study.tasks.map((task) => ({ ...task, limit })),
  }
}

/** Models by the names of their folders, with the one above where two are called alike. LabError 'study/field' for a folder given twice. */
function modelsIn(folders: readonly string[]): Study['models'] {
  const twice = folders.find((folder, i) => folders.indexOf(folder) !== i)
  if (twice !== undefined) throw new LabError('study/field', `Expected each model once, got ${twice} twice.`)
  return folders.map((folder) => {
    const name = basename(folder)
    const isAlone = folders.filter((other) => basename(other) === name).length === 1
    return { folder, name: isAlone ? name : `${basename(dirname(folder))}/${name}` }
  })
}

/** A provider by name. LabError 'engine/unknown'. */
export function providerOf(name: string): Provider {
  const found = PROVIDERS.find((provider) => provider === name)
  if (found) return found
  const meant = nearest(name, PROVIDERS)
  const hint = meant ? `; did you mean "${meant}"?` : '.'
  throw new LabError('engine/unknown', `Expected a provider (${PROVIDERS.join(', ')}), got "${name}"${hint}`)
}

/** The tasks of a study in its order, each once, with the group it has in charts. */
function resolveTasks(study: Study): ResolvedTask[] {
  const found = study.tasks.flatMap((entry) =>
    loadEntry(entry, study.data).map((loaded) => ({ task: loaded, limit: entry.limit })),
  )
  const once = new Map<string, (typeof found)[number]>()
  for (const entry of found) {
    const { id, hash } = entry.task
    const known = once.get(id)
    if (known && known.task.hash !== hash)
      throw new LabError('study/field', `Expected different names for what is asked differently, got "${id}" twice in ${study.file}; give one of the entries a name.`) // prettier-ignore
    once.set(id, entry)
  }
  const groups = readGroups(study, [...once.keys()])
  return [...once.values()].map(({ task, limit }) => ({
    task,
    limit: limit ?? null,
    group: groups.get(task.id) ?? task.group ?? '',
  }))
}

async function taskFacts({ task, limit }: ResolvedTask): Promise<StudyFacts['tasks'][number]> {
  const { id, hash, version, shots, rung = null } = task
  const facts = await task.facts?.(limit ?? undefined)
  return { id, hash, version, shots, limit, rung, ...(facts && { facts }) }
}

/** The tasks behind one entry of a study. */
export function loadEntry(entry: StudyTask, data: string | undefined): Task[] {
  const options = { data, ...(entry.shots === undefined ? {} : { shots: entry.shots }) }
  if ('along' in entry) return axisTasks(entry.along, options)
  if ('order' in entry) return declaredTasks(entry.family, entry.axis, entry.order, options)
  return loadTasks(entry.task, options)
}

/** The training items of each task that a transfer names, counted. LabError 'train/items' where a task has none, 'train/head' where no head can learn it. */
export async function resolveTraining(study: Study, asked: readonly Task[]): Promise<Map<string, Training>> {
  const found = new Map<string, Training>()
  for (const { task: name } of study.transfer ?? []) {
    if (found.has(name)) continue
    const named = loadTasks(placeOf(study, name), { data: study.data })
    const tasks = new Map(named.flatMap(({ training }) => (training ? [[training.id, training]] : [])))
    const [task, ...more] = tasks.values()
    if (!task || more.length > 0) {
      const what = task ? `${tasks.size} sets of them: ${[...tasks.keys()].join(', ')}` : 'none'
      throw new LabError('train/items', `Expected one set of training items behind "${name}", found ${what}.`)
    }
    const own = ownTasks(study, name, named)
    found.set(name, { task, items: await countItems(task), own, labels: await findHead(study, name, task, own, asked) })
  }
  return found
}

/** What the head of a task stands for, where a transfer asks for one. LabError 'study/field' where the study asks nothing that it learned. */
export async function findHead(
  { transfer = [] }: Study,
  name: string,
  training: Task,
  own: ReadonlySet<string>,
  asked: readonly Task[],
): Promise<Labels | undefined> {
  if (!transfer.some(({ task, objective }) => task === name && objective === 'head')) return undefined
  const mine = asked.filter(({ id }) => own.has(id))
  if (mine.length > 0) return findLabels(training, mine)
  throw new LabError('study/field', `Expected "${name}" among the tasks of the study, for a head can be asked nothing else, found it not.`) // prettier-ignore
}

async function countItems(task: Task): Promise<number> {
  let items = task.size?.()
  if (items === undefined) {
    items = 0
    for await (const _ of task.items(undefined)) items++
  }
  return items
}

/** What a transfer learns, as tasks are loaded: the path of a task file starts at the study. */
export const placeOf = ({ file }: Study, task: string): string =>
  /\.ya?ml$/.test(task) ? resolvePlace(dirname(file), task) : task

/** Ids of the tasks of a study that stand behind a name, as they are or along an axis. */
export function ownTasks(study: Study, name: string, named: readonly Task[]): ReadonlySet<string> {
  const along = study.tasks.flatMap((entry) =>
    'along' in entry && entry.along.task === placeOf(study, name) ? loadEntry(entry, study.data) : [],
  )
  return new Set([...named, ...along].map(({ id }) => id))
}
