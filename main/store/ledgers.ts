import type { LedgerEntry } from '../../preload/contract.ts'
import type { Database } from './database.ts'

/** One matrix of a ledger: what was asked and what came. */
export type LedgerLine = Omit<LedgerEntry, 'model' | 'recipe'>

/** What compression did to each matrix, by the key that the cells carry. */
export interface Ledgers {
  /** Keeps a ledger; one that is there already stays. */
  save(key: string, lines: readonly LedgerLine[]): void
  /** The lines of a ledger; undefined for an unknown key. */
  read(key: string): readonly LedgerLine[] | undefined
}

export function openLedgers(db: Database): Ledgers {
  return {
    save: (key, lines) => void db.run('INSERT OR IGNORE INTO ledger (key, rows) VALUES (?, ?)', key, JSON.stringify(lines)),
    read(key) {
      const row = db.get<{ rows: string }>('SELECT rows FROM ledger WHERE key = ?', key)
      return row && (JSON.parse(row.rows) as LedgerLine[])
    },
  }
}
