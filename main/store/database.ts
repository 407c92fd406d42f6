/** What SQLite takes and gives. */
export type SqlValue = string | number | bigint | Buffer | null

/** A connection, as far as the store needs one. Rows have the shape the query names; each statement is prepared once. */
export interface Database {
  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined
  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[]
  /** Rows changed. */
  run(sql: string, ...values: readonly SqlValue[]): number
  /** All or nothing; the write lock is taken at the start. */
  transaction<T>(work: () => T): T
}
