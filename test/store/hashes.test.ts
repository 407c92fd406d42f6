import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../main/store/open.ts'
import { makeFolder } from '../make/store.ts'

it('reads weights once while the files stay as they are, and again after one byte changed, even with the old date and size', () => {
  using folder = makeFolder()
  const file = join(folder.path, 'model.safetensors')
  writeFileSync(file, 'weights')
  const store = openStore(join(folder.path, 'store'), { nowMs: () => statSync(file).ctimeMs + 60_000 })
  let reads = 0
  const hash = () => store.hashes.of([file], () => `hash ${++reads}`)
  expect([hash(), hash()]).toEqual(['hash 1', 'hash 1'])
  const { atime, mtime } = statSync(file)
  writeFileSync(file, 'Weights')
  utimesSync(file, atime, mtime)
  expect([hash(), hash()]).toEqual(['hash 2', 'hash 2'])
  store.close()
})

it('does not trust a file that changed just now: a second change could bear the same time', () => {
  using folder = makeFolder()
  const file = join(folder.path, 'model.safetensors')
  writeFileSync(file, 'weights')
  const store = openStore(join(folder.path, 'store'), { nowMs: () => statSync(file).ctimeMs + 1000 })
  let reads = 0
  const hash = () => store.hashes.of([file], () => `hash ${++reads}`)
  expect([hash(), hash()]).toEqual(['hash 1', 'hash 2'])
  store.close()
})
