import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../main/models/folder.ts'
import { browse, describeModel, findModels, holdsModel, pathFrom, readLibrary } from '../../main/models/library.ts'
import { makeModelFolder } from '../make/model.ts'
import { makeFolder } from '../make/store.ts'

describe('a library', () => {
  const folder = makeFolder()
  const built = makeModelFolder()
  const at = (...parts: readonly string[]) => join(folder.path, ...parts)
  const hub = at('models--org--small', 'snapshots', 'abc')
  beforeAll(() => {
    for (const place of [at('b', 'tiny'), at('a-model'), hub]) cpSync(built.path, place, { recursive: true })
    mkdirSync(at('.hidden'), { recursive: true })
    cpSync(built.path, at('.hidden', 'model'), { recursive: true })
    mkdirSync(at('pickled'))
    writeFileSync(at('pickled', 'config.json'), '{"architectures":["LlamaForCausalLM"]}')
    writeFileSync(at('pickled', 'pytorch_model.bin'), 'PK')
    mkdirSync(at('no-model'))
    writeFileSync(at('no-model', 'config.json'), '{}')
    symlinkSync(folder.path, at('circle'))
  })
  afterAll(() => {
    folder[Symbol.dispose]()
    built[Symbol.dispose]()
  })

  it('holds every model once, the built-in one first, the others by name', () => {
    const { folders, models } = readLibrary({ builtIn: built.path, folders: [folder.path], singles: [at('b', 'tiny')] })
    expect(models.map(({ name, from }) => `${name} ${from}`)).toEqual([
      'world built-in',
      'a-model library',
      'org/small library',
      'pickled library',
      'tiny single',
    ])
    expect(folders).toEqual([{ folder: folder.path, isMissing: false, models: 4 }])
  })
  it('says of a model what opening it says, without opening it', () => {
    const model = openModel(built.path)
    const compressible = model.linears.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0)
    expect(describeModel(at('b', 'tiny'), 'single')).toMatchObject({
      ...{ name: 'tiny', architecture: model.architecture, parameters: model.parameters, compressible, dtype: 'F32' },
      ...{ bytes: 4 * model.parameters, context: model.config.contextLength, isMissing: false, fault: null },
    })
  })
  it('names what is wrong with a model, and one that is not there any more', () => {
    expect(describeModel(at('pickled'), 'library')).toMatchObject({ parameters: null, fault: { code: 'model/pickle' } })
    expect(describeModel(at('gone'), 'single')).toMatchObject({ isMissing: true, parameters: null, fault: null })
    expect(readLibrary({ builtIn: built.path, folders: [at('gone')], singles: [] }).folders[0]).toMatchObject({
      isMissing: true,
      models: 0,
    })
  })
  it('looks into no hidden folder, follows no link and ends where a model begins', () => {
    expect(findModels(folder.path)).toEqual([at('a-model'), at('b', 'tiny'), hub, at('pickled')])
    expect(findModels(at('b', 'tiny'))).toEqual([at('b', 'tiny')])
    expect(findModels(at('nowhere'))).toEqual([])
    expect([holdsModel(at('a-model')), holdsModel(at('no-model'))]).toEqual([true, false])
  })
  it('shows what lies in a folder, for picking one', () => {
    const view = browse(folder.path)
    expect(view.entries.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      ...['a-model model', 'b folder', 'circle folder', 'models--org--small folder', 'no-model folder', 'pickled model'],
    ])
    expect(view).toMatchObject({ folder: folder.path, parent: join(folder.path, '..'), isModel: false, more: 0 })
    expect(browse('/')).toMatchObject({ parent: null })
    expect(browse(null).places.map(({ folder: place }) => place)).toContain(browse(null).folder)
    expect(() => browse(at('nowhere'))).toThrow(expect.objectContaining({ code: 'file/missing' }))
    expect(() => browse(at('no-model', 'config.json'))).toThrow(expect.objectContaining({ code: 'file/missing' }))
  })
  it('takes no path that is none', () => {
    expect(() => pathFrom('a\0b')).toThrow(expect.objectContaining({ code: 'file/missing' }))
  })
  it('is read from headers: a file of weights whose numbers are gone still describes itself', () => {
    const place = at('b', 'tiny')
    rmSync(join(place, 'tokenizer.json'))
    expect(describeModel(place, 'single').fault).toBeNull()
  })
})
