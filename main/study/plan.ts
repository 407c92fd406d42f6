import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import { methods } from '../compress/index.ts'
import { plainOf, type Method } from '../compress/method.ts'
import { profileName } from '../compress/profile.ts'
import type { CalibrationRecord, CellKey, CompressionRecord, TransferRecord } from '../store/records.ts'
import type { Task } from '../tasks/task.ts'
import type { Labels } from '../train/head.ts'
import { groupIn, profileOf } from './check-compress.ts'
import type { CompressEntry, Study, TransferEntry } from './spec.ts'

/** A model as far as a plan needs it: a name and content hashes. */
export interface ResolvedModel {
  readonly name: string
  readonly weights: string
  readonly tokenizer: string
  readonly graph: string
}

/** A task with how many of its items are asked (null: all) and the group it has in this study ('' where it stands alone). */
export interface ResolvedTask {
  readonly task: Task
  readonly limit: number | null
  readonly group: string
}

/** A task's training items: what its transfers learn from. */
export interface ResolvedTraining {
  readonly hash: string
  readonly items: number
  /** Ids of the tasks of the study that are this very task, or levels of it. */
  readonly own: ReadonlySet<string>
  /** What a head that learns them stands for; undefined where none is asked for. */
  readonly labels?: Labels | undefined
}

/** What a study file resolved to on this machine, and the versions of the code that will run it. */
export interface Resolved {
  readonly models: readonly ResolvedModel[]
  readonly tasks: readonly ResolvedTask[]
  /** Version of a scorer by id. */
  scorerVersion(id: string): number
  readonly askVersion: number
  readonly compressVersion: number
  readonly trainVersion: number
  /** Training items by the task that a transfer names; all that the study names are there. */
  readonly training: ReadonlyMap<string, ResolvedTraining>
  /** What is calibrated with, where the study says so. */
  readonly calibration?: CalibrationRecord | undefined
}

/** One cell to be: model × compression × transfer × task. */
export interface PlannedCell {
  readonly fingerprint: string
  readonly key: CellKey
  /** Index of the model in `Resolved.models`. */
  readonly model: number
  /** Index of the task in `Resolved.tasks`. */
  readonly task: number
  /** Key of the ledger: equal for cells that are asked of the same compressed weights. */
  readonly ledger: string
  /** Key of the weights that are asked: compressed, and trained on where the study says so. */
  readonly weights: string
  readonly label: string
  readonly modelName: string
  readonly taskLabel: string
  readonly taskGroup: string
}

/** The uncompressed model, as results carry it. */
export const DENSE: CompressionRecord = {
  ...{ method: 'dense', group: 'none', pattern: 'free', sparsity: 0, params: {}, seed: 0, include: [], exclude: [] },
}

/**
 * The cells of a study, ordered by model, compression, transfer, task: the same study gives the same cells anywhere. Dense comes first, once
 * per model and task, or per setting of a training where the study has any.
 */
export function planStudy(study: Study, resolved: Resolved): readonly PlannedCell[] {
  const cells = new Map<string, PlannedCell>()
  const compressions = [DENSE, ...study.compress.flatMap(levelsOf)].map((level) => calibrated(level, resolved.calibration))
  const settings = (study.transfer ?? []).flatMap((entry) => settingsOf(entry, resolved))
  resolved.models.forEach((model, m) => {
    for (const compression of compressions) {
      const ledger = ledgerKey(model, compression, resolved.compressVersion)
      for (const { transfer, asked } of transfersOf(compression, settings)) {
        const weights = transfer === 'none' ? ledger : sha256(canonical({ ledger, transfer }))
        const level = levelLabel({ compression, transfer })
        resolved.tasks.forEach(({ task, limit, group }, t) => {
          if (asked && !asked.has(task.id)) return
          const key = keyOf(model, { compression, transfer }, { task, limit, group }, study.engine.provider, resolved)
          const fingerprint = sha256(canonical(key))
          const label = `${model.name} · ${level} · ${task.label}`
          const names = { modelName: model.name, taskLabel: task.label, taskGroup: group }
          // a level that two entries list is one cell
          if (!cells.has(fingerprint))
            cells.set(fingerprint, { fingerprint, key, model: m, task: t, ledger, weights, label, ...names })
        })
      }
    }
  })
  return [...cells.values()]
}

/** The id of a study: 32 hex digits of the hash of its name and cells. */
export function studyId(name: string, cells: readonly PlannedCell[]): string {
  return sha256(canonical({ name, cells: cells.map(({ fingerprint }) => fingerprint) })).slice(0, 32)
}

/** One way of training on, by kind and setting. */
type Setting = Omit<TransferRecord, 'kind'> & { readonly version: number }

/** A setting, the kinds it is run by, and the tasks asked after it; all where undefined. */
interface Wish {
  readonly kinds: readonly string[]
  readonly setting: Setting
  readonly asked: ReadonlySet<string> | undefined
}

/** What a compressed model is asked after: nothing, or each training. The uncompressed one is trained once per setting, as their reference. */
function transfersOf(
  compression: CompressionRecord,
  wishes: readonly Wish[],
): { transfer: CellKey['transfer']; asked: Wish['asked'] }[] {
  if (wishes.length === 0) return [{ transfer: 'none', asked: undefined }]
  return wishes.flatMap(({ kinds, setting, asked }) => {
    const mine = compression.method === 'dense' ? ['dense'] : kinds.filter((kind) => kind !== 'dense')
    return mine.map((kind) => ({ transfer: { kind, ...setting }, asked }))
  })
}

/** The settings of one entry of `transfer`: items × draws × steps × learning rates × seeds. */
function settingsOf(entry: TransferEntry, { training, trainVersion }: Resolved): Wish[] {
  const { kinds, task, learningRate, schedule, warmUp, weightDecay, batch, seeds } = entry
  const { hash, own, labels } = training.get(task)!
  const isHeaded = entry.objective === 'head'
  const asked = isHeaded || entry.asks === 'own' ? own : undefined
  return countsOf(entry, training.get(task)!.items).flatMap((items) =>
    drawsOf(entry).flatMap((draw) =>
      lengthsOf(entry, items).flatMap((length) =>
        [learningRate].flat().flatMap((rate) =>
          seeds.map((seed) => ({
            ...{ kinds: [kinds].flat(), asked },
            setting: {
              task: { id: task, hash, items, ...draw },
              ...{ ...length, learningRate: rate, schedule, warmUp, weightDecay, batch, seed, version: trainVersion },
              ...(isHeaded && { head: { labels: labels!, seed } }),
            },
          })),
        ),
      ),
    ),
  )
}

/** Numbers of training items: as asked, or shares of as many as asked. */
function countsOf({ items, shares }: TransferEntry, all: number): number[] {
  const most = [items ?? all].flat().map((n) => Math.min(n, all))
  return shares === undefined ? most : [shares].flat().map((share) => Math.max(1, Math.round(share * most[0]!)))
}

/** The first items, or a random draw of them for each seed. */
function drawsOf({ draw, draws = [0] }: TransferEntry): { readonly draw?: number }[] {
  return draw === 'head' ? [{}] : draws.map((seed) => ({ draw: seed }))
}

/** Steps as asked, or as many as the passes over the items come to (paper.md 3.3). */
function lengthsOf({ steps, epochs, batch }: TransferEntry, items: number): Pick<TransferRecord, 'steps' | 'epochs'>[] {
  if (epochs === undefined) return [steps ?? []].flat().map((n) => ({ steps: n }))
  return [epochs].flat().map((n) => ({ steps: Math.max(1, Math.round(n * Math.ceil(items / batch))), epochs: n }))
}

/** A level of a model in a few words: its compression, and its training where there was one. */
export function levelLabel({ compression, transfer }: Pick<CellKey, 'compression' | 'transfer'>): string {
  return [compressionLabel(compression), ...(transfer === 'none' ? [] : [transferLabel(transfer)])].join(' · ')
}

/** A training in a few words, such as "sparse, 200 steps, rate 0.001, 500 items", "sparse, head, …" where a head was trained. */
export function transferLabel({ kind, steps, learningRate, task, seed, head }: TransferRecord): string {
  const drawn = task.draw === undefined ? '' : `, draw ${task.draw}`
  return `${kind}${head ? ', head' : ''}, ${steps} steps, rate ${learningRate}, ${task.items} items${drawn}${seed === 0 ? '' : `, seed ${seed}`}`
}

/** A compression in a few words, such as "magnitude 0.5 model", "magnitude 4:8 row", "random 0.5 layer seed 1" or "rtn 4 bits". */
export function compressionLabel({ method, group, pattern, sparsity, params, seed, profile }: CompressionRecord): string {
  if (method === 'dense') return 'dense'
  const { bits, ...others } = params
  const extra = Object.keys(others).length > 0 ? ` ${canonical(others)}` : ''
  const chance = seed === 0 ? '' : ` seed ${seed}`
  if (typeof bits === 'number') return `${method} ${bits} bits${extra}${chance}`
  const spread = profile ? ` ${profileName(profile)}` : ''
  return `${method} ${pattern === 'free' ? sparsity : pattern} ${group}${spread}${extra}${chance}`
}

/** The levels of one entry of `compress`; a level without zeros is the dense model. */
export function levelsOf(entry: CompressEntry): CompressionRecord[] {
  const known = methods.find(({ id }) => id === entry.method)!
  return entry.bits === undefined ? sparseLevelsOf(entry, known) : codeLevelsOf(entry, known)
}

/** One level for each number of bits; there is nothing of chance in them, but in noise that is like them. */
function codeLevelsOf(entry: CompressEntry, known: Method): CompressionRecord[] {
  const { method, bits, params, seeds = [0], include = [], exclude = [] } = entry
  return [bits ?? []].flat().flatMap((n) =>
    seeds.map((seed) => ({
      ...{ method, group: 'none', pattern: 'free', sparsity: 0, seed, include, exclude },
      params: known.params.parse({ ...params, bits: n }) as CompressionRecord['params'],
    })),
  )
}

/** Whether or not its method needs it: the errors of a level's outputs are measured on that text. */
function calibrated(level: CompressionRecord, calibration: CalibrationRecord | undefined): CompressionRecord {
  return calibration && level.method !== DENSE.method ? { ...level, calibration } : level
}

function sparseLevelsOf(entry: CompressEntry, known: Method): CompressionRecord[] {
  const { method, seeds = [0], pattern = 'free', params = {}, include = [], exclude = [] } = entry
  // parsed, so that a parameter left out and one given as its default are the same cell
  const parsed = known.params.parse(params) as CompressionRecord['params']
  const profile = profileOf(entry)
  const group = groupIn(entry, plainOf(known, parsed).method)
  const shared = { ...{ method, group, params: parsed, include, exclude }, ...(profile && { profile }) }
  const levels =
    pattern === 'free'
      ? [entry.sparsity ?? []].flat().map((sparsity) => ({ pattern: 'free', sparsity }))
      : [pattern.keep].flat().map((keep) => ({ pattern: `${keep}:${pattern.of}`, sparsity: 1 - keep / pattern.of }))
  return levels.flatMap((level) => (level.sparsity === 0 ? [DENSE] : seeds.map((seed) => ({ ...shared, ...level, seed }))))
}

function keyOf(
  model: ResolvedModel,
  { compression, transfer }: Pick<CellKey, 'compression' | 'transfer'>,
  { task, limit }: ResolvedTask,
  provider: string,
  resolved: Resolved,
): CellKey {
  return {
    ...{ weights: model.weights, tokenizer: model.tokenizer, graph: model.graph },
    ...{ compression, compressVersion: resolved.compressVersion, transfer },
    task: { id: task.id, hash: task.hash, shots: task.shots, limit },
    scorers: Object.fromEntries(task.scorers.map((id) => [id, resolved.scorerVersion(id)])),
    ...{ askVersion: resolved.askVersion, provider },
  }
}

function ledgerKey({ weights, graph }: ResolvedModel, compression: CompressionRecord, compressVersion: number): string {
  return sha256(canonical({ weights, graph, compression, compressVersion }))
}
