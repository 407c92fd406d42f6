import type { TrendRow } from '../../preload/contract.ts'
import { groupMean } from '../stats/degradation.ts'
import { trend } from '../stats/trend.ts'
import type { Store } from '../store/open.ts'
import type { CellRecord } from '../store/records.ts'
import { difficultyColumns } from '../study/difficulty.ts'
import { LOSS_UNIT } from '../study/estimators.ts'
import { compressionLabel } from '../study/plan.ts'
import { estimatorNames, methodName, provenanceOf, type StudyFacts } from './facts.ts'
import type { GroupRow, LedgerRow, ReportInput } from '../charts/input.ts'
import { agreementRows } from './agreement.ts'
import { denseLosses, unmeasuredLosses } from './dense-loss.ts'
import { itemResponse } from './item-response.ts'
import { measureCells, RESAMPLES, SEED, type Measured } from './measured.ts'
import { headOf, recoveryRows, sameLevel } from './recovery.ts'
import { axisName, conditionOf, groupBy } from '../charts/view.ts'
import { verdictRows } from './verdicts/index.ts'

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
  const kept = store.imports.find(stored.id)?.kept as { readonly report: ReportInput } | null | undefined
  if (kept) return kept.report // it came without the items that all this is made from
  const facts = stored.spec as unknown as StudyFacts
  const cells = store.cells.ofStudy(stored.id)
  const done = cells.flatMap(({ record }) => record ?? [])
  const rungs = new Map(facts.tasks.flatMap(({ id, rung }) => (rung ? [[id, rung] as const] : [])))
  const loss = denseLosses(store, done)
  const columns = difficultyColumns(facts.difficulty, { response: itemResponse(store, done), loss })
  const measured = measureCells(store, done, columns, rungs, (cell) => loss(cell, LOSS_UNIT))
  const rows = measured.map(({ row }) => row)
  return {
    rows,
    groups: groupRows(measured),
    trends: [
      ...estimatorNames(facts.difficulty).flatMap((estimator, i) => {
        return trendRows(measured, estimator, ({ difficulties }) => difficulties[i]!)
      }),
      ...axisTrends(measured),
    ],
    recoveries: recoveryRows(measured),
    verdicts: verdictRows(measured, estimatorNames(facts.difficulty)),
    agreement: agreementRows(measured, estimatorNames(facts.difficulty)),
    unmeasured: unmeasuredLosses(store, done, facts.difficulty),
    ledger: ledgerRows(store, done),
    faults: cells.flatMap(({ label, fault }) => (fault ? [{ label, fault }] : [])),
    provenance: provenanceOf(stored, facts, cells, rows, about.version),
  }
}

function groupRows(measured: readonly Measured[]): GroupRow[] {
  return [...groupBy(measured, ({ row }) => JSON.stringify([row.model, row.scorer, row.training])).values()].flatMap((mine) => {
    const tasks = new Map(mine.map(({ row }) => [conditionOf(row), row]))
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

/** Tau over the levels of each family by itself: places on different axes have no common scale. */
function axisTrends(measured: readonly Measured[]): TrendRow[] {
  const families = groupBy(
    measured.filter(({ row }) => row.axis !== ''),
    ({ row }) => axisName(row),
  )
  return [...families].flatMap(([name, mine]) => trendRows(mine, name, ({ row }) => row.difficulty))
}

/** Tau at every level, by one estimator; no rows where it says nothing about these tasks. */
function trendRows(measured: readonly Measured[], estimator: string, difficultyOf: (one: Measured) => number | null): TrendRow[] {
  const known = measured.filter((one) => one.row.method !== 'dense' && difficultyOf(one) !== null)
  return [...groupBy(known, sameLevel)].map(([key, members]): TrendRow => {
    const seen = members.filter(({ row }) => !row.isFloor && !row.isDenseFloor && row.drop !== null)
    const pairs = seen.map((one) => [difficultyOf(one)!, one.row.drop!] as const)
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
