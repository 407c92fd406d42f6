import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LabError } from '../../../main/base/errors.ts'
import { sha256 } from '../../../main/base/files.ts'
import { LIMITS, openArchive } from '../../../main/bundle/archive/unzip.ts'
import { writeZip, zipOf } from '../../../main/bundle/archive/zip.ts'
import { rawZip, zeros, type RawEnd, type RawEntry } from '../../make/zip.ts'
import { makeFolder } from '../../make/store.ts'

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())
let made = 0

/** Opens a zip made of these bytes, inflates all of it into an empty folder, and says what came of that. */
async function outcome(bytes: Buffer): Promise<{ code: string; ms: number; written: number; message: string }> {
  const home = join(folder.path, `case-${made++}`)
  const inside = join(home, 'deep', 'inside')
  mkdirSync(inside, { recursive: true })
  writeFileSync(join(home, 'hostile.zip'), bytes)
  writeFileSync(join(home, 'canary'), 'alive')
  const began = performance.now()
  let [code, message] = ['none', '']
  try {
    const archive = await openArchive(join(home, 'hostile.zip'))
    try {
      let i = 0
      for (const name of archive.sizes.keys()) await archive.hash(name, join(inside, String(i++)))
    } finally {
      archive.close()
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    ;({ code, message } = error)
  }
  expect(readFileSync(join(home, 'canary'), 'utf8')).toBe('alive')
  expect(readdirSync(home).sort()).toEqual(['canary', 'deep', 'hostile.zip'])
  const written = readdirSync(inside).reduce((sum, name) => sum + readFileSync(join(inside, name)).length, 0)
  return { code, message, written, ms: performance.now() - began }
}

const text = (name: string | Buffer, data = 'x'): RawEntry => ({ name, data: Buffer.from(data) })
const refused = async (entries: readonly RawEntry[], end?: RawEnd) => (await outcome(rawZip(entries, end))).code

describe('a zip of ours', () => {
  it('gives back what went in, and is the same bytes for the same entries wherever the clock stands', async () => {
    const entries = [
      { name: 'a.txt', data: 'words' },
      { name: 'deep/er/b.bin', data: Uint8Array.from({ length: 70_000 }, (_, i) => i % 251) },
    ]
    const zone = process.env.TZ
    const bytes: string[] = []
    for (const place of ['UTC', 'Pacific/Auckland']) {
      process.env.TZ = place
      bytes.push(sha256(await zipOf(entries)))
    }
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
    expect(bytes[0]).toBe(bytes[1])
    const path = join(folder.path, 'ours.zip')
    await writeZip(path, entries)
    expect(sha256(readFileSync(path))).toBe(bytes[0])
    const archive = await openArchive(path)
    expect([...archive.sizes]).toEqual([['a.txt', 5], ['deep/er/b.bin', 70_000]]) // prettier-ignore
    expect((await archive.read('a.txt', 5)).toString()).toBe('words')
    expect(await archive.hash('deep/er/b.bin')).toBe(sha256(entries[1]!.data))
    archive.close()
    await expect(writeZip(path, entries)).rejects.toMatchObject({ code: 'file/exists' })
    expect(sha256(readFileSync(path))).toBe(bytes[0])
  })
  it('made by hand by the same rules is read as well', async () => {
    expect(await outcome(rawZip([text('a'), text('b/c.txt', 'words')]))).toMatchObject({ code: 'none', written: 6 })
  })
  it('is whole or not there', async () => {
    const path = join(folder.path, 'half.zip')
    await expect(writeZip(path, [{ name: 'a', path: join(folder.path, 'nowhere') }])).rejects.toMatchObject({ code: 'file/missing' }) // prettier-ignore
    expect(readdirSync(folder.path).filter((name) => name.startsWith('half'))).toEqual([])
  })
})

/** Names that would leave the folder, or mean another file than they say, on one system or another. */
const TRAVERSAL = [
  ...['../a', '../../a', 'a/../b', 'a/../../b', './a', 'a/./b', '..', '.', '...', 'a/..', 'a/.', '/a', '//a', '/etc/passwd'],
  ...['a//b', 'a/', '/', '', ' ', 'a b', ' a', 'a ', '..\\a', '..\\..\\a', 'a\\b', '\\a', '\\\\server\\share\\a', 'C:a'],
  ...['C:\\a', 'c:/a', 'C:/Windows/a', '\\\\?\\C:\\a', '\\\\.\\pipe\\a', 'a:b', 'a::$DATA', '..%2fa', '%2e%2e/a', '..%5ca'],
  ...['..%252fa', '....//a', '..;/a', 'a\0b', 'a\0/../b', '\0', 'a\nb', 'a\r', 'a\tb', '~/a', '~root/a', '$HOME/a', '`id`'],
  ...['a|b', 'a;b', 'a&b', 'a>b', 'a*', 'a?', '"a"', "'a'", '\u202e.txt', 'a\u0301', '\uff0e\uff0e/a', '\u2025/a', 'a\u2215b'],
  ...['A', 'a/B', 'CON', 'LPT1.txt', 'İ', 'ß', 'é', '—', '日本', '\ud83d\ude00', 'a'.repeat(201), `${'a/'.repeat(120)}b`],
]

describe('names', () => {
  it(`that leave the folder or could: each of ${TRAVERSAL.length} is refused, and nothing is written`, async () => {
    expect(new Set(TRAVERSAL).size).toBeGreaterThanOrEqual(60)
    for (const name of TRAVERSAL) {
      expect([name, await outcome(rawZip([text(name)]))]).toMatchObject([name, { code: 'bundle/name', written: 0 }])
    }
  })
  it('that are not UTF-8, overlong dots among them', async () => {
    for (const bytes of [
      [0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x61],
      [0xff, 0xfe],
      [0x61, 0x80],
    ]) {
      expect(await refused([text(Buffer.from(bytes))])).toBe('bundle/name')
    }
  })
  it('that another name folds into: twice the same, by case, by composition', async () => {
    expect(await refused([text('a'), text('a')])).toBe('bundle/name')
    expect(await refused([text('a'), text('A')])).toBe('bundle/name')
    expect(await refused([text('\u00e9'), text('e\u0301')])).toBe('bundle/name')
  })
})

describe('kinds', () => {
  it.each([
    ['a symbolic link', { mode: 0o120777 }],
    ['a folder', { mode: 0o040755 }],
    ['a device', { mode: 0o060644 }],
    ['a pipe', { mode: 0o010644 }],
    ['a socket', { mode: 0o140644 }],
    ['an encrypted entry', { flags: 0x801 }],
    ['a packing that is not deflate', { method: 14 }],
  ])('%s is refused', async (_, change) => expect(await refused([{ ...text('a'), ...change }])).toBe('bundle/kind'))
  it('an entry with strong encryption is refused', async () => {
    expect(await refused([{ ...text('a'), flags: 0x840 }])).toBe('bundle/file')
  })
})

describe('bombs are refused within a second, before anything is inflated', () => {
  const bomb = async (bytes: Buffer) => {
    const { ms, ...rest } = await outcome(bytes)
    expect(ms).toBeLessThan(1000)
    return rest
  }
  const mib = 2 ** 20
  it('one that says how large it becomes', async () => {
    const packed = zeros(4 * mib)
    expect(await bomb(rawZip([{ name: 'a', packed, told: { bytes: 4 * mib } }]))).toMatchObject({
      code: 'bundle/size',
      written: 0,
    })
  })
  it('one that says it is small: what comes out is counted', async () => {
    const { code, written } = await bomb(rawZip([{ name: 'a', packed: zeros(64 * mib), told: { bytes: mib } }]))
    expect(code).toBe('bundle/lies')
    expect(written).toBeLessThanOrEqual(mib)
  })
  it('one that says it is nothing', async () => {
    expect(await bomb(rawZip([{ name: 'a', packed: zeros(mib), told: { bytes: 0 } }]))).toMatchObject({
      code: 'bundle/lies',
      written: 0,
    })
  })
  it('one entry above, and many that are below the limit together', async () => {
    const packed = Buffer.alloc(2 * mib)
    const told = { bytes: LIMITS.entry + 1 }
    expect(await bomb(rawZip([{ name: 'a', packed, told }]))).toMatchObject({ code: 'bundle/size', written: 0 })
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `a${i}`, packed, told: { bytes: LIMITS.entry } }))
    expect(await bomb(rawZip(many))).toMatchObject({ code: 'bundle/size', written: 0 })
  })
  it('entries that share bytes: the same kernel listed a thousand times (Fifield 2019)', async () => {
    const kernel = { name: 'a0', packed: zeros(mib), told: { bytes: mib } }
    const listed = Array.from({ length: 999 }, (_, i) => ({
      ...kernel,
      name: `a${i + 1}`,
      isListedOnly: true,
      told: { bytes: mib, offset: 0 },
    }))
    expect(await bomb(rawZip([kernel, ...listed]))).toMatchObject({ code: 'bundle/lies', written: 0 })
  })
  it('entries that quote one another: each one’s bytes begin with the header of the next', async () => {
    const inner = rawZip([text('b', 'inner')])
    const header = inner.subarray(0, inner.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')))
    const quoting: RawEntry = { name: 'a', data: header, packed: header, method: 0 }
    const quoted: RawEntry = { ...text('b', 'inner'), isListedOnly: true, told: { offset: 30 + 1 } }
    expect(await bomb(rawZip([quoting, quoted]))).toMatchObject({ code: 'bundle/overlap', written: 0 })
  })
  it('a million entries, and one more than there may be', async () => {
    const million = rawZip([text('a')], { zip64: true })
    million.writeUInt32LE(1_000_000, million.length - 22 - 20 - 56 + 32)
    expect(await bomb(million)).toMatchObject({ code: 'bundle/size', written: 0 })
    const many = Array.from({ length: LIMITS.entries + 1 }, (_, i) => text(`a${i}`, ''))
    expect(await bomb(rawZip(many))).toMatchObject({ code: 'bundle/size', written: 0 })
  })
})

describe('headers that lie', () => {
  it('about a name: another one before the bytes than in the directory', async () => {
    expect(await refused([{ ...text('a'), localName: 'b' }])).toBe('bundle/lies')
    expect(await refused([{ ...text('a'), localName: '../a' }])).toBe('bundle/lies')
  })
  it('about sizes, checksum and packing', async () => {
    expect(await refused([{ ...text('a', 'words'), told: { crc: 1 } }])).toBe('bundle/lies')
    expect(await refused([{ ...text('a', 'words'), told: { packedBytes: 3 } }])).toBe('bundle/lies')
    expect(await refused([{ ...text('a', 'words'), told: { method: 0 }, method: 8 }])).toMatch(/^bundle\/(file|lies)$/)
    expect(await refused([{ ...text('a', 'words'), told: { bytes: 50 } }])).toBe('bundle/lies')
  })
  it('about how many there are: one hidden behind the count', async () => {
    expect(await refused([text('a'), text('b')], { entries: 1 })).toBe('bundle/lies')
    expect(await refused([text('a')], { entries: 2 })).toBe('bundle/file')
  })
  it('with zip64, which no bundle needs', async () => {
    const sizes = Buffer.concat([
      Buffer.from([1, 0, 16, 0]),
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]),
    ])
    const told = { bytes: 0xffffffff, packedBytes: 0xffffffff }
    expect(await refused([{ ...text('a'), extra: sizes, told }])).toBe('bundle/zip64')
    expect(await refused([text('a')], { zip64: true })).toBe('bundle/lies')
    expect(await refused([{ ...text('a'), told: { bytes: 0xffffffff } }])).toBe('bundle/size')
  })
  it('about where it ends', async () => {
    expect(await refused([text('a')], { tail: Buffer.from('more') })).toBe('bundle/file')
    expect(await refused([{ ...text('a'), told: { offset: 1e6 } }])).toBe('bundle/file')
  })
})

describe('damaged files', () => {
  it('each cut and each changed byte reads as it was, or is named', async () => {
    const whole = await zipOf([{ name: 'a.txt', data: 'some words' }, { name: 'b.txt', data: 'others' }]) // prettier-ignore
    const codes = new Set<string>()
    for (let at = 0; at < whole.length; at += 3) {
      codes.add((await outcome(whole.subarray(0, at))).code)
      const changed = Buffer.from(whole)
      changed[at]! ^= 0x55
      codes.add((await outcome(changed)).code)
    }
    expect([...codes].every((code) => code === 'none' || code.startsWith('bundle/'))).toBe(true)
    expect(codes.size).toBeGreaterThan(4)
  })
  it('a folder and a missing file are named', async () => {
    await expect(openArchive(folder.path)).rejects.toMatchObject({ code: 'bundle/file' })
    await expect(openArchive(join(folder.path, 'nowhere.zip'))).rejects.toMatchObject({ code: 'file/missing' })
    expect(existsSync(join(folder.path, 'nowhere.zip'))).toBe(false)
  })
})
