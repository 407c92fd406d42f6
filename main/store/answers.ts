import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Database } from './database.ts'
import { packColumns, unpackColumns } from './packed.ts'
import type { RightAnswers } from './records.ts'

/** Right answers of the items of uncompressed cells, as their model took them. */
export interface Answers {
  has(fingerprint: string): boolean
  /** Undefined for a cell that has none. Throws LabError('store/corrupt') where its hash does not fit. */
  read(fingerprint: string): RightAnswers | undefined
  /** Adds them to a finished cell; gives the rows added, 0 where they are there already, which stay, or there is no such cell. */
  save(fingerprint: string, answers: RightAnswers): number
}

export function openAnswers(db: Database): Answers {
  const find = (fingerprint: string) =>
    db.get<{ packed: Buffer; hash: string }>(
      // as with items: a broken index must not lead to another cell
      'SELECT packed, hash FROM answer JOIN cell ON cell.id = answer.cell WHERE fingerprint = ? AND instr(record, ?) > 0',
      fingerprint,
      fingerprint,
    )
  return {
    has: (fingerprint) => find(fingerprint) !== undefined,
    read(fingerprint) {
      const row = find(fingerprint)
      if (!row) return undefined
      const found = sha256(row.packed)
      if (found === row.hash) return unpackAnswers(row.packed)
      throw new LabError(
        'store/corrupt',
        `Expected the right answers of cell ${fingerprint} to hash to ${row.hash}, got ${found}.`,
      )
    },
    save(fingerprint, answers) {
      const packed = packAnswers(answers)
      const sql = `INSERT INTO answer (cell, hash, packed) SELECT id, ?, ? FROM cell WHERE fingerprint = ? AND record IS NOT NULL
                   ON CONFLICT (cell) DO NOTHING`
      return db.run(sql, sha256(packed), packed, fingerprint)
    },
  }
}

function packAnswers({ choice, ll, tokens, bytes }: RightAnswers): Buffer {
  return packColumns({ choice, ll, tokens, bytes })
}

function unpackAnswers(packed: Uint8Array): RightAnswers {
  const columns = unpackColumns(packed)
  const whole = (name: string) => Int32Array.from(columns.get(name) ?? [])
  return {
    choice: whole('choice'),
    ll: Float32Array.from(columns.get('ll') ?? []),
    tokens: whole('tokens'),
    bytes: whole('bytes'),
  }
}
