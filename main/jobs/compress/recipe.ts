import { dirname, resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { methods } from '../../compress/index.ts'
import type { Group, Pattern } from '../../compress/method.ts'
import type { Recipe } from '../../compress/recipe.ts'
import type { CompressionRecord } from '../../store/records.ts'
import { resolvePlace } from '../../study/places.ts'
import { levelsOf } from '../../study/plan.ts'
import { readStudy, type Study } from '../../study/spec.ts'
import { openRecipe } from '../recipe-file.ts'
import type { CalibrationWish } from '../study/samples.ts'
import { translate } from './foreign.ts'

/** One compression, as a recipe file and a command line say it together. */
export interface Wish {
  /** Without what its statistics come from. */
  readonly record: CompressionRecord
  readonly layers: NonNullable<Recipe['layers']>
  readonly calibration: CalibrationWish | undefined
  /** The same in the keys of a recipe file, with the calibration text by its absolute path. */
  readonly written: Readonly<Record<string, Json>>
  readonly notes: readonly string[]
}

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads what is asked for: the keys of a `compress` entry of a study with one level, `calibration` and `layers`. `given` wins over the
 * file; relative paths of the file start there. `contextLength` is what samples are long unless told otherwise, up to 2048.
 * LabError 'compress/recipe' and those of a study, with the place in the file where it is the file that is wrong.
 */
export function readWish(file: string | undefined, given: Raw, contextLength: number): Wish {
  const document = file === undefined ? undefined : openRecipe(file, 'compress/recipe')
  const filed = translate(document ? fileOf(document.content, file!) : {})
  const said = translate(given)
  const raw = merge(filed.raw, said.raw)
  const { layers = {}, calibration, seed, ...rest } = raw
  const seeded = seed === undefined ? {} : { seed }
  const filled = isObject(calibration) ? { length: Math.min(contextLength, 2048), ...seeded, ...calibration } : calibration
  const entry = { ...rest, ...(seed !== undefined && usesChance(rest.method) && { seeds: [seed] }) }
  const study = {
    ...{ name: 'recipe', models: [{ folder: 'model' }], tasks: ['task'], compress: [entry] },
    ...(filled !== undefined && { calibration: filled }),
  }
  const { study: read, problems } = readStudy(JSON.stringify(study), file ?? resolve('recipe.json'))
  if (!read) {
    const { code, message, path } = problems[0]!
    const place = path[0] === 'compress' ? path.slice(2) : path
    const where = document && !isIn(said.raw, place) ? ` at ${document.place(place)}` : ''
    const words = message.replaceAll('compress[0].', '').replace(/ in the study\b/, '').replace(/\.$/, '') // prettier-ignore
    throw new LabError(code === 'study/field' ? 'compress/recipe' : code, `${words}${where}.`)
  }
  const found = read.calibration && { ...read.calibration, text: placeOf(read.calibration.text, file, said.raw) }
  const { layers: _, ...written } = raw
  return {
    record: oneLevel(read.compress[0]!),
    layers: checkLayers(layers),
    calibration: found,
    written: { ...written, ...(found && { calibration: found }) } as Record<string, Json>,
    notes: [...filed.notes, ...said.notes],
  }
}

/** The recipe that a record stands for. */
export function recipeOf(record: CompressionRecord, layers: NonNullable<Recipe['layers']> = {}): Recipe {
  return { ...record, group: record.group as Group, pattern: patternOf(record), layers }
}

/** Whether a method draws numbers, so that a seed decides something. */
function usesChance(id: unknown): boolean {
  const method = methods.find((known) => known.id === id)
  return method?.id === 'random' || method?.kind === 'noise'
}

function patternOf({ pattern }: CompressionRecord): Pattern {
  if (pattern === 'free') return 'free'
  const [keep, of] = pattern.split(':').map(Number)
  return { keep: keep!, of: of! }
}

function oneLevel(entry: Study['compress'][number]): CompressionRecord {
  const levels = levelsOf(entry)
  const [level] = levels
  if (levels.length !== 1) {
    throw new LabError('compress/recipe', `Expected one level, not lists of them, got ${levels.length}; studies take lists.`)
  }
  if (level!.method === 'dense') {
    throw new LabError('compress/quota', 'Expected a sparsity above 0: at 0 nothing is removed and there is nothing to write.')
  }
  return level!
}

function checkLayers(raw: unknown): NonNullable<Recipe['layers']> {
  if (isObject(raw) && Object.values(raw).every(isObject)) return raw as NonNullable<Recipe['layers']>
  const came = `${JSON.stringify(raw)} (${Array.isArray(raw) ? 'list' : typeof raw})`
  throw new LabError('compress/recipe', `Expected parameters by the names of layers for layers, got ${came}.`)
}

/** A path given on the command line is absolute by now; one of the file starts there. */
function placeOf(text: string, file: string | undefined, said: Raw): string {
  const isSaid = isObject(said.calibration) && said.calibration.text !== undefined
  return resolvePlace(isSaid || file === undefined ? '.' : dirname(file), text)
}

function merge(file: Raw, given: Raw): Raw {
  const inside = (key: string) => {
    const [a, b] = [file[key], given[key]]
    return isObject(a) && isObject(b) ? { [key]: { ...a, ...b } } : {}
  }
  return { ...file, ...given, ...inside('params'), ...inside('calibration') }
}

function isIn(raw: Raw, path: readonly PropertyKey[]): boolean {
  const [first] = path
  return first === undefined ? Object.keys(raw).length > 0 : raw[String(first)] !== undefined
}

/** A compression.json is a recipe too: what it says of its own is left out. */
function fileOf(content: unknown, path: string): Raw {
  if (!isObject(content)) {
    throw new LabError('compress/recipe', `Expected a recipe in ${path}, got ${JSON.stringify(content)} (${typeof content}).`)
  }
  return isObject(content.recipe) && 'compression' in content ? content.recipe : content
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
