import { LabError, type Fault } from '../base/errors.ts'
import type { Answers } from './answers.ts'
import type { Database } from './database.ts'
import { insertOutcomes } from './items.ts'
import type { CellRecord, ItemOutcomes, RightAnswers } from './records.ts'

/** A cell as a study shows it: where it stands, what it is called there, and what became of it. */
export interface StudyCell {
  /** From 0, in the order of the plan. */
  readonly position: number
  readonly fingerprint: string
  readonly label: string
  /** Present when done; names and group are those of this study, whoever ran the cell. */
  readonly record: CellRecord | undefined
  /** Present when failed. */
  readonly fault: Fault | undefined
}

/** Finished and failed cells, by fingerprint. */
export interface Cells {
  isDone(fingerprint: string): boolean
  record(fingerprint: string): CellRecord | undefined
  fault(fingerprint: string): Fault | undefined
  /**
   * Keeps a cell with all its items, and the right answers where it has them, in one transaction: when this returns it is on record whole,
   * else not at all. Takes the place of a fault.
   */
  finish(record: CellRecord, outcomes: ItemOutcomes, answers?: RightAnswers | null): void
  /** Keeps why a cell failed; a finished cell stays as it is. */
  fail(fingerprint: string, fault: Fault): void
  /** The cells of a study in its order, those not yet run included. */
  ofStudy(study: string): StudyCell[]
}

interface Row {
  readonly record: string | null
  readonly fault: string | null
}
interface StudyCellRow extends Row {
  readonly position: number
  readonly fingerprint: string
  readonly label: string
  readonly modelName: string
  readonly taskLabel: string
  readonly taskGroup: string
}

export function openCells(db: Database, answers: Answers): Cells {
  const find = (fingerprint: string) => db.get<Row>('SELECT record, fault FROM cell WHERE fingerprint = ?', fingerprint)
  return {
    isDone: (fingerprint) => typeof find(fingerprint)?.record === 'string',
    record: (fingerprint) => parse<CellRecord>(find(fingerprint)?.record),
    fault: (fingerprint) => parse<Fault>(find(fingerprint)?.fault),
    finish(record, outcomes, right = null) {
      db.transaction(() => {
        db.run('DELETE FROM cell WHERE fingerprint = ? AND record IS NULL', record.fingerprint)
        const sql = 'INSERT INTO cell (fingerprint, record) VALUES (?, ?) RETURNING id'
        const { id } = db.get<{ id: number }>(sql, record.fingerprint, JSON.stringify(record))!
        insertOutcomes(db, id, outcomes)
        if (right) answers.save(record.fingerprint, right)
      })
    },
    fail(fingerprint, fault) {
      db.run(
        `INSERT INTO cell (fingerprint, fault) VALUES (?, ?)
         ON CONFLICT (fingerprint) DO UPDATE SET fault = excluded.fault WHERE record IS NULL`,
        fingerprint,
        JSON.stringify(fault),
      )
    },
    ofStudy(study) {
      const rows = db.all<StudyCellRow>(
        `SELECT position, fingerprint, label, model_name AS modelName, task_label AS taskLabel, task_group AS taskGroup, record, fault
         FROM study_cell LEFT JOIN cell USING (fingerprint) WHERE study = ? ORDER BY position`,
        study,
      )
      return rows.map(({ position, fingerprint, label, record, fault, ...names }) => {
        const done = parse<CellRecord>(record)
        return { position, fingerprint, label, record: done && { ...done, ...names }, fault: parse<Fault>(fault) }
      })
    },
  }
}

function parse<T>(json: string | null | undefined): T | undefined {
  if (!json) return undefined
  try {
    return JSON.parse(json) as T
  } catch (error) {
    throw new LabError('store/corrupt', `Expected a cell as JSON, got ${json.slice(0, 60)} (${String(error)}).`, { cause: error })
  }
}
