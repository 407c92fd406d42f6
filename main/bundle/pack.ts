import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { sha256, sha256File } from '../base/files.ts'
import type { Json } from '../base/json.ts'
import type { Store } from '../store/open.ts'
import { itemFiles, plainName, writeItems } from './archive/items.ts'
import { isKnown, MANIFEST, manifestText } from './archive/manifest.ts'
import { studyFileOf } from './archive/portable.ts'
import { LIMITS } from './archive/unzip.ts'
import { writeZip, type ZipEntry } from './archive/zip.ts'
import { contentsOf, countsOf, studyCells, type Contents } from './contents.ts'
import { exports } from './exports/index.ts'
import { filesOf } from './exports/export.ts'
import { readmeOf } from './readme.ts'
import { renderReport } from './report.ts'
import type { About } from './table.ts'

export interface PackOptions {
  readonly withItems: boolean
  readonly withMasks: boolean
}

/** What was written. */
export interface Packed {
  readonly file: string
  readonly entries: number
  readonly bytes: number
  readonly hasItems: boolean
  readonly masks: number
}

/**
 * Writes a study as one file: what it was asked and found, tables, figures and exports, with a hash of each. The same study gives the same bytes,
 * from the store it was run in and from any it was imported into. Throws LabError: 'file/exists', 'bundle/items' where items are asked for that
 * came without, 'bundle/size' where a bundle could not hold it.
 */
export async function packStudy(store: Store, study: string, about: About, out: string, options: PackOptions): Promise<Packed> {
  const contents = contentsOf(store, study, about)
  const items = options.withItems ? itemsOf(contents) : []
  const masks = options.withMasks ? masksOf(contents, store.folder) : []
  const entries = [...recordsOf(contents), ...viewsOf(contents, options.withItems), ...items, ...masks].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  const listed = entries.map((entry) => ({ name: entry.name, ...measure(entry) }))
  checkEntries(listed)
  const { report, cells, study: stored } = contents
  const { id, name, title, createdAt } = stored
  const { models, cellsHash, tableHash, command, lab } = report.provenance
  const manifest = manifestText({
    ...{ lab, study: { id, name, title, createdAt }, cells: countsOf(cells) },
    ...{ hasItems: options.withItems, masks: masks.length },
    models: Object.fromEntries(models.map((model) => [model.name, model.weights])),
    ...{ cellsHash, tableHash, command, entries: listed },
  })
  await writeZip(out, [{ name: MANIFEST, data: manifest }, ...entries])
  const { size } = statSync(out)
  return { file: out, entries: entries.length + 1, bytes: size, hasItems: options.withItems, masks: masks.length }
}

/** What an import reads. */
function recordsOf({ study, cells, ledgers }: Contents): ZipEntry[] {
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const facts = study.spec as { readonly study?: Readonly<Record<string, Json>> }
  return [
    { name: 'study.json', data: `${JSON.stringify(study)}\n` },
    { name: 'study.yaml', data: studyFileOf(facts.study ?? {}) },
    { name: 'cells.jsonl', data: lines(cells) },
    { name: 'ledgers.jsonl', data: lines(ledgers) },
  ]
}

/** Finished cells up to which each has a file of samples for lm-evaluation-harness. */
const MOST_SAMPLES = 5000

/** What people and other programs read. */
function viewsOf(contents: Contents, withItems: boolean): ZipEntry[] {
  const { report } = contents
  const { done } = countsOf(contents.cells)
  // samples repeat the items, so they come with them, unless their files alone would be more than a bundle may hold
  const hasSamples = withItems && done <= MOST_SAMPLES
  const cells = { cells: studyCells(contents.cells), items: hasSamples ? contents.items : () => undefined }
  const seen = new Set<string>()
  return [
    { name: 'readme.txt', data: readmeOf(contents) },
    { name: 'report.html', data: renderReport(report) },
    ...exports.flatMap((one) =>
      filesOf(one, report, cells).map(({ name, data }) => {
        const path = name.split('/').map(plainName).join('/')
        return { name: onlyOnce(`${one.extension === 'zip' ? one.id : 'tables'}/${path}`, seen), data }
      }),
    ),
  ]
}

/** Names that differed in capitals or signs alone would be one. */
function onlyOnce(name: string, seen: Set<string>): string {
  let once = name
  for (let n = 2; seen.has(once); n++) once = name.replace(/(?=\.[a-z]+$)/, `-${n}`)
  seen.add(once)
  return once
}

function itemsOf({ cells, items, answers }: Contents): ZipEntry[] {
  return itemFiles(studyCells(cells)).map(({ name, cells: mine }) => {
    const found = mine.map(({ fingerprint, record }) => {
      const outcomes = items(fingerprint)
      if (outcomes) return { fingerprint, task: record!.key.task.id, outcomes, answers: answers(fingerprint) ?? null }
      throw new LabError(
        'bundle/items',
        `Expected the items of ${record!.taskLabel} in this store, but the study came without items.`,
      )
    })
    return { name, data: writeItems(found) }
  })
}

/** The masks of the study that this home keeps. */
function masksOf({ ledgers }: Contents, home: string): ZipEntry[] {
  const hashes = [...new Set(ledgers.flatMap(({ lines }) => lines.map(({ maskHash }) => maskHash)))]
  return hashes.flatMap((hash) => {
    const path = join(home, 'masks', `${hash}.mask`)
    return existsSync(path) ? [{ name: `masks/${hash}.mask`, path }] : []
  })
}

function measure(entry: ZipEntry): { bytes: number; sha256: string } {
  if ('path' in entry) return { bytes: statSync(entry.path).size, sha256: sha256File(entry.path) }
  return { bytes: Buffer.byteLength(entry.data), sha256: sha256(entry.data) }
}

/** What could not be read again is not written. */
function checkEntries(entries: readonly { readonly name: string; readonly bytes: number }[]): void {
  const no = (expected: string, came: string) => new LabError('bundle/size', `Expected ${expected} in a bundle, got ${came}.`)
  const odd = entries.find(({ name }) => !isKnown(name))
  if (odd) throw new LabError('app/unexpected', `Expected only what a bundle may hold, got "${odd.name}".`)
  const large = entries.find(({ bytes }) => bytes > LIMITS.entry)
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  if (large) throw no(`at most ${LIMITS.entry} bytes in one entry`, `${large.bytes} in ${large.name}`)
  if (entries.length >= LIMITS.entries) throw no(`less than ${LIMITS.entries} entries`, String(entries.length))
  if (total > LIMITS.total) throw no(`at most ${LIMITS.total} bytes in all`, String(total))
}
