import { statSync } from 'node:fs'
import type { Database } from './database.ts'

/** Hashes of files that need not be read again while the files stay as they are. */
export interface Hashes {
  /** The content hash of these files: the one on record if they have not changed since, else what `read` gives. */
  of(files: readonly string[], read: () => string): string
  /** The hash on record if the files have not changed since; undefined where they have to be read. */
  known(files: readonly string[]): string | undefined
}

/** Two changes of a file within this time may bear the same times: file systems tick. */
const TICK_MS = 2000

export function openHashes(db: Database, nowMs: () => number): Hashes {
  const find = (stamp: string) => db.get<{ hash: string }>('SELECT hash FROM weight_hash WHERE stamp = ?', stamp)?.hash
  return {
    known: (files) => find(stampOf(files)),
    of(files, read) {
      const before = stampOf(files)
      const known = find(before)
      if (known !== undefined) return known
      const isSettled = files.every((file) => nowMs() - statSync(file).ctimeMs > TICK_MS)
      const hash = read()
      if (isSettled && stampOf(files) === before) db.run('INSERT INTO weight_hash (stamp, hash) VALUES (?, ?)', before, hash)
      return hash
    },
  }
}

/** Names, places, sizes and times of files, as text. */
function stampOf(files: readonly string[]): string {
  const stamps = files.map((file) => {
    // ctime: a copy may bring its old mtime along, but nothing sets the time of change back
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return [file, dev, ino, size, mtimeNs, ctimeNs].join('|')
  })
  return stamps.sort().join('\n')
}
