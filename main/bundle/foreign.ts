import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FAULTS, LabError, type Fault } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical, type Json } from '../base/json.ts'
import type { ReportInput } from '../charts/input.ts'
import { fingerprintOf, type ForeignStudy } from '../store/imports.ts'
import { packOutcomes } from '../store/items.ts'
import type { LedgerLine } from '../store/ledgers.ts'
import type { CellRecord } from '../store/records.ts'
import { itemFiles, readItems, type CellItems } from './archive/items.ts'
import { parseJson, type Bundle } from './archive/manifest.ts'
import { countsOf, keptData, studyCells, type CellLine, type Kept } from './contents.ts'
import type { About } from './table.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string().max(10_000)

const studyLine = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/).max(200), // prettier-ignore
  title: text,
  createdAt: z.string().max(40),
  spec: z.looseObject({
    models: z.array(z.looseObject({})),
    tasks: z.array(z.looseObject({})),
    difficulty: z.array(z.looseObject({})),
  }),
  state: z.enum(['interrupted', 'failed', 'finished']),
})

// what lies within a record is covered by its fingerprint and may be more than this version knows
const record = z.looseObject({
  fingerprint: hash,
  key: z.looseObject({
    compression: z.looseObject({ method: text }),
    task: z.looseObject({ id: text }),
    scorers: z.record(z.string(), z.number()),
  }),
  items: z.int().min(0).max(1e8),
  chance: z.record(z.string(), z.number().nullable()),
  actualSparsity: z.number(),
  ledger: text,
  truncated: z.number(),
  boundaryFallbacks: z.number(),
  tookMs: z.number(),
})

const fault = z.strictObject({
  code: z.string().refine((code) => Object.hasOwn(FAULTS, code)),
  message: z.string(),
  hint: z.string(),
})

const cellLine = z.strictObject({
  fingerprint: hash,
  ...{ label: text, modelName: text, taskLabel: text, taskGroup: text },
  record: record.nullable(),
  fault: fault.nullable(),
  items: hash.nullable(),
})

const ledgerLine = z.strictObject({
  key: text,
  lines: z.array(z.looseObject({ name: text, maskHash: text, sparsity: z.number() })),
})

/** Reads an unpacked bundle and checks that it agrees with itself. Throws LabError 'bundle/content' | 'bundle/version'. */
export async function readForeign(folder: string, { manifest, hash: bundle }: Bundle, about: About): Promise<ForeignStudy> {
  const { state, ...study } = fit(studyLine, parseJson(readPart(folder, 'study.json').toString(), 'study.json'), 'study.json')
  const cells = linesOf(folder, 'cells.jsonl', cellLine) as unknown as CellLine[]
  const ledgers = linesOf(folder, 'ledgers.jsonl', ledgerLine) as unknown as { key: string; lines: LedgerLine[] }[]
  checkStudy(study, cells, manifest)
  const items = manifest.hasItems ? await itemsOf(folder, cells) : undefined
  const done = cells.flatMap(({ record }) => record ?? [])
  return {
    ...{ study: study as unknown as ForeignStudy['study'], state },
    places: cells.map(({ fingerprint, label, modelName, taskLabel, taskGroup }) => ({
      fingerprint,
      label,
      modelName,
      taskLabel,
      taskGroup,
    })),
    cells: items ? done.map((record) => ({ record, ...items.get(record.fingerprint)! })) : [],
    faults: cells.flatMap(({ fingerprint, fault }) => (fault ? [{ fingerprint, fault: fault as Fault }] : [])),
    ledgers: items ? new Map(ledgers.map(({ key, lines }) => [key, lines])) : new Map<string, LedgerLine[]>(),
    from: { bundle, lab: manifest.lab },
    kept: items ? null : keptOf(folder, { cells, ledgers }, done, manifest, about),
  }
}

/** The results that stand for items that did not come. They are read by the version that wrote them alone: another may count otherwise. */
function keptOf(
  folder: string,
  rest: Omit<Kept, 'report'>,
  done: readonly CellRecord[],
  { lab, tableHash }: Bundle['manifest'],
  { version }: About,
): NonNullable<ForeignStudy['kept']> {
  if (lab !== version) throw new LabError('bundle/version', `Expected a bundle with items, or one of lab ${version}, got one of lab ${lab} without.`) // prettier-ignore
  const { format: _, version: __, ...report } = parseJson(readPart(folder, 'tables/results.json').toString(), 'tables/results.json') as Record<string, Json> // prettier-ignore
  const found = report as unknown as ReportInput
  if (!Array.isArray(found.rows) || sha256(canonical(found.rows)) !== tableHash) {
    throw new LabError(
      'bundle/content',
      `Expected tables/results.json to hold the table whose hash is ${tableHash}, got another.`,
    )
  }
  const { failed } = countsOf(rest.cells)
  return {
    done: done.length,
    failed,
    fingerprints: done.map(({ fingerprint }) => fingerprint),
    data: keptData({ report: found, ...rest }),
  }
}

function checkStudy({ id, name }: { id: string; name: string }, cells: readonly CellLine[], manifest: Bundle['manifest']): void {
  const no = (expected: string, came: string) =>
    new LabError('bundle/content', `Expected ${expected} in the bundle, got ${came}.`)
  const fingerprints = cells.map(({ fingerprint }) => fingerprint)
  const meant = sha256(canonical({ name, cells: fingerprints })).slice(0, 32)
  if (id !== meant || id !== manifest.study.id) throw no(`the study whose name and cells give ${meant}`, id)
  if (new Set(fingerprints).size !== cells.length) throw no('each cell once', 'one twice')
  for (const { fingerprint, record, fault, items } of cells) {
    if (record && (record.fingerprint !== fingerprint || fingerprintOf(record.key) !== fingerprint)) {
      throw no(`a cell whose key gives its fingerprint ${fingerprint}`, fingerprintOf(record.key))
    }
    if ((record && fault) || (record === null) !== (items === null)) throw no(`cell ${fingerprint} done with items, failed or neither`, 'a mixture') // prettier-ignore
  }
  const counts = countsOf(cells)
  if (canonical(counts) !== canonical(manifest.cells)) throw no(`cells ${canonical(manifest.cells)}`, canonical(counts))
}

/** The items of each finished cell, as their hashes say they must be. */
async function itemsOf(folder: string, cells: readonly CellLine[]): Promise<Map<string, CellItems>> {
  const found = new Map<string, CellItems>()
  for (const { name, cells: mine } of itemFiles(studyCells(cells))) {
    const rows = mine.reduce((sum, { record }) => sum + record!.items, 0)
    for (const [fingerprint, one] of await readItems(readPart(folder, name), rows, name)) found.set(fingerprint, one)
  }
  for (const { fingerprint, record, items } of cells) {
    if (!record) continue
    const outcomes = found.get(fingerprint)?.outcomes
    const came = outcomes && sha256(packOutcomes(outcomes))
    if (came !== items) throw new LabError('bundle/content', `Expected items of ${record.taskLabel} that hash to ${items}, got ${came ?? 'none'}.`) // prettier-ignore
    if (outcomes!.ids.length !== record.items) throw new LabError('bundle/content', `Expected ${record.items} items of ${record.taskLabel}, got ${outcomes!.ids.length}.`) // prettier-ignore
  }
  return found
}

function linesOf<T>(folder: string, name: string, schema: z.ZodType<T>): T[] {
  const lines = readPart(folder, name).toString().split('\n').filter(Boolean)
  return lines.map((line, i) => fit(schema, parseJson(line, `${name}:${i + 1}`), `${name}:${i + 1}`))
}

function fit<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const parsed = schema.safeParse(value)
  // as it came: what this version does not know stays, and where it stood
  if (parsed.success) return value as T
  const { path, message } = parsed.error.issues[0]!
  throw new LabError('bundle/content', `Expected ${place} of the bundle to fit${path.length > 0 ? ` at "${path.join('.')}"` : ''}: ${message}.`) // prettier-ignore
}

/** Bytes of a file of an unpacked bundle. LabError 'bundle/manifest' where it is not there. */
function readPart(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name))
  } catch (error) {
    throw new LabError('bundle/manifest', `Expected an entry "${name}" in the bundle, found none.`, { cause: error })
  }
}
