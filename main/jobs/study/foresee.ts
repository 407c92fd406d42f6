import { canonical } from '../../base/json.ts'
import { parametersOf } from '../../models/folder.ts'
import { scorerOf } from '../../score/index.ts'
import { detectableDrop } from '../../stats/power.ts'
import { wilson } from '../../stats/wilson.ts'
import type { DenseCell } from '../../store/paces.ts'
import type { Store } from '../../store/open.ts'
import type { CellKey } from '../../store/records.ts'
import { levelLabel, type PlannedCell } from '../../study/plan.ts'
import type { Task } from '../../tasks/task.ts'
import type { NamedByDraft } from './draft.ts'
import { estimate, type Estimate, type ModelSize } from './estimate.ts'
import { ASSUMED } from './sensitivity.ts'
import { extentOf, tokensPerItem } from './task-size.ts'

/** What a study will be: its cells by model, level and task, what it takes, and what it can show. */
export interface Foreseen {
  readonly cells: number
  /** Cells on record; null where the weights of a model have not been hashed yet. */
  readonly onRecord: number | null
  readonly models: readonly Share[]
  readonly levels: readonly Share[]
  readonly tasks: readonly ForeseenTask[]
  readonly estimate: Estimate
}

export interface Share {
  readonly name: string
  readonly cells: number
}

export interface ForeseenTask extends Share {
  readonly group: string
  readonly items: number
  readonly detectableDrop: number | null
  readonly floorWarning: string | null
}

type Reads = Pick<Store, 'hashes' | 'paces' | 'cells' | 'items'>

export async function foresee(named: NamedByDraft, cells: readonly PlannedCell[], store: Reads): Promise<Foreseen> {
  const { study, models, tasks } = named
  const sizes = models.map((model) => sizeOf(model, store))
  const dense = store.paces.dense()
  const done = doneCells(cells, sizes, store)
  const extents = await Promise.all(tasks.map(({ task, limit }) => extentOf(task, limit)))
  const foreseen = tasks.map(({ task, group }, t): ForeseenTask => {
    const { items } = extents[t]!
    const known = dense.filter((cell) => cell.task === task.hash && sizes.some(({ weights }) => weights === cell.weights))
    return {
      name: task.id,
      group,
      items,
      cells: cells.filter((cell) => cell.task === t).length,
      ...power(task, items, known, store),
    }
  })
  return {
    cells: cells.length,
    onRecord: done && done.filter(Boolean).length,
    models: shares(cells, ({ modelName }) => modelName),
    levels: shares(cells, ({ key }) => levelLabel(key)),
    tasks: foreseen,
    estimate: estimate({
      ...{ cells, models: sizes, calibration: study.calibration, paces: store.paces.list() },
      ...{ batchTokens: study.engine.batchTokens, provider: study.engine.provider },
      tasks: tasks.map(({ task: { id } }, t) => {
        const tokens = models.map(({ tokenizer }) => tokensPerItem(extents[t]!, tokenizer))
        return { id, items: extents[t]!.items, tokensPerItem: tokens }
      }),
      isDone: (cell) => done?.[cell] === true,
    }),
  }
}

function sizeOf(model: NamedByDraft['models'][number], store: Reads): ModelSize {
  const { config, places, linears, files } = model
  return {
    ...{ parameters: parametersOf(places), width: config.width, blocks: config.blocks, vocabulary: config.vocabulary },
    compressible: linears.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0),
    weights: store.hashes.known(files),
  }
}

/** Which cells are on record; null where that cannot be told without reading weights. */
function doneCells(cells: readonly PlannedCell[], sizes: readonly ModelSize[], { paces }: Reads): readonly boolean[] | null {
  const hashes = sizes.flatMap(({ weights }) => weights ?? [])
  if (hashes.length < sizes.length) return null
  const found = new Set(hashes.flatMap((weights) => paces.keysOf(weights).map((key) => wordsOf(key, weights))))
  return cells.map(({ key, model }) => found.has(wordsOf(key, hashes[model]!)))
}

/** A cell in words; without what goes with the weights, and without the text of the calibration, which is not read here. */
function wordsOf({ compression, transfer, task, scorers, provider, ...key }: CellKey, weights: string): string {
  const { calibration, ...rest } = compression
  const { compressVersion, askVersion } = key
  const asked = calibration && { ...calibration, text: '' }
  return canonical({
    weights,
    compression: rest,
    calibration: asked,
    transfer,
    task,
    scorers,
    provider,
    compressVersion,
    askVersion,
  })
}

/** The least drop that so many items show, and what speaks against seeing any. */
function power(
  task: Task,
  items: number,
  known: readonly DenseCell[],
  store: Reads,
): Pick<ForeseenTask, 'detectableDrop' | 'floorWarning'> {
  const scorer = scorerOf(task.scorers[0]!)
  if (!scorer.isRight) return { detectableDrop: null, floorWarning: null }
  const asked = known.flatMap(({ fingerprint, chance }) => {
    const values = store.items.read(fingerprint)?.scores[scorer.id]?.value
    return values && values.length > 0 ? [{ right: values.filter((value) => scorer.isRight!(value)).length, n: values.length, chance }] : [] // prettier-ignore
  })
  const floor = asked.find(({ right, n, chance }) => chance !== null && wilson(right, n).low <= chance)
  const best = asked.length === 0 ? ASSUMED : Math.max(...asked.map(({ right, n }) => right / n))
  const drop = detectableDrop(items, best)
  const percent = (share: number) => `${Math.round(100 * share)} %`
  const warning = floor
    ? `The dense model was at chance here when last asked (${floor.right} of ${floor.n} right, chance ${percent(floor.chance!)}): no drop can be seen.`
    : drop === null
      ? `${items} items are too few to show even a fall to nothing.`
      : drop > 0.2
        ? `Only a drop of ${percent(drop)} or more will be seen with ${items} items.`
        : null
  return { detectableDrop: drop, floorWarning: warning }
}

function shares(cells: readonly PlannedCell[], nameOf: (cell: PlannedCell) => string): Share[] {
  return [...Map.groupBy(cells, nameOf)].map(([name, mine]) => ({ name, cells: mine.length }))
}
