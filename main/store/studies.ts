import type { StudyRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Database } from './database.ts'

/** A study as it was asked for. */
export interface StoredStudy {
  /** 32 lower-case hex digits, from the name and the cells: the same study has the same id anywhere. */
  readonly id: string
  readonly name: string
  readonly title: string
  /** The study file and what it resolved to, as plain data. */
  readonly spec: Json
  /** ISO 8601. */
  readonly createdAt: string
}

/** A cell's place in a study and its names there. */
export interface StudyPlace {
  readonly fingerprint: string
  readonly label: string
  readonly modelName: string
  readonly taskLabel: string
  readonly taskGroup: string
}

export type StudyState = StudyRow['state']

/** Studies and which cells belong to them. */
export interface Studies {
  /** Keeps a study and the order of its cells; one with this id is brought up to date and keeps its date. */
  save(study: StoredStudy, places: readonly StudyPlace[], state: StudyState): void
  setState(id: string, state: StudyState): void
  /** Takes a study away, with the cells that no other study has, and their ledgers. */
  remove(id: string): void
  /** Newest first. */
  list(): StudyRow[]
  /** Its cells with their names, in order. */
  places(id: string): StudyPlace[]
  /** Throws LabError('study/unknown'). */
  read(id: string): StoredStudy
  /** The study meant by an id, the start of an id (4 digits or more), or a name (then the newest). Throws LabError('study/unknown'). */
  find(word: string): StudyRow
}

/** `isRunning` says whether a lab holds the store: a study left as running by one that was killed counts as interrupted. */
export function openStudies(db: Database, isRunning: () => boolean): Studies {
  function list(): StudyRow[] {
    const rows = db.all<StudyRow>(
      `SELECT study.id, name, title, created_at AS createdAt, state, iif(imported.study IS NULL, 'run', 'imported') AS origin,
              count(*) AS cells, coalesce(imported.done, count(record)) AS done, coalesce(imported.failed, count(fault)) AS failed
       FROM study JOIN study_cell ON study_cell.study = study.id LEFT JOIN cell USING (fingerprint)
       LEFT JOIN imported ON imported.study = study.id
       GROUP BY study.id ORDER BY created_at DESC, study.id`,
    )
    return rows.map((row) => (row.state === 'running' && !isRunning() ? { ...row, state: 'interrupted' } : row))
  }
  return {
    save(study, places, state) {
      db.transaction(() => {
        db.run(
          `INSERT INTO study (id, name, title, spec, created_at, state) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET title = excluded.title, spec = excluded.spec, state = excluded.state`,
          ...[study.id, study.name, study.title, JSON.stringify(study.spec), study.createdAt, state],
        )
        db.run('DELETE FROM study_cell WHERE study = ?', study.id)
        // run here, it is this store's own from now on
        db.run('DELETE FROM imported WHERE study = ?', study.id)
        const sql = `INSERT INTO study_cell (study, position, fingerprint, label, model_name, task_label, task_group)
                     VALUES (?, ?, ?, ?, ?, ?, ?)`
        places.forEach((p, position) =>
          db.run(sql, study.id, position, p.fingerprint, p.label, p.modelName, p.taskLabel, p.taskGroup),
        )
      })
    },
    remove(id) {
      db.transaction(() => {
        db.run('DELETE FROM study WHERE id = ?', id) // its places go with it
        db.run('DELETE FROM cell WHERE fingerprint NOT IN (SELECT fingerprint FROM study_cell)')
        db.run(`DELETE FROM ledger WHERE key NOT IN (SELECT record ->> '$.ledger' FROM cell WHERE record IS NOT NULL)`)
      })
    },
    setState: (id, state) => void db.run('UPDATE study SET state = ? WHERE id = ?', state, id),
    list,
    places: (id) =>
      db.all<StudyPlace>(
        `SELECT fingerprint, label, model_name AS modelName, task_label AS taskLabel, task_group AS taskGroup
         FROM study_cell WHERE study = ? ORDER BY position`,
        id,
      ),
    read(id) {
      const sql = 'SELECT id, name, title, spec, created_at AS createdAt FROM study WHERE id = ?'
      const row = db.get<Omit<StoredStudy, 'spec'> & { spec: string }>(sql, id)
      if (!row) throw new LabError('study/unknown', `Expected the id of a study in this store, got "${id}".`)
      return { ...row, spec: JSON.parse(row.spec) as Json }
    },
    find(word) {
      const all = list()
      const isStart = /^[0-9a-f]{4,32}$/.test(word)
      const found =
        all.find(({ id, name }) => id === word || name === word) ?? all.find(({ id }) => isStart && id.startsWith(word))
      if (found) return found
      const known = [...new Set(all.map(({ name }) => name))].join(', ') || 'none'
      throw new LabError('study/unknown', `Expected the name or id of a study in this store (${known}), got "${word}".`)
    },
  }
}
