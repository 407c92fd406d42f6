import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { float32 } from '../../main/base/tensor.ts'
import { openSafetensors, openTensors, writeSafetensors } from '../../main/models/safetensors.ts'
import { faultOf } from '../make/fault.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-safetensors-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0

/** A file of a header and so many bytes behind it. */
function file(header: unknown, data = 8): string {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const bytes = Buffer.alloc(8 + Buffer.byteLength(text) + data)
  bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
  bytes.write(text, 8)
  return raw(bytes)
}
function raw(bytes: Uint8Array | string): string {
  const path = join(folder, `${count++}.safetensors`)
  writeFileSync(path, bytes)
  return path
}
const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

describe('a safetensors file', () => {
  it('is opened by its header alone, with tensors in any order', () => {
    const path = file({ b: f32(4, 8), a: f32(0, 4, [1, 1]), none: f32(8, 8, [0, 3]), __metadata__: { format: 'pt' } })
    const tensors = openSafetensors(path)
    expect([...tensors.keys()]).toEqual(['b', 'a', 'none'])
    expect(tensors.get('a')).toEqual({ dtype: 'F32', dims: [1, 1], offset: tensors.get('b')!.offset - 4, bytes: 4, path })
  })

  it.each<[why: string, path: () => string, fault: RegExp]>([
    ['it is missing', () => join(folder, 'nothing.safetensors'), /^model\/missing-file: Expected the file .*nothing/],
    ['it is empty', () => raw(''), /^model\/truncated: .* got 0/],
    ['it ends inside the header length', () => raw('abc'), /^model\/truncated: .* got 3/],
    [
      'it ends inside the header',
      () => raw(Buffer.from([99, 0, 0, 0, 0, 0, 0, 0, 123])),
      /^model\/truncated: .*header of 99 bytes/,
    ],
    ['it ends inside the numbers', () => file({ a: f32(0, 12) }), /^model\/truncated: .* the file ends early/],
    ['the header is larger than allowed', () => raw(Buffer.from('ffffffff00000000', 'hex')), /^model\/header: .* 4294967295/],
    ['the header is no JSON', () => file('{"a":'), /^model\/header: Expected a header in JSON/],
    ['the header is no object', () => file('[]'), /^model\/header: .* begins with "\{"/],
    ['the header is no UTF-8', () => raw(Buffer.from('020000000000000 07bff'.replace(' ', ''), 'hex')), /^model\/header: .*JSON/],
    ['a name is there twice', () => file('{"a":{},"\\u0061":{}}'), /^model\/header: Expected each name once .* "a" twice/],
    ['a member is there twice', () => file('{"a":{"dtype":"F32","dtype":"F16"}}'), /^model\/header: .*"dtype" twice/],
    ['two tensors share bytes', () => file({ a: f32(0, 8), b: f32(4, 8) }), /^model\/overlap: Expected "b" .*"a" ends, at byte/],
    ['bytes belong to no tensor', () => file({ a: f32(0, 4), b: f32(8, 12) }, 12), /^model\/header: Expected "b" at byte/],
    ['bytes follow the last tensor', () => file({ a: f32(0, 8) }, 9), /^model\/header: .* 1 more bytes/],
    [
      'shape and bytes disagree',
      () => file({ a: f32(0, 8, [3]) }),
      /^model\/header: Expected 12 bytes for "a", F32 \[3\] .* got 8/,
    ],
    ['a dimension is negative', () => file({ a: f32(0, 8, [-2]) }), /^model\/header: .* shape of "a" .* got \[ -2 \]/],
    ['a dimension is no number', () => file({ a: f32(0, 8, ['2']) }), /^model\/header: .* shape of "a" .* got \[ '2' \]/],
    ['an offset is beyond 2^53', () => file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[1e300,1e300]}}'), /^model\/header/],
    ['a dtype is unknown', () => file({ a: { ...f32(0, 8), dtype: 'Q4' } }), /^model\/dtype: .* "a" .* got 'Q4'/],
    ['a dtype is a name of every object', () => file({ a: { ...f32(0, 8), dtype: 'constructor' } }), /^model\/dtype/],
    ['an entry has more to say', () => file({ a: { ...f32(0, 8), url: '' } }), /^model\/header: .* "url" too/],
    ['the metadata are no texts', () => file({ __metadata__: { a: 1 }, a: f32(0, 8) }), /^model\/header: .* __metadata__/],
    ['it is a Git LFS pointer', () => raw('version https://git-lfs.github.com/spec/v1\noid sha256:0'), /^model\/lfs-pointer/],
    ['it is a zip of pickles', () => raw('PK\x03\x04 and more'), /^model\/pickle/],
    ['it is a pickle', () => raw(Buffer.from('80027d7100580b0000', 'hex')), /^model\/pickle/],
  ])('is refused by name when %s', (_, path, expected) => {
    expect(faultOf(() => openSafetensors(path()))).toMatch(expected)
  })

  it('is refused when it holds more than 100,000 tensors, or nests ten thousand deep', () => {
    const many = Object.fromEntries(Array.from({ length: 100_001 }, (_, i) => [`t${i}`, f32(0, 0, [0])]))
    expect(faultOf(() => openSafetensors(file(many, 0)))).toMatch(/^model\/header: Expected at most 100000 tensors/)
    expect(faultOf(() => openSafetensors(file(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)))).toMatch(/^model\/header/)
  })

  it('is refused by name, never half read, whatever byte is changed', () => {
    const good = readFileSync(file({ a: f32(0, 8), b: f32(8, 16), __metadata__: { format: 'pt' } }, 16))
    const seen = new Set<string>()
    for (let at = 0; at < good.length - 16; at++) {
      for (const flip of [1, 8, 32, 255]) {
        const bytes = Buffer.from(good)
        bytes[at]! ^= flip
        seen.add(faultOf(() => openSafetensors(raw(bytes))).split(':')[0]!)
      }
    }
    expect([...seen].filter((code) => !code.startsWith('model/') && code !== 'no fault')).toEqual([])
    expect(seen.size).toBeGreaterThan(3)
  })

  it('may be far larger than memory: its numbers are not read', () => {
    const size = 20 * 2 ** 30
    const path = file({ a: f32(0, size, [size / 4]) }, 0)
    truncateSync(path, readFileSync(path).length + size)
    const before = process.memoryUsage().rss
    const start = performance.now()
    expect(openSafetensors(path).get('a')!.bytes).toBe(size)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20)
    rmSync(path)
  })
})

describe('a written safetensors file', () => {
  const tensor = float32([2, 2], Float32Array.of(1, -0.1, 65504, 2 ** -24))
  const source = (name: string, stored: 'F32' | 'F16' | 'BF16') => ({ name, dims: tensor.dims, stored, read: () => tensor })

  it('reads back, each tensor as what it was stored as', () => {
    const path = join(folder, 'written.safetensors')
    writeSafetensors(path, [source('a', 'F32'), source('b', 'F16'), source('c', 'BF16')])
    const read = [...openSafetensors(path)].map(([name, { dtype, dims, bytes, offset }]) => [
      name,
      dtype,
      dims,
      bytes,
      offset % 8,
    ])
    expect(read).toEqual([
      ['a', 'F32', [2, 2], 16, 0],
      ['b', 'F16', [2, 2], 8, 0],
      ['c', 'BF16', [2, 2], 8, 0],
    ])
  })

  it('never replaces one that is there, and leaves nothing behind when it fails', () => {
    const path = join(folder, 'twice.safetensors')
    writeSafetensors(path, [source('a', 'F32')])
    expect(faultOf(() => writeSafetensors(path, []))).toMatch(/is there already/)
    const broken = { ...source('a', 'F32'), read: () => { throw new Error('no numbers') } } // prettier-ignore
    expect(() => writeSafetensors(join(folder, 'broken.safetensors'), [broken])).toThrow('no numbers')
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([])
  })
})

describe('the tensors of a folder', () => {
  const makeFolder = (files: Record<string, string | Uint8Array>) => {
    const path = mkdtempSync(join(folder, 'model-'))
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
    return { path, open: () => openTensors(path, readdirSync(path)) }
  }
  const shard = (...names: string[]) => readFileSync(file(Object.fromEntries(names.map((n, i) => [n, f32(i * 4, i * 4 + 4)])), names.length * 4)) // prettier-ignore
  const index = (map: unknown) => JSON.stringify({ metadata: { total_size: 0 }, weight_map: map })

  it('are found in the shards that the index names', () => {
    const { path, open } = makeFolder({
      'model.safetensors.index.json': index({ a: '1.safetensors', b: '2.safetensors', c: '1.safetensors' }),
      '1.safetensors': shard('a', 'c'),
      '2.safetensors': shard('b'),
    })
    const { files, tensors } = open()
    expect(files).toEqual(['model.safetensors.index.json', '1.safetensors', '2.safetensors'].map((name) => join(path, name)))
    expect([...tensors].map(([name, tensor]) => [name, tensor.path.endsWith('1.safetensors')])).toEqual([
      ['a', true],
      ['c', true],
      ['b', false],
    ])
  })

  it.each<[why: string, files: Record<string, string | Uint8Array>, fault: RegExp]>([
    ['there are none', { 'config.json': '{}' }, /^model\/missing-file: Expected model\.safetensors or /],
    ['there are only pickles', { 'pytorch_model.bin': 'anything' }, /^model\/pickle: .* found pytorch_model\.bin, .* not opened/],
    [
      'a shard is missing',
      { 'model.safetensors.index.json': index({ a: '1.safetensors' }) },
      /^model\/missing-file: .*1\.safetensors/,
    ],
    ['the index leads out', { 'model.safetensors.index.json': index({ a: '../1.safetensors' }) }, /^model\/header: .*'\.\.\/1/],
    ['the index leads to a pickle', { 'model.safetensors.index.json': index({ a: 'x.bin' }) }, /^model\/pickle: .*'x\.bin'/],
    ['the index is no index', { 'model.safetensors.index.json': '{}' }, /^model\/header: Expected a weight_map/],
    ['the index is no JSON', { 'model.safetensors.index.json': '{' }, /^model\/header: Expected JSON/],
    [
      'a tensor is missing from its shard',
      { 'model.safetensors.index.json': index({ a: '1.safetensors', b: '1.safetensors' }), '1.safetensors': shard('a') },
      /^model\/header: Expected "b" in 1\.safetensors/,
    ],
    [
      'a shard holds what the index does not name',
      { 'model.safetensors.index.json': index({ a: '1.safetensors' }), '1.safetensors': shard('a', 'b') },
      /^model\/header: Expected "b" in no file/,
    ],
  ])('are refused by name when %s', (_, files, expected) => {
    expect(faultOf(makeFolder(files).open)).toMatch(expected)
  })

  it('leave a pickle unread', () => {
    const { path, open } = makeFolder({ 'model.safetensors': Buffer.concat([Buffer.from('80028a0a'.padEnd(64, '0'), 'hex')]) })
    const big = join(path, 'model.safetensors')
    truncateSync(big, 8 * 2 ** 30) // reading on would take seconds
    const start = performance.now()
    expect(faultOf(open)).toMatch(/^model\/pickle/)
    expect(performance.now() - start).toBeLessThan(500)
    rmSync(big)
  })
})
