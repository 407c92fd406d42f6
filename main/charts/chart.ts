import type { TrendRow } from '../../preload/contract.ts'
import type { GroupRow, LedgerRow, LevelFields, RecoveryRow, ReportInput } from './input.ts'
import type { Figure } from './option.ts'
import type { Reference } from './reference.ts'
import { shortTrainings } from './training.ts'
import { viewsOf, type Point, type View } from './view.ts'
import { list, percent, plural, whole } from './words.ts'

/** Width of figures in CSS pixels: that of a printed page (A4, margins of 10 mm), so that print neither shrinks nor stretches text. */
export const WIDTH = 716

/** What every chart is drawn from: one view, and what belongs to it. */
export interface ChartData {
  readonly view: View
  readonly groups: readonly GroupRow[]
  /** By estimators that hold across tasks. */
  readonly trends: readonly TrendRow[]
  /** Over the levels of one family each; `estimator` is the family's name. */
  readonly axisTrends: readonly TrendRow[]
  /** Of the view. */
  readonly recoveries: readonly RecoveryRow[]
  /** All trainings of the view's model and scorer, this one among them; one without a name where nothing was trained. */
  readonly trainings: readonly {
    readonly name: string
    readonly view: View
    readonly groups: readonly GroupRow[]
    readonly recoveries: readonly RecoveryRow[]
  }[]
  /** Of the view's model. */
  readonly ledger: readonly LedgerRow[]
  /** The estimator behind `difficulty` of the view's points; null where none is declared. */
  readonly estimator: string | null
  /** Published curves of the same setting, to be laid under; null where none were asked for. */
  readonly reference: Reference | null
}

/** The numbers behind a figure, as a table one can read. */
export interface DataTable {
  readonly caption: string
  readonly head: readonly string[]
  /** Cells as text; those of columns not in `words` are numbers. */
  readonly rows: readonly (readonly string[])[]
  /** How many columns from the left hold words. */
  readonly words: number
}

/** A pure function of the tidy table. */
export interface Chart {
  readonly id: string
  readonly title: string
  /** Said in place of the figure when there is nothing to draw. */
  readonly empty: string
  /** Of what it is drawn once, with the first view; every view has its own where left out. */
  readonly once?: 'model' | 'scorer'
  /** Whether published curves can lie under it. */
  readonly takesReference?: true
  /** Whether a study like this could have such a figure at all; where it could not, nothing is said in its place. */
  isFor?(data: ChartData): boolean
  /** How to read it: marks, intervals, what counts. */
  caption(data: ChartData): string
  /** The figure, its id starting with `prefix`; null where the data hold nothing for it. */
  figure(data: ChartData, prefix: string): Figure | null
  /** What the figure shows, in numbers; none where there is no figure. */
  tables(data: ChartData): readonly DataTable[]
}

/** Of a report, what its figures are drawn from. */
export type ChartInput = Pick<ReportInput, 'rows' | 'groups' | 'trends' | 'recoveries' | 'ledger' | 'reference'> & {
  readonly provenance: Pick<ReportInput['provenance'], 'difficulty'>
}

/** One set of figures for each model, scorer and training. */
export function chartData({ rows, groups, trends, recoveries, ledger, provenance, reference = null }: ChartInput): ChartData[] {
  const views = viewsOf(rows)
  const names = shortTrainings(views.map(({ training }) => training))
  return views.map((view) => {
    const isMine = (row: LevelFields) => isOf(view, row)
    const axes = new Set(view.families.map(({ name }) => name))
    const [onAxes, mine] = [true, false].map((is) => trends.filter((t) => isMine(t) && axes.has(t.estimator) === is))
    const estimator = mine![0]?.estimator ?? provenance.difficulty[0]?.estimator ?? null
    return {
      ...{ view, groups: groups.filter(isMine), trends: mine!, axisTrends: onAxes! },
      recoveries: recoveries.filter(isMine),
      trainings: views
        .filter(({ model, scorer }) => model === view.model && scorer === view.scorer)
        .map((one) => ({
          name: names.get(one.training)!,
          view: one,
          groups: groups.filter((g) => isOf(one, g)),
          recoveries: recoveries.filter((r) => isOf(one, r)),
        })),
      ledger: ledger.filter(({ model }) => model === view.model),
      estimator: view.hasDifficulty ? estimator : null,
      // theirs are scores: a perplexity in percent of dense is something else
      reference: view.better === 'higher' ? reference : null,
    }
  })
}

function isOf({ model, scorer, training }: View, row: LevelFields): boolean {
  return row.model === model && row.scorer === scorer && row.training === training
}

/** What sets one set of figures apart from the others of its study: "stories-260k, acc", "500 items, 200 steps" or both; '' where it is alone. */
export function placeOf({ view, trainings }: ChartData, all: readonly ChartData[]): string {
  if (all.length < 2) return ''
  const isOne = all.length === trainings.length
  const training = trainings.length < 2 ? [] : trainings.filter((one) => one.view === view).map(({ name }) => name)
  return [...(isOne ? [] : [view.model, view.scorer]), ...training].join(', ')
}

/** "67 tasks of 1,000 items each; seeds 0, 1 and 2 for random, one for the rest; training seeds 0 and 1." */
export function sizeWords({ tasks, series, trainSeeds }: View): string {
  const counts = tasks.map((p) => p.n)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const each = tasks.length > 1 ? ' each' : ''
  const items = least === most ? `${plural(most, 'item')}${each}` : `${whole(least)} to ${whole(most)} items`
  const training = trainSeeds.length > 1 ? `; training seeds ${list(trainSeeds.map(String))}` : ''
  return `${plural(tasks.length, 'task')} of ${items}; ${seedWords(series)}${training}.`
}

function seedWords(series: View['series']): string {
  const several = series.filter((s) => s.seeds.length > 1)
  if (several.length === 0) return 'one seed'
  const said = several.map((s) => `seeds ${list(s.seeds.map(String))} for ${s.label}`)
  return `${list(said)}${several.length < series.length ? ', one for the rest' : ''}`
}

/** What became of a task at one level: "drop 12.3 % [10.0, 14.9], at the floor". */
export function stateWords(p: Point): string {
  if (p.drop === null || p.isDenseFloor) return 'dense not above chance'
  const drop = `drop ${percent(p.drop)} % [${percent(p.dropLow)}, ${percent(p.dropHigh)}]`
  return p.isFloor ? `${drop}, at the floor` : drop
}
