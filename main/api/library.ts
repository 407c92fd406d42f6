import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Library, ModelRow, Settings } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { compareModels } from '../models/compare.ts'
import { surveyModel, type ModelSurvey } from '../models/folder.ts'
import { findPlace, keptMap, tensorFacts, tensorHeads, zeroRows } from '../models/inspect.ts'
import { browse, describeModel, holdsModel, pathFrom, readLibrary } from '../models/library.ts'
import { readSettings, settingsChange, writeSettings } from '../store/settings.ts'
import { RESOURCES } from '../study/places.ts'
import { catalogOf } from '../tasks/index.ts'
import { listPacks } from '../tasks/pack-list.ts'
import type { Calls } from './call.ts'

/** A path as a window gives it. */
export const path = z.string().min(1).max(4096)
const folder = z.strictObject({ folder: path })
const name = z.string().min(1).max(400)
const tiles = z.int().min(1).max(512)
const BUILT_IN = join(RESOURCES, 'demo', 'model')

/** Models and data by reference, and a look into them. */
export const library = {
  'settings.read': {
    argument: z.null(),
    run: ({ home }) => readSettings(home),
  },
  'settings.write': {
    argument: settingsChange,
    run: ({ home }, change) => writeSettings(home, change),
  },
  'models.list': {
    argument: z.null(),
    run: ({ home }) => libraryOf(readSettings(home)),
  },
  'models.add': {
    argument: folder,
    run({ home }, { folder }) {
      const path = pathFrom(folder)
      const kind = holdsModel(path) ? 'modelFolders' : 'libraryFolders'
      const before = readSettings(home)[kind]
      return libraryOf(before.includes(path) ? readSettings(home) : writeSettings(home, { [kind]: [...before, path] }))
    },
  },
  'models.remove': {
    argument: folder,
    run({ home }, { folder }) {
      const path = pathFrom(folder)
      const { modelFolders, libraryFolders } = readSettings(home)
      if (!modelFolders.includes(path) && !libraryFolders.includes(path)) throw notAdded(path)
      const without = (list: readonly string[]) => list.filter((other) => other !== path)
      return libraryOf(writeSettings(home, { modelFolders: without(modelFolders), libraryFolders: without(libraryFolders) }))
    },
  },
  'models.tensors': {
    argument: folder,
    run: (_, { folder }) => tensorHeads(survey(folder)),
  },
  'models.tensor': {
    argument: z.strictObject({ folder: path, name, bins: z.int().min(1).max(1000) }),
    run(_, { folder, name, bins }) {
      const model = survey(folder)
      const place = findPlace(model, name)
      return { ...tensorHeads(model).find((head) => head.name === name)!, ...tensorFacts(name, place, bins) }
    },
  },
  'models.map': {
    argument: z.strictObject({ folder: path, name, rows: tiles, columns: tiles }),
    run: (_, { folder, name, rows, columns }) => ({ name, ...keptMap(name, findPlace(survey(folder), name), { rows, columns }) }),
  },
  'models.zeros': {
    argument: folder,
    run: (_, { folder }) => zeroRows(survey(folder)),
  },
  'models.compare': {
    argument: z.strictObject({ a: path, b: path }),
    run(_, { a, b }) {
      const [first, second] = [survey(a), survey(b)]
      return { a: rowOf(first), b: rowOf(second), ...compareModels(first, second) }
    },
  },
  'folders.browse': {
    argument: z.strictObject({ folder: path.nullable() }),
    run: (_, { folder }) => browse(folder === null ? null : pathFrom(folder)),
  },
  'packs.list': {
    argument: z.null(),
    run: ({ home }) => listPacks(dataFoldersOf(readSettings(home)), catalogOf()),
  },
} satisfies Partial<Calls>

const survey = (folder: string): ModelSurvey => surveyModel(pathFrom(folder))

function libraryOf({ libraryFolders, modelFolders }: Settings): Library {
  return readLibrary({ builtIn: BUILT_IN, folders: libraryFolders, singles: modelFolders })
}

/** Folders of data packs: those of the settings, then the one of this process. */
export function dataFoldersOf({ dataFolders }: Settings): string[] {
  const ours = process.env.LAB_DATA
  return [...new Set([...dataFolders, ...(ours ? [resolve(ours)] : [])])]
}

function notAdded(path: string): LabError {
  return new LabError('library/unknown', `Expected a folder that was added to the library, got ${path}.`)
}

function rowOf({ folder }: ModelSurvey): ModelRow {
  return describeModel(folder, folder === resolve(BUILT_IN) ? 'built-in' : 'single')
}
