import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { sha256 } from '../../base/files.ts'
import { migrations } from '../../store/migrations/index.ts'
import { openArchive, type Archive } from './unzip.ts'

export const MANIFEST = 'manifest.json'
const FORMAT = 'junk-dna-lab/bundle'
/** Of what a bundle holds and where. */
export const BUNDLE_VERSION = 1
/** Of the records inside, which is that of the store they come from. */
export const RECORDS_VERSION = migrations.at(-1)!.version

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)

/** What a bundle says of itself. */
const manifest = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(BUNDLE_VERSION),
  records: z.literal(RECORDS_VERSION),
  /** Version of the lab that made it. */
  lab: z.string().min(1).max(40),
  study: z.strictObject({
    id: z.string().regex(/^[0-9a-f]{32}$/),
    name: z.string().min(1),
    title: z.string(),
    createdAt: z.string(),
  }),
  cells: z.strictObject({ planned: count, done: count, failed: count }),
  hasItems: z.boolean(),
  masks: count,
  /** Hashes of the models' weights by name. */
  models: z.record(z.string(), hash),
  /** Of the fingerprints of the cells, and of the tidy table. */
  cellsHash: hash,
  tableHash: hash,
  /** What to type to run the study again. */
  command: z.string(),
  /** Everything else inside, in the order of the file. */
  entries: z.array(z.strictObject({ name: z.string(), bytes: count, sha256: hash })),
})
export type Manifest = z.output<typeof manifest>

/** Everything that a bundle may hold; a database is not among it, and is never opened. */
const KNOWN = [
  /^(readme\.txt|report\.html|study\.yaml|study\.json|cells\.jsonl|ledgers\.jsonl)$/,
  /^tables\/[a-z0-9._-]+\.(csv|json|jsonl|parquet|tex)$/,
  /^(figures|latex)\/[a-z0-9.-]+\.(svg|csv|tex)$/,
  /^lm-eval\/[a-z0-9._-]+\/(results_[a-z0-9.-]+\.json|samples_[a-z0-9._-]+\.jsonl)$/,
  /^items\/\d{4}-[a-z0-9._-]+\.parquet$/,
  /^masks\/[0-9a-f]{64}\.mask$/,
] as const

/** Whether a bundle may hold an entry of this name. */
export const isKnown = (name: string) => KNOWN.some((known) => known.test(name))

/** An archive with what it says of itself, each entry known and of the size it says; the hashes are not checked yet. */
export interface Bundle {
  readonly archive: Archive
  readonly manifest: Manifest
  /** SHA-256 of the manifest, which names the hash of all else. */
  readonly hash: string
}

/** Opens a bundle and reads its manifest. Throws LabError 'bundle/…' before anything else is inflated. */
export async function openBundle(path: string): Promise<Bundle> {
  const archive = await openArchive(path)
  try {
    const bytes = await archive.read(MANIFEST, 2 ** 23)
    const found = parseManifest(bytes, path)
    checkEntries(found, archive)
    return { archive, manifest: found, hash: sha256(bytes) }
  } catch (error) {
    archive.close()
    throw error
  }
}

function parseManifest(bytes: Buffer, path: string): Manifest {
  const raw = parseJson(bytes.toString(), `the manifest of ${path}`, 'bundle/manifest')
  const said = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>
  if (said.format === FORMAT && typeof said.version === 'number' && typeof said.records === 'number') {
    const isOurs = said.version === BUNDLE_VERSION && said.records === RECORDS_VERSION
    const by = `version ${said.version} with records ${said.records} by lab ${JSON.stringify(said.lab)}`
    if (!isOurs) throw new LabError('bundle/version', `Expected a bundle of version ${BUNDLE_VERSION} with records ${RECORDS_VERSION} at ${path}, got ${by}.`) // prettier-ignore
  }
  const parsed = manifest.safeParse(raw)
  if (parsed.success) return parsed.data
  const { path: place, message } = parsed.error.issues[0]!
  throw new LabError('bundle/manifest', `Expected the manifest of ${path} to fit${place.length > 0 ? ` at "${place.join('.')}"` : ''}: ${message}.`) // prettier-ignore
}

function checkEntries({ entries }: Manifest, { sizes, path }: Archive): void {
  const names = new Set(entries.map(({ name }) => name))
  for (const name of sizes.keys()) {
    if (name !== MANIFEST && !names.has(name)) {
      throw new LabError('bundle/unknown', `Expected nothing in ${path} but what its manifest lists, got "${name}".`)
    }
  }
  if (names.size !== entries.length) throw new LabError('bundle/manifest', `Expected each entry of ${path} once in its manifest.`)
  for (const { name, bytes } of entries) {
    if (!isKnown(name)) {
      throw new LabError('bundle/unknown', `Expected only what a lab puts into a bundle in ${path}, got ${JSON.stringify(name.slice(0, 200))}.`) // prettier-ignore
    }
    const found = sizes.get(name)
    if (found === bytes) continue
    const came = found === undefined ? 'none' : `one of ${found}`
    throw new LabError('bundle/manifest', `Expected an entry "${name}" of ${bytes} bytes in ${path}, got ${came}.`)
  }
}

/** JSON, or a LabError of this code that says of what. */
export function parseJson(text: string, what: string, code: 'bundle/manifest' | 'bundle/content' = 'bundle/content'): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new LabError(code, `Expected JSON in ${what}, got: ${(error as Error).message}.`, { cause: error })
  }
}

export function manifestText(found: Omit<Manifest, 'format' | 'version' | 'records'>): string {
  const whole: Manifest = { format: FORMAT, version: BUNDLE_VERSION, records: RECORDS_VERSION, ...found }
  return `${JSON.stringify(whole, null, 1)}\n`
}
