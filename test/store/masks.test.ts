import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import { openMasks } from '../../main/store/masks.ts'
import { makeFolder } from '../make/store.ts'

let home: ReturnType<typeof makeFolder>
beforeEach(() => void (home = makeFolder()))
afterEach(() => home[Symbol.dispose]())

const mask = { out: 2, in: 5, bits: Uint8Array.of(0b10110011, 0b01000000) }

describe('masks', () => {
  it('are files under the hash of their bits, with their sizes before them', () => {
    const masks = openMasks(home.path)
    const hash = masks.save(mask)
    expect(hash).toBe(sha256(mask.bits))
    expect([...readFileSync(join(masks.folder, `${hash}.mask`))]).toEqual([
      ...Buffer.from('LABMASK1'),
      ...[2, 0, 0, 0, 5, 0, 0, 0],
      ...mask.bits,
    ])
    expect(masks.read(hash)).toEqual(mask)
    expect(masks.list()).toEqual([{ hash, out: 2, in: 5, bytes: 18 }])
  })
  it('are kept once', () => {
    const masks = openMasks(home.path)
    expect(masks.save(mask)).toBe(masks.save({ ...mask, out: 5, in: 2 }))
    expect(readdirSync(masks.folder)).toHaveLength(1)
    expect(masks.read(sha256(mask.bits))).toEqual(mask)
  })
  it('that are not there are told apart from those that are damaged', () => {
    const masks = openMasks(home.path)
    expect([masks.read('0'.repeat(64)), masks.list()]).toEqual([undefined, []])
    const hash = masks.save(mask)
    const path = join(masks.folder, `${hash}.mask`)
    const whole = readFileSync(path)
    for (const damage of [
      (bytes: Buffer) => (bytes[17]! ^= 0b10000000),
      (bytes: Buffer) => (bytes[0] = 0),
      (bytes: Buffer) => (bytes[8] = 9),
    ]) {
      const bytes = Buffer.from(whole)
      damage(bytes)
      writeFileSync(path, bytes)
      expect(() => masks.read(hash)).toThrow(expect.objectContaining({ code: 'store/mask' }) as Error)
    }
    writeFileSync(path, whole.subarray(0, 9))
    expect(() => masks.list()).toThrow(expect.objectContaining({ code: 'store/mask' }) as Error)
  })
})
