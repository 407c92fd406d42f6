import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { BundleFacts } from '../../preload/contract.ts'
import { writeWhole } from '../base/files.ts'
import type { ReportInput } from '../charts/input.ts'
import { zipOf } from '../bundle/archive/zip.ts'
import { contentsOf, studyCells } from '../bundle/contents.ts'
import { filesOf, type ExportFile } from '../bundle/exports/export.ts'
import { exports } from '../bundle/exports/index.ts'
import { packStudy } from '../bundle/pack.ts'
import { closeBeside, openBeside, sweep } from '../bundle/opened.ts'
import { findReference, listReferences } from '../bundle/references.ts'
import { homeOfBundle, importBundle, readManifest, recomputes, verifyArchive } from '../bundle/unpack.ts'
import type { Bench } from '../bench.ts'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { openStore } from '../store/open.ts'
import type { Calls } from './call.ts'
import { closeOpened, openedBundles } from './opened.ts'

const study = z.string().min(1).max(200)
const path = z.string().min(1).max(4096)
const parts = { withItems: z.boolean(), withMasks: z.boolean() }

/** What a page is handed in one piece; a larger bundle is written to a file. */
const LARGEST_REPLY = 32 * 2 ** 20

/** Studies as files, and back. */
export const bundles = {
  'bundles.export': {
    argument: z.strictObject({ study, file: path, ...parts }),
    run: (bench, { study, file, ...options }) => packStudy(bench.store, study, bench, resolve(file), options),
  },
  'bundles.download': {
    argument: z.strictObject({ study, ...parts }),
    async run(bench, { study, ...options }) {
      const { id, name } = bench.store.studies.find(study)
      const folder = mkdtempSync(join(tmpdir(), 'lab-'))
      try {
        const path = join(folder, 'bundle.zip')
        await packStudy(bench.store, id, bench, path, options)
        const bytes = statSync(path).size
        const base64 = bytes > LARGEST_REPLY ? null : readFileSync(path, 'base64')
        return { file: `${name}-${id.slice(0, 8)}.zip`, bytes, base64 }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  },
  'bundles.verify': {
    argument: z.strictObject({ file: path }),
    async run(bench, { file }): Promise<BundleFacts> {
      const verified = await verifyArchive(resolve(file))
      const { manifest, bytes, bundle } = verified
      const isRecomputed = await recomputes(resolve(file), verified, bench)
      if (isRecomputed === false) {
        throw new LabError('bundle/content', `Expected the tables of ${file} to follow from its items, but they do not.`)
      }
      const { study, lab, cells, hasItems, masks, models, command, entries } = manifest
      return { study, lab, cells, hasItems, masks, models, command, bundle, isRecomputed, entries: entries.length + 1, bytes }
    },
  },
  'bundles.import': {
    argument: z.strictObject({ file: path }),
    async run(bench, { file }) {
      await readManifest(resolve(file)) // what is no bundle makes no store
      const store = openStore(bench.home, { nowMs: bench.nowMs })
      try {
        const imported = await importBundle(store, resolve(file), bench)
        store.checkpoint()
        return imported
      } finally {
        store.close()
      }
    },
  },
  'bundles.open': {
    argument: z.strictObject({ file: path }),
    run: (bench, { file }) => homeOfBundle(resolve(file), bench),
  },
  'bundles.look': {
    argument: z.strictObject({ file: path }),
    async run(bench, { file }) {
      const { id } = await openBeside(bench.home, resolve(file), bench, bench.nowMs())
      return { id, opened: openedBundles(bench) }
    },
  },
  'bundles.opened': {
    argument: z.null(),
    run: (bench) => openedBundles(bench),
  },
  'bundles.close': {
    argument: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
    run(bench, { id }) {
      closeBeside(bench.home, id)
      const opened = openedBundles(bench)
      closeOpened(bench, false)
      sweep(bench.home, bench.nowMs())
      return opened
    },
  },
  'exports.write': {
    argument: z.strictObject({ study, format: z.string().min(1).max(40), folder: path }),
    async run(bench, { study, format, folder }) {
      const { files } = await exportFiles(bench, study, format)
      const paths = files.map(({ name, data }) => {
        const file = join(resolve(folder), name)
        writeWhole(file, data)
        return file
      })
      return { files: paths }
    },
  },
  'references.list': {
    argument: z.null(),
    run: () => listReferences(),
  },
  'references.show': {
    argument: z.strictObject({ reference: z.string().min(1).max(100) }),
    run: (_, { reference }) => findReference(reference),
  },
} satisfies Partial<Calls>

/** An export of a study, as one file or several, and what it is made from. */
export async function exportFiles(
  bench: Bench,
  study: string,
  format: string,
): Promise<{ file: string; files: readonly ExportFile[]; report: ReportInput }> {
  const found = exports.find(({ id }) => id === format)
  if (!found) throw unknownFormat(format)
  const { report, cells, items } = contentsOf(bench.store, study, bench)
  const files = filesOf(found, report, { cells: studyCells(cells), items })
  return { report, file: found.file, files: [...files, ...((await found.beside?.(report)) ?? [])] }
}

/** The same as one reply: text, or bytes as base64; several files as a zip. */
export async function exportReply(bench: Bench, study: string, format: string) {
  const { file, files } = await exportFiles(bench, study, format)
  const [only, ...more] = files
  const isAlone = only !== undefined && more.length === 0 && only.name === file
  if (isAlone && typeof only.data === 'string') return { file, text: only.data, encoding: 'utf-8' as const }
  const bytes = isAlone ? Buffer.from(only.data) : await zipOf(files)
  return { file, text: bytes.toString('base64'), encoding: 'base64' as const }
}

function unknownFormat(format: string): LabError {
  const known = exports.map(({ id }) => id)
  const meant = nearest(format, known)
  return new LabError(
    'api/argument',
    `Expected a format (${known.join(', ')}), got "${format}"${meant ? `; perhaps "${meant}".` : '.'}`,
  )
}
