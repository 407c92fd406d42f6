import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportInput } from '../../main/charts/input.ts'
import { canonical, type Json } from '../../main/base/json.ts'
import { sha256 } from '../../main/base/files.ts'
import { openArchive } from '../../main/bundle/archive/unzip.ts'
import { writeZip, type ZipEntry } from '../../main/bundle/archive/zip.ts'
import type { Manifest } from '../../main/bundle/archive/manifest.ts'
import { contentsOf } from '../../main/bundle/contents.ts'
import { packStudy } from '../../main/bundle/pack.ts'
import { studyReport } from '../../main/bundle/table.ts'
import { homeOfBundle, importBundle, recomputes, verifyArchive } from '../../main/bundle/unpack.ts'
import { openMasks } from '../../main/store/masks.ts'
import { openStore, type Store } from '../../main/store/open.ts'
import { makeFolder } from '../make/store.ts'
import { addResults, STUDY } from '../make/results.ts'

const about = { version: '0.1.0' }
const folder = makeFolder()
// what is opened lies in the temporary folder of the user, where other labs may be at work
process.env.TMPDIR = folder.path
const at = (name: string) => join(folder.path, name)
const BITS = { out: 2, in: 8, bits: Uint8Array.of(0b10101010, 0b11110000) }
/** Of those bits. */
const MASK = sha256(BITS.bits)

let store: Store
let own: ReportInput

beforeAll(async () => {
  store = openStore(at('own'))
  // outcomes that only exact numbers bring back: minus zero, minus infinity, weights, flags
  const change: NonNullable<Parameters<typeof addResults>[1]>['change'] = (_, outcomes) => {
    if (outcomes.ll.length > 1) outcomes.ll.set([-0, -Infinity])
    outcomes.flags.set([1, 2, 3])
  }
  addResults(store, { change, facts: { command: 'npm run lab -- run /srv/somebody/studies/results.yaml --data /data/packs' } })
  openMasks(store.folder).save(BITS)
  own = studyReport(store, STUDY, about)
  await packStudy(store, 'results', about, at('items.zip'), { withItems: true, withMasks: true })
  await packStudy(store, 'results', about, at('plain.zip'), { withItems: false, withMasks: false })
}, 120_000)
afterAll(() => {
  store.close()
  folder[Symbol.dispose]()
})

/** The entries of a bundle, by name. */
async function read(file: string): Promise<Map<string, Buffer>> {
  const archive = await openArchive(file)
  try {
    const found = new Map<string, Buffer>()
    for (const name of archive.sizes.keys()) found.set(name, await archive.read(name, 2 ** 28))
    return found
  } finally {
    archive.close()
  }
}

/** A store of its own, with what a body makes of it; rows and files before and after are handed on. */
async function inStore<T>(name: string, body: (store: Store) => Promise<T>): Promise<T> {
  const own = openStore(at(name))
  try {
    return await body(own)
  } finally {
    own.close()
  }
}

describe('export, import, export', () => {
  it.each([
    ['with items and masks', 'items', { withItems: true, withMasks: true }],
    ['without', 'plain', { withItems: false, withMasks: false }],
  ])('%s: gives the same bytes, and a second import changes nothing', async (_, name, options) => {
    await inStore(`to-${name}`, async (other) => {
      const first = await importBundle(other, at(`${name}.zip`), about)
      expect([first.study, first.rows > 30]).toEqual([STUDY, true])
      expect(await importBundle(other, at(`${name}.zip`), about)).toMatchObject({ rows: 0, masks: 0 })
      await packStudy(other, 'results', about, at(`${name}-again.zip`), options)
      const [before, after] = [await read(at(`${name}.zip`)), await read(at(`${name}-again.zip`))]
      for (const [entry, bytes] of before) expect([entry, after.get(entry)?.equals(bytes)]).toEqual([entry, true])
      expect(readFileSync(at(`${name}-again.zip`)).equals(readFileSync(at(`${name}.zip`)))).toBe(true)
      expect(readdirSync(at(`to-${name}`)).filter((file) => file.startsWith('.import'))).toEqual([])
    })
  })
  it('marks the study as imported, and reports, counts and tables are those of where it was run', async () => {
    for (const name of ['to-items', 'to-plain']) {
      await inStore(name, (other) => {
        expect(other.studies.find('results')).toMatchObject({
          origin: 'imported',
          state: 'finished',
          cells: 30,
          done: 30,
          failed: 0,
        })
        const report = studyReport(other, STUDY, about)
        expect(canonical(report)).toBe(canonical({ ...own, provenance: report.provenance }))
        return Promise.resolve()
      })
    }
  })
  it('one without items is completed by one with', async () => {
    await inStore('to-plain', async (other) => {
      expect((await importBundle(other, at('items.zip'), about)).rows).toBeGreaterThan(30)
      expect(other.items.hash(other.cells.ofStudy(STUDY)[0]!.fingerprint)).toBe(store.items.hash(store.cells.ofStudy(STUDY)[0]!.fingerprint)) // prettier-ignore
      expect(await importBundle(other, at('plain.zip'), about)).toMatchObject({ rows: 0 })
    })
  })
  it('a study that was run here stays so, and gains the cells it lacks', async () => {
    await inStore('half', async (other) => {
      let n = 0
      addResults(other, { isDone: () => n++ < 12 })
      const differs = importBundle(other, at('items.zip'), about)
      await expect(differs).rejects.toMatchObject({ code: 'bundle/differs' }) // minus zero is another number here
      await expect(importBundle(other, at('plain.zip'), about)).rejects.toMatchObject({ code: 'bundle/items' })
      expect(other.studies.find('results')).toMatchObject({ origin: 'run', done: 12 })
    })
    await inStore('third', async (other) => {
      let n = 0
      const change: NonNullable<Parameters<typeof addResults>[1]>['change'] = (_, outcomes) => {
        if (outcomes.ll.length > 1) outcomes.ll.set([-0, -Infinity])
        outcomes.flags.set([1, 2, 3])
      }
      addResults(other, { change, isDone: () => n++ < 12 })
      // 18 cells, and the ledgers of the three levels they are of
      expect(await importBundle(other, at('items.zip'), about)).toMatchObject({ rows: 21 })
      expect(other.studies.find('results')).toMatchObject({ origin: 'run', done: 30 })
    })
  })
  it('run here after all, it is a study of this store', async () => {
    await inStore('to-items', (other) => {
      const { id, name, title, spec, createdAt } = other.studies.read(STUDY)
      other.studies.save({ id, name, title, spec, createdAt }, other.studies.places(STUDY), 'finished')
      expect(other.studies.find('results').origin).toBe('run')
      return Promise.resolve()
    })
  })
})

describe('what is inside', () => {
  it('is what the manifest lists, and everything that the issue asks for', async () => {
    const entries = await read(at('items.zip'))
    const manifest = JSON.parse(entries.get('manifest.json')!.toString()) as Manifest
    expect(manifest.entries.map(({ name }) => name)).toEqual([...entries.keys()].slice(1))
    for (const { name, bytes, sha256: hash } of manifest.entries) {
      expect([name, entries.get(name)!.length, sha256(entries.get(name)!)]).toEqual([name, bytes, hash])
    }
    const names = [...entries.keys()].join('\n')
    for (const part of [
      /^readme\.txt$/m,
      /^report\.html$/m,
      /^study\.yaml$/m,
      /^tables\/results\.(csv|parquet|json)$/m,
      /^items\/0001-easy\.parquet$/m,
      /^figures\/.*\.svg$/m,
      /^figures\/.*\.tex$/m,
      /^figures\/.*\.csv$/m,
      /^latex\/results\.tex$/m,
      /^lm-eval\/.*\/results_.*\.json$/m,
      /^lm-eval\/.*\/samples_.*\.jsonl$/m,
    ])
      // prettier-ignore
      expect(names).toMatch(part)
    expect(entries.get('readme.txt')!.toString()).toContain('npm run lab -- run results.yaml --data packs')
  })
  it('names no folder of this machine', async () => {
    for (const [name, bytes] of await read(at('items.zip'))) {
      if (!/\.(parquet|svg|tex)$/.test(name))
        expect([name, /\/srv\/|\/data\/packs|\/tmp\//.test(bytes.toString())]).toEqual([name, false])
    }
  })
  it('holds masks that this home has and the study names', async () => {
    // one that no ledger of the study names is nobody's business
    expect((await verifyArchive(at('items.zip'))).manifest.masks).toBe(0)
    const added = await edited('items.zip', 'with-mask.zip', (entries) => {
      const home = makeFolder(folder.path).path
      openMasks(home).save(BITS)
      entries.set(`masks/${MASK}.mask`, readFileSync(join(home, 'masks', `${MASK}.mask`)))
    })
    await inStore('to-masks', async (other) => {
      expect(await importBundle(other, added, about)).toMatchObject({ masks: 1 })
      expect(Uint8Array.from(openMasks(other.folder).read(MASK)!.bits)).toEqual(BITS.bits)
    })
  })
  it('is not written where something is already, nor with items that are not here', async () => {
    const options = { withItems: false, withMasks: false }
    await expect(packStudy(store, STUDY, about, at('items.zip'), options)).rejects.toMatchObject({ code: 'file/exists' })
    await inStore('to-keep', async (other) => {
      await importBundle(other, at('plain.zip'), about)
      const asked = packStudy(other, STUDY, about, at('never.zip'), { withItems: true, withMasks: false })
      await expect(asked).rejects.toMatchObject({ code: 'bundle/items' })
    })
    expect(readdirSync(folder.path).filter((name) => name.startsWith('never'))).toEqual([])
  })
})

describe('lab open', () => {
  it('makes one read-only home of a bundle, whatever it holds, and leaves nothing beside it', async () => {
    for (const name of ['items.zip', 'plain.zip']) {
      const { home, study } = await homeOfBundle(at(name), about)
      try {
        expect(await homeOfBundle(at(name), about)).toEqual({ home, study })
        expect(statSync(join(home, 'lab.db')).mode & 0o222).toBe(0)
        const opened = openStore(home, { readOnly: true })
        if (name === 'plain.zip') expect(canonical(studyReport(opened, study, about).rows)).toBe(canonical(own.rows))
        else expect(opened.studies.find(study)).toMatchObject({ done: 30, origin: 'imported' })
        opened.close()
        expect(readdirSync(join(home, '..')).filter((left) => left.startsWith('lab-'))).toEqual([])
      } finally {
        rmSync(home, { recursive: true, force: true })
      }
    }
  })
})

/** A bundle with some entries changed and a manifest that fits them, unless it is changed as well. */
async function edited(
  from: string,
  to: string,
  change: (entries: Map<string, Buffer>) => void,
  changeManifest: (manifest: Record<string, Json>) => void = () => {},
): Promise<string> {
  const entries = await read(at(from))
  const manifest = JSON.parse(entries.get('manifest.json')!.toString()) as Record<string, Json>
  // what nobody reads on import makes the rest slow
  for (const name of entries.keys()) if (/^(manifest|figures|latex|lm-eval|report|readme)/.test(name)) entries.delete(name)
  change(entries)
  manifest.entries = [...entries].map(([name, data]) => ({ name, bytes: data.length, sha256: sha256(data) }))
  changeManifest(manifest)
  const all: ZipEntry[] = [
    { name: 'manifest.json', data: JSON.stringify(manifest) },
    ...[...entries].map(([name, data]) => ({ name, data })),
  ]
  rmSync(at(to), { force: true })
  await writeZip(at(to), all)
  return at(to)
}

describe('a bundle that was tampered with is refused by name, and the store stays as it was', () => {
  const replaced = (name: string, from: RegExp | string, to: string) => (entries: Map<string, Buffer>) => {
    const before = entries.get(name)!.toString()
    const after = before.replace(from, to)
    if (after === before) throw new Error(`nothing to change in ${name}`)
    entries.set(name, Buffer.from(after))
  }
  const none = () => {}
  const cases: readonly (readonly [string, string, (entries: Map<string, Buffer>) => void, ((m: Record<string, Json>) => void)?])[] = [
    ['a byte that its hash does not cover', 'bundle/hash', none, (m) => ((m.entries as { sha256: string }[])[3]!.sha256 = sha256('x'))],
    ['a size that is not so', 'bundle/manifest', none, (m) => (m.entries as { bytes: number }[])[3]!.bytes++],
    ['an entry that is not listed', 'bundle/unknown', (e) => void e.set('tables/more.csv', Buffer.from('x')), (m) => (m.entries as unknown[]).splice(-1)],
    ['an entry of no known kind', 'bundle/unknown', (e) => void e.set('tables/setup.sh', Buffer.from('x'))],
    ['a database, which is never opened', 'bundle/unknown', (e) => void e.set('lab.db', Buffer.from('SQLite format 3\0'))],
    ['a zip within', 'bundle/unknown', (e) => void e.set('items/0007-more.zip', readFileSync(at('plain.zip')))],
    ['an entry that is missing', 'bundle/manifest', none, (m) => (m.entries as unknown[]).push({ name: 'readme.txt', bytes: 1, sha256: sha256('') })],
    ['a newer format', 'bundle/version', none, (m) => void (m.version = 2)],
    ['records of a newer store', 'bundle/version', none, (m) => void (m.records = 99)],
    ['a field that nobody knows', 'bundle/manifest', none, (m) => void (m.also = 1)],
    ['another format', 'bundle/manifest', none, (m) => void (m.format = 'other')],
    ['another study', 'bundle/content', replaced('study.json', STUDY, sha256('other').slice(0, 32))],
    ['a study with a field that nobody knows', 'bundle/content', replaced('study.json', '"name"', '"also":1,"name"')],
    ['a state that it never has elsewhere', 'bundle/content', replaced('study.json', '"finished"', '"running"')],
    ['a cell whose key is another', 'bundle/content', replaced('cells.jsonl', '"sparsity":0.3', '"sparsity":0.31')],
    ['a cell twice', 'bundle/content', (e) => void e.set('cells.jsonl', Buffer.concat([e.get('cells.jsonl')!, Buffer.from(e.get('cells.jsonl')!.toString().split('\n')[0]! + '\n')]))],
    ['items of other numbers', 'bundle/content', (e) => void e.set('items/0001-easy.parquet', e.get('items/0002-middling.parquet')!)],
    ['items that are no Parquet', 'bundle/content', (e) => void e.set('items/0001-easy.parquet', Buffer.from('PAR1 none PAR1'))],
    ['items that are cut short', 'bundle/content', (e) => void e.set('items/0001-easy.parquet', e.get('items/0001-easy.parquet')!.subarray(0, 900))],
    ['items that are missing', 'bundle/manifest', (e) => void e.delete('items/0001-easy.parquet')],
    ['lines that are no JSON', 'bundle/content', (e) => void e.set('ledgers.jsonl', Buffer.from('{"key":\n'))],
    ['a mask under the wrong name', 'store/mask', (e) => void e.set(`masks/${sha256('x')}.mask`, Buffer.concat([Buffer.from('LABMASK1'), Buffer.from([1, 0, 0, 0, 8, 0, 0, 0, 255])]))],
  ] // prettier-ignore
  it.each(cases.map(([what, code, change, changeManifest]) => ({ what, code, change, changeManifest })))(
    '$what: $code',
    async (one) => {
      const { code, change, changeManifest } = one
      const file = await edited('items.zip', 'tampered.zip', change, changeManifest)
      await inStore('clean', async (other) => {
        await expect(importBundle(other, file, about)).rejects.toMatchObject({ code })
        expect(other.studies.list()).toEqual([])
        expect(readdirSync(at('clean')).filter((name) => !name.startsWith('lab.'))).toEqual([])
      })
    },
  )
  it('tables that do not follow from the items', async () => {
    expect(await recomputes(at('items.zip'), await verifyArchive(at('items.zip')), about)).toBe(true)
    const other = await edited('items.zip', 'table.zip', none, (m) => void (m.tableHash = sha256('other')))
    expect(await recomputes(other, await verifyArchive(other), about)).toBe(false)
    const plain = await edited('plain.zip', 'table.zip', replaced('tables/results.json', '"value":0.9', '"value":0.8'))
    await inStore('clean', async (own) => {
      await expect(importBundle(own, plain, about)).rejects.toMatchObject({ code: 'bundle/content' })
    })
  })
  it('one of another lab: its records may hold more than is known here, and keep it; its tables alone are not taken', async () => {
    const grown = await edited('items.zip', 'grown.zip', replaced('cells.jsonl', /"tookMs":7/g, '"tookMs":7,"later":{"b":1,"a":[2]}'), (m) => void (m.lab = '9.0.0')) // prettier-ignore
    await inStore('grown', async (own) => {
      await importBundle(own, grown, about)
      const [cell] = own.cells.ofStudy(STUDY)
      expect(JSON.stringify((cell!.record as unknown as { later: Json }).later)).toBe('{"b":1,"a":[2]}')
      const lines = contentsOf(own, STUDY, about).cells.map((line) => `${JSON.stringify(line)}\n`)
      expect(lines.join('')).toBe((await read(grown)).get('cells.jsonl')!.toString())
    })
    const plain = await edited('plain.zip', 'grown-plain.zip', none, (m) => void (m.lab = '9.0.0'))
    await inStore('clean', async (own) => {
      await expect(importBundle(own, plain, about)).rejects.toMatchObject({ code: 'bundle/version' })
    })
  })
  it('a folder that a killed import left is cleared by the next one', async () => {
    await inStore('killed', async (other) => {
      mkdirSync(join(other.folder, '.import-left'))
      writeFileSync(join(other.folder, '.import-left', 'x'), 'x')
      await importBundle(other, at('plain.zip'), about)
      expect(readdirSync(other.folder).filter((name) => name.startsWith('.import'))).toEqual([])
    })
  })
})
