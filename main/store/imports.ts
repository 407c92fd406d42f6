import { LabError, type Fault } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical, type Json } from '../base/json.ts'
import type { Answers } from './answers.ts'
import type { Cells } from './cells.ts'
import type { Database } from './database.ts'
import { packOutcomes, type Items } from './items.ts'
import type { LedgerLine } from './ledgers.ts'
import type { CellRecord, ItemOutcomes, RightAnswers } from './records.ts'
import type { StoredStudy, StudyPlace, StudyState } from './studies.ts'

/** A study from elsewhere, checked and ready to be kept. */
export interface ForeignStudy {
  readonly study: StoredStudy
  readonly state: StudyState
  readonly places: readonly StudyPlace[]
  /** Finished cells; none where they come without items. */
  readonly cells: readonly {
    readonly record: CellRecord
    readonly outcomes: ItemOutcomes
    readonly answers: RightAnswers | null
  }[]
  readonly faults: readonly { readonly fingerprint: string; readonly fault: Fault }[]
  readonly ledgers: ReadonlyMap<string, readonly LedgerLine[]>
  /** SHA-256 of what describes the bundle, and the version of the lab that made it. */
  readonly from: { readonly bundle: string; readonly lab: string }
  /** What stands for the cells where there are no items, with how many of them are done and failed; null where there are. */
  readonly kept: {
    readonly done: number
    readonly failed: number
    readonly fingerprints: readonly string[]
    readonly data: Json
  } | null
}

/** Where an imported study came from. */
export interface Import {
  readonly bundle: string
  readonly lab: string
  /** Null where its cells are in the store. */
  readonly kept: Json | null
}

/** Studies that were not run here. */
export interface Imports {
  /**
   * Adds what is not there yet, all of it or nothing; gives the rows added, 0 the second time. A study that was run here stays one of this
   * store, and gains the cells it lacks. Throws LabError: 'bundle/differs' where a cell is on record with other numbers, 'bundle/items' where
   * a study that is here has cells to gain and the bundle holds no items.
   */
  add(foreign: ForeignStudy): number
  /** Undefined for a study that was run here. */
  find(study: string): Import | undefined
}

export function openImports(db: Database, cells: Cells, items: Items, answers: Answers): Imports {
  const isThere = (id: string) => db.get('SELECT 1 FROM study WHERE id = ?', id) !== undefined
  const find = (id: string) =>
    db.get<{ bundle: string; lab: string; kept: string | null }>('SELECT bundle, lab, kept FROM imported WHERE study = ?', id)

  function addStudy({ study, state, places, from, kept }: ForeignStudy): number {
    const { id, name, title, spec, createdAt } = study
    const sql = 'INSERT INTO study (id, name, title, spec, created_at, state) VALUES (?, ?, ?, ?, ?, ?)'
    let rows = db.run(sql, id, name, title, JSON.stringify(spec), createdAt, state)
    places.forEach((p, position) => {
      rows += db.run(
        `INSERT INTO study_cell (study, position, fingerprint, label, model_name, task_label, task_group) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[id, position, p.fingerprint, p.label, p.modelName, p.taskLabel, p.taskGroup],
      )
    })
    return rows + db.run(
      'INSERT INTO imported (study, bundle, lab, done, failed, kept) VALUES (?, ?, ?, ?, ?, ?)',
      ...[id, from.bundle, from.lab, kept?.done ?? null, kept?.failed ?? null, kept && JSON.stringify(kept.data)],
    ) // prettier-ignore
  }

  /** 1 for a cell that was not there, or that had no right answers yet. */
  function addCell({ record, outcomes, answers: right }: ForeignStudy['cells'][number]): number {
    const known = items.hash(record.fingerprint)
    if (known === undefined) {
      cells.finish(record, outcomes, right)
      return 1
    }
    const came = sha256(packOutcomes(outcomes))
    if (known === came) return right ? answers.save(record.fingerprint, right) : 0
    const what = `items that hash to ${known.slice(0, 12)}…, as this store has them`
    throw new LabError('bundle/differs', `Expected cell ${record.fingerprint} (${record.taskLabel}) to hold ${what}, got ${came.slice(0, 12)}….`) // prettier-ignore
  }

  /** A bundle without items has nothing to give to a study whose cells are here, and must not be taken for more. */
  function checkKept(id: string, { fingerprints }: NonNullable<ForeignStudy['kept']>): void {
    if (find(id)?.kept) return
    const missing = fingerprints.find((fingerprint) => !cells.isDone(fingerprint))
    if (missing === undefined) return
    throw new LabError('bundle/items', `Expected items with cell ${missing}, which the study in this store lacks, got a bundle without.`) // prettier-ignore
  }

  return {
    add: (foreign) =>
      db.transaction(() => {
        const { id } = foreign.study
        const isNew = !isThere(id)
        if (!isNew && foreign.kept) {
          checkKept(id, foreign.kept)
          return 0
        }
        let rows = isNew ? addStudy(foreign) : 0
        for (const cell of foreign.cells) rows += addCell(cell)
        for (const { fingerprint, fault } of foreign.faults) {
          const sql = 'INSERT OR IGNORE INTO cell (fingerprint, fault) VALUES (?, ?)'
          if (!foreign.kept) rows += db.run(sql, fingerprint, JSON.stringify(fault))
        }
        for (const [key, lines] of foreign.ledgers) {
          rows += db.run('INSERT OR IGNORE INTO ledger (key, rows) VALUES (?, ?)', key, JSON.stringify(lines))
        }
        // its cells have come: what stood for them goes
        if (foreign.cells.length > 0) {
          rows += db.run(
            'UPDATE imported SET bundle = ?, lab = ?, done = NULL, failed = NULL, kept = NULL WHERE study = ? AND kept IS NOT NULL',
            ...[foreign.from.bundle, foreign.from.lab, id],
          )
        }
        return rows
      }),
    find(id) {
      const row = find(id)
      return row && { ...row, kept: row.kept === null ? null : (JSON.parse(row.kept) as Json) }
    },
  }
}

/** What a key says of its cell, as it is called. */
export function fingerprintOf(key: CellRecord['key']): string {
  return sha256(canonical(key))
}
