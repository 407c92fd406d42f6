import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { LabError } from '../base/errors.ts'
import { readText } from '../base/files.ts'
import { nearest } from '../base/text.ts'
import { readCsv } from './csv.ts'
import { LOSS_UNIT, type Estimator, type LossUnit } from './estimators.ts'
import { resolvePlace } from './places.ts'
import type { Study } from './spec.ts'

/** One number per task, as read: the human score H of the human estimators, the difficulty itself where declared, none where it is measured. Plain data, kept with the study. */
export interface DifficultyTable {
  readonly estimator: Estimator
  readonly source: string
  readonly values: Readonly<Record<string, number>>
  /** Of dense-loss. */
  readonly unit?: LossUnit
}

/** Difficulty of a task, larger = harder, given the uncompressed model's score of it (undefined where that is no share); null where there is none. */
export interface DifficultyColumn {
  readonly estimator: string
  /** `model` and `cell`: whose score it is, and the fingerprint of the cell that has it. */
  of(task: string, dense: number | undefined, model?: string, cell?: string): number | null
}

/** What is measured of items, and thus of no file. */
export interface MeasuredDifficulty {
  /** Mean item-response difficulty of a task. */
  response?(model: string, task: string): number | undefined
  /** Mean loss of the right answers in an uncompressed cell. */
  loss?(cell: string, unit: LossUnit): number | undefined
}

/** Whether a study needs the loss of right answers, free ones as well. */
export const asksForLoss = ({ difficulty }: Pick<Study, 'difficulty'>) =>
  difficulty.some(({ estimator }) => estimator === 'dense-loss')

/** Reads what a study declares about its tasks, in order. Throws LabError('study/field' | 'file/missing') naming file, column and value. */
export function readDifficulty(study: Study, tasks: readonly string[]): DifficultyTable[] {
  return study.difficulty.map((entry) => {
    if ('values' in entry) return { estimator: entry.estimator, source: entry.source ?? study.file, values: { ...entry.values } }
    if (entry.estimator === 'dense-loss')
      return { estimator: entry.estimator, source: `this study, in ${entry.unit}`, values: {}, unit: entry.unit }
    if (!('table' in entry)) return { estimator: entry.estimator, source: 'this study', values: {} }
    const values: Record<string, number> = {}
    for (const [task, text] of readColumn(study, entry, tasks)) {
      const value = Number(text)
      const isScore = value > 0 && value <= 1
      if (text.trim() === '' || !Number.isFinite(value) || (entry.estimator !== 'declared' && !isScore)) {
        const wanted = entry.estimator === 'declared' ? 'a number' : 'a score above 0 and up to 1'
        throw new LabError(
          'study/field',
          `Expected ${wanted} in column "${entry.value}" of ${entry.table} for ${task}, got "${text}".`,
        )
      }
      values[task] = value
    }
    return { estimator: entry.estimator, source: entry.table, values }
  })
}

/** Group of each task from the table that the study names; empty without one. */
export function readGroups(study: Study, tasks: readonly string[]): ReadonlyMap<string, string> {
  return study.groups ? readColumn(study, study.groups, tasks) : new Map()
}

/**
 * Human gap G = (H − Pd)/H with Pd the dense score of this study (paper.md 1.2); human error 1 − H; the declared number; dense error 1 − Pd;
 * or what is measured of its items.
 */
export function difficultyColumns(tables: readonly DifficultyTable[], measured: MeasuredDifficulty = {}): DifficultyColumn[] {
  return tables.map(({ estimator, values, unit = LOSS_UNIT }) => ({
    estimator,
    of(task, dense, model = '', cell = '') {
      if (estimator === 'dense-error') return dense === undefined ? null : 1 - dense
      if (estimator === 'item-response') return measured.response?.(model, task) ?? null
      if (estimator === 'dense-loss') return measured.loss?.(cell, unit) ?? null
      const value = values[task]
      if (value === undefined) return null
      if (estimator === 'human-gap') return dense === undefined ? null : (value - dense) / value
      return estimator === 'human-error' ? 1 - value : value
    },
  }))
}

interface ColumnOfTable {
  readonly table: string
  readonly key: string
  readonly value: string
  readonly prefix?: string | undefined
}

function readColumn(
  study: Study,
  { table, key, value, prefix = '' }: ColumnOfTable,
  tasks: readonly string[],
): Map<string, string> {
  const path = findFile(study, table)
  const rows = readCsv(readText(path), path)
  for (const column of [key, value]) {
    if (rows[0] && Object.hasOwn(rows[0], column)) continue
    const known = Object.keys(rows[0] ?? {})
    const meant = nearest(column, known)
    const hint = meant ? `; did you mean "${meant}"?` : '.'
    throw new LabError(
      'study/field',
      `Expected a column "${column}" in ${path}, which has ${known.join(', ') || 'no rows'}${hint}`,
    )
  }
  const found = new Map(rows.map((row) => [prefix + row[key]!, row[value]!]))
  const wanted = new Map([...found].filter(([task]) => tasks.includes(task)))
  if (wanted.size > 0) return wanted
  const [first] = found.keys()
  throw new LabError('study/field', `Expected ${path} to name a task of the study (${tasks[0]}, …), got ${first ?? 'no rows'}, …`)
}

/** A file of the data folder, or else beside the study. LabError 'file/missing'. */
export function findFile(study: Pick<Study, 'data' | 'file'>, table: string, what = 'table'): string {
  const places = [...(study.data ? [study.data] : []), dirname(study.file)].map((folder) => resolvePlace(folder, table))
  const found = places.find((place) => existsSync(place))
  if (found) return found
  throw new LabError(
    'file/missing',
    `Expected the ${what} "${table}" in the data folder or beside the study, looked at ${places.join(' and ')}.`,
  )
}
