import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiName, OpenedBundle } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { openBench, type Bench } from '../bench.ts'
import { homeOfOpened, listOpened, type Opened } from '../bundle/opened.ts'

/** Calls that read a study, and so read one of an opened bundle as well. */
const READS: readonly ApiName[] = [
  ...(['studies.show', 'studies.results', 'studies.trends', 'studies.verdicts', 'studies.ledger'] as const),
  ...(['studies.charts', 'studies.faults', 'studies.summary', 'studies.figures', 'studies.table'] as const),
  ...(['studies.reasons', 'studies.report', 'studies.export', 'studies.levels', 'studies.items'] as const),
  ...(['studies.item', 'studies.draft', 'exports.write'] as const),
]

/** Where a study lies. */
export interface Source {
  readonly bench: Bench
  /** What it is called there. */
  readonly study: string
  /** The opened bundle it is in; undefined for a study of this home. */
  readonly opened: Opened | undefined
}

/** Stores of opened bundles, by the bench that asks for them. */
const open = new WeakMap<Bench, Map<string, Bench>>()

/** Finds a study by word: the id of an opened bundle, or eight digits of it and more, stands for the study in it. */
export function sourceOf(bench: Bench, word: string): Source {
  const opened = /^[0-9a-f]{8,32}$/.test(word) ? listOpened(bench.home).find(({ id }) => id.startsWith(word)) : undefined
  return opened ? { bench: benchOf(bench, opened.id), study: opened.study, opened } : { bench, study: word, opened }
}

/** The same call, asked of where its study lies. LabError 'bundle/read-only' for one that would change an opened bundle. */
export function atSource<A>(bench: Bench, name: string, argument: A): { bench: Bench; argument: A } {
  const word = (argument as { readonly study?: unknown } | null)?.study
  if (typeof word !== 'string') return { bench, argument }
  const { opened, ...source } = sourceOf(bench, word)
  if (!opened) return { bench, argument }
  if (!READS.includes(name as ApiName)) {
    throw new LabError(
      'bundle/read-only',
      `Expected a study of this lab for "${name}", got one of the opened bundle ${opened.file}.`,
    )
  }
  return { bench: source.bench, argument: { ...argument, study: source.study } }
}

/** The opened bundles as the contract says them. */
export function openedBundles(bench: Bench): OpenedBundle[] {
  return listOpened(bench.home).map(({ study, ...opened }) => {
    const row = benchOf(bench, opened.id).store.studies.find(study)
    return { ...opened, study: { ...row, id: opened.id } }
  })
}

/** Closes the stores of bundles that are no longer open; of all, when the bench itself is closed. */
export function closeOpened(bench: Bench, isAll: boolean): void {
  for (const [id, inner] of open.get(bench) ?? []) {
    if (!isAll && existsSync(join(homeOfOpened(bench.home, id), 'bundle.json'))) continue
    inner.close()
    open.get(bench)!.delete(id)
  }
}

/** Reads the bundle's store, and all else, such as settings, where the lab has it. */
function benchOf(bench: Bench, id: string): Bench {
  closeOpened(bench, false)
  const known = open.get(bench) ?? new Map<string, Bench>()
  open.set(bench, known)
  const found = known.get(id)
  if (found) return found
  const inner = openBench({ home: homeOfOpened(bench.home, id), readOnly: true })
  const { home, version } = bench
  const made: Bench = {
    ...{ home, version, queue: undefined },
    get store() {
      return inner.store
    },
    nowMs: () => bench.nowMs(),
    close: () => inner.close(),
  }
  known.set(id, made)
  return made
}
