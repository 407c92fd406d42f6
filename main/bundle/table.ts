import type { TrendRow } from '../../preload/contract.ts'
import { groupMean } from '../stats/degradation.ts'
import { trend } from '../stats/trend.ts'
import type { Store } from '../store/open.ts'
import type { CellRecord } from '../store/records.ts'
import { difficultyColumns } from '../study/difficulty.ts'
import { compressionLabel } from '../study/plan.ts'
import { estimatorNames, methodName, provenanceOf, type StudyFacts } from './facts.ts'
import type { GroupRow, LedgerRow, ReportInput } from './input.ts'
import { measureCells, RESAMPLES, SEED, type Measured } from './measured.ts'
import { groupBy } from './view.ts'

/** Who makes the report. */
export interface About {
  /** Version of the lab. */
  readonly version: string
}

/**
 * Everything that reports, tables and exports of a study are made from, as far as it has been run: equal cells give equal numbers, on any
 * machine. `study` is an id, the start of one, or a name. Throws LabError('study/unknown' | 'store/corrupt').
 */
export function studyReport(store: Store, study: string, about: About): ReportInput {
  const stored = store.studies.read(store.studies.find(study).id)
  const facts = stored.spec as unknown as StudyFacts
  const cells = store.cells.ofStudy(stored.id)
  const done = cells.flatMap(({ record }) => record ?? [])
  const measured = measureCells(store, done, difficultyColumns(facts.difficulty))
  const rows = measured.map(({ row }) => row)
  return {
    rows,
    groups: groupRows(measured),
    trends: estimatorNames(facts.difficulty).flatMap((estimator, i) => trendRows(measured, estimator, i)),
    ledger: ledgerRows(store, done),
    faults: cells.flatMap(({ label, fault }) => (fault ? [{ label, fault }] : [])),
    provenance: provenanceOf(stored, facts, cells, rows, about.version),
  }
}

/** Rows of one model and scorer at one level of compression with one seed. */
function sameLevel({ row: { model, scorer, method, group, pattern, sparsity, seed } }: Measured): string {
  return JSON.stringify([model, scorer, method, group, pattern, sparsity, seed])
}

function headOf({ row: { model, method, group, pattern, sparsity, seed, scorer } }: Measured) {
  return { model, method, group, pattern, sparsity, seed, scorer }
}

function groupRows(measured: readonly Measured[]): GroupRow[] {
  return [...groupBy(measured, ({ row }) => JSON.stringify([row.model, row.scorer])).values()].flatMap((mine) => {
    const tasks = new Map(mine.map(({ row }) => [row.task, row]))
    const able = [...tasks.values()].filter((row) => !row.isDenseFloor).length
    const groups = new Set([...tasks.values()].map((row) => row.taskGroup))
    return [...groupBy(mine, sameLevel).values()].flatMap((level) => {
      const some = able > 0 && able < tasks.size ? level.filter(({ row }) => !row.isDenseFloor) : []
      const byGroup = groups.size > 1 ? groupBy(level, ({ row }) => row.taskGroup) : new Map<string, Measured[]>()
      return [
        groupRow('all', '', level),
        ...(some.length > 0 ? [groupRow('able', '', some)] : []),
        ...[...byGroup].map(([name, members]) => groupRow('group', name, members)),
      ]
    })
  })
}

function groupRow(of: GroupRow['of'], taskGroup: string, members: readonly Measured[]): GroupRow {
  const chances = members.flatMap(({ row }) => (row.chance === null ? [] : [row.chance]))
  return {
    ...{ ...headOf(members[0]!), of, taskGroup, tasks: members.length },
    floor: members.filter(({ row }) => row.isFloor).length,
    denseFloor: members.filter(({ row }) => row.isDenseFloor).length,
    ...groupMean(members.map(({ member }) => member)),
    chance: chances.length < members.length ? null : chances.reduce((sum, chance) => sum + chance, 0) / chances.length,
  }
}

/** Tau at every level, by one estimator; no rows where it says nothing about these tasks. */
function trendRows(measured: readonly Measured[], estimator: string, index: number): TrendRow[] {
  const known = measured.filter(({ row, difficulties }) => row.method !== 'dense' && difficulties[index] !== null)
  return [...groupBy(known, sameLevel)].map(([key, members]): TrendRow => {
    const seen = members.filter(({ row }) => !row.isFloor && !row.isDenseFloor && row.drop !== null)
    const pairs = seen.map(({ row, difficulties }) => [difficulties[index]!, row.drop!] as const)
    const found = trend(pairs, SEED.fork(`trend/${estimator}/${key}`), RESAMPLES)
    return { ...headOf(members[0]!), estimator, ...found, tasks: seen.length, floor: members.length - seen.length }
  })
}

/** Every matrix at every level, each level once. */
function ledgerRows(store: Store, done: readonly CellRecord[]): LedgerRow[] {
  const levels = new Map(done.filter(({ key }) => key.compression.method !== 'dense').map((record) => [record.ledger, record]))
  return [...levels].flatMap(
    ([
      key,
      {
        modelName,
        key: { compression },
      },
    ]) => {
      const { group, pattern, sparsity, seed } = compression
      const level = { method: methodName(compression), group, pattern, sparsity, seed }
      const lines = store.ledgers.read(key) ?? []
      return lines.map((line): LedgerRow => ({ model: modelName, recipe: compressionLabel(compression), ...line, level }))
    },
  )
}
