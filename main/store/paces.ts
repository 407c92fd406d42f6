import type { Database } from './database.ts'
import type { CellKey } from './records.ts'

/** How long finished cells of one task took on one model. */
export interface Pace {
  /** Content hash of the uncompressed weights. */
  readonly weights: string
  readonly task: string
  readonly provider: string
  /** Weights of the model, as its study has it; null where none says. */
  readonly parameters: number | null
  /** Milliseconds for one item: the median of the cells. */
  readonly msPerItem: number
}

/** A finished cell of an uncompressed model that was not trained on. */
export interface DenseCell {
  readonly fingerprint: string
  readonly weights: string
  /** Content hash of the task. */
  readonly task: string
  /** Of the task's main scorer; null where there is none. */
  readonly chance: number | null
}

/** What the cells on record tell of cells to come. */
export interface Paces {
  list(): readonly Pace[]
  dense(): readonly DenseCell[]
  /** What decided the numbers of each finished cell made from these weights. */
  keysOf(weights: string): readonly CellKey[]
}

interface Row {
  readonly fingerprint: string
  readonly weights: string
  readonly method: string
  readonly transfer: string
  readonly task: string
  readonly taskHash: string
  readonly provider: string
  readonly chance: string
  readonly items: number
  readonly tookMs: number
}

export function openPaces(db: Database): Paces {
  let known: { readonly stamp: string; readonly rows: readonly Row[] } | undefined

  /** Read anew when cells have come or gone: there may be thousands. */
  function rows(): readonly Row[] {
    const stamp = JSON.stringify(db.get('SELECT count(*) AS cells, max(id) AS last FROM cell'))
    if (known?.stamp === stamp) return known.rows
    const found = db.all<Row>(
      `SELECT fingerprint, record ->> '$.key.weights' AS weights, record ->> '$.key.compression.method' AS method,
              record ->> '$.key.transfer' AS transfer, record ->> '$.key.task.id' AS task, record ->> '$.key.task.hash' AS taskHash,
              record ->> '$.key.provider' AS provider, record -> '$.chance' AS chance, record ->> '$.items' AS items,
              record ->> '$.tookMs' AS tookMs
       FROM cell WHERE record IS NOT NULL`,
    )
    known = { stamp, rows: found }
    return found
  }
  return {
    keysOf: (weights) =>
      db
        .all<{ key: string }>(
          `SELECT record -> '$.key' AS key FROM cell WHERE record IS NOT NULL AND record ->> '$.key.weights' = ?`,
          weights,
        )
        .map(({ key }) => JSON.parse(key) as CellKey),
    list() {
      const sizes = db.all<{ weights: string; parameters: number }>(
        `SELECT DISTINCT value ->> '$.weights' AS weights, value ->> '$.parameters' AS parameters
         FROM study, json_each(spec, '$.models') WHERE parameters IS NOT NULL`,
      )
      const parameters = new Map(sizes.map((one) => [one.weights, one.parameters]))
      const groups = Map.groupBy(rows(), ({ weights, task, provider }) => `${weights}\n${task}\n${provider}`)
      return [...groups.values()].map((cells) => {
        const { weights, task, provider } = cells[0]!
        const size = parameters.get(weights) ?? null
        return {
          weights,
          task,
          provider,
          parameters: size,
          msPerItem: median(cells.map(({ items, tookMs }) => tookMs / Math.max(1, items))),
        }
      })
    },
    dense: () =>
      rows()
        .filter(({ method, transfer }) => method === 'dense' && transfer === 'none')
        .map(({ fingerprint, weights, taskHash, chance }) => {
          const [main = null] = Object.values(JSON.parse(chance) as Record<string, number | null>)
          return { fingerprint, weights, task: taskHash, chance: main }
        }),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
