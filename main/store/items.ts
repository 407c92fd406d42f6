import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Database } from './database.ts'
import { packColumns, unpackColumns } from './packed.ts'
import type { ItemOutcomes, OutcomeColumn } from './records.ts'

/** Outcomes of single items, one blob per cell. */
export interface Items {
  /** Every item's outcome of one finished cell; undefined where there is none. Throws LabError('store/corrupt') where its hash does not fit. */
  read(fingerprint: string): ItemOutcomes | undefined
  /** Content hash of those outcomes: equal for equal numbers. */
  hash(fingerprint: string): string | undefined
}

export function openItems(db: Database): Items {
  const find = (fingerprint: string) =>
    db.get<{ packed: Buffer; hash: string; isOwn: number }>(
      // a broken index may lead to the row of another cell, whose items are sound: the row itself must say whose it is
      'SELECT packed, hash, instr(record, ?) > 0 AS isOwn FROM outcome JOIN cell ON cell.id = outcome.cell WHERE fingerprint = ?',
      fingerprint,
      fingerprint,
    )
  return {
    read(fingerprint) {
      const row = find(fingerprint)
      if (!row) return undefined
      if (!row.isOwn)
        throw new LabError('store/corrupt', `Expected the items of cell ${fingerprint}, found those of another cell.`)
      const found = sha256(row.packed)
      if (found === row.hash) return unpackOutcomes(row.packed)
      throw new LabError('store/corrupt', `Expected the items of cell ${fingerprint} to hash to ${row.hash}, got ${found}.`)
    },
    hash: (fingerprint) => find(fingerprint)?.hash,
  }
}

/** Adds the outcomes of a cell. Belongs inside the transaction that writes the cell. */
export function insertOutcomes(db: Database, cell: number, outcomes: ItemOutcomes): void {
  const packed = packOutcomes(outcomes)
  const sql = 'INSERT INTO outcome (cell, items, hash, packed) VALUES (?, ?, ?, ?)'
  db.run(sql, cell, outcomes.ids.length, sha256(packed), packed)
}

/** About ten bytes per item with two log-likelihoods and right-or-wrong scores. */
export function packOutcomes({ ids, scores, counts, ll, isGreedy, flags }: ItemOutcomes): Buffer {
  const columns: Record<string, Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array> = {}
  Object.assign(columns, { ids, counts, ll, isGreedy, flags })
  for (const id of Object.keys(scores).sort()) {
    const { value, weight, gold } = scores[id]!
    columns[`value/${id}`] = value
    if (weight) columns[`weight/${id}`] = weight
    if (gold) columns[`gold/${id}`] = gold
  }
  return packColumns(columns)
}

export function unpackOutcomes(packed: Uint8Array): ItemOutcomes {
  const columns = unpackColumns(packed)
  const scores: Record<string, OutcomeColumn> = {}
  for (const [name, column] of columns) {
    if (!name.startsWith('value/')) continue
    const id = name.slice('value/'.length)
    const [weight, gold] = [columns.get(`weight/${id}`), columns.get(`gold/${id}`)]
    scores[id] = {
      ...{ value: Float64Array.from(column), weight: weight ? Float64Array.from(weight) : null },
      ...(gold && { gold: Float64Array.from(gold) }),
    }
  }
  return {
    ids: Int32Array.from(columns.get('ids') ?? []),
    scores,
    counts: Uint16Array.from(columns.get('counts') ?? []),
    ll: Float32Array.from(columns.get('ll') ?? []),
    isGreedy: Uint8Array.from(columns.get('isGreedy') ?? []),
    flags: Uint8Array.from(columns.get('flags') ?? []),
  }
}
