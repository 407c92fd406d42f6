import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fromErrno, LabError } from '../../base/errors.ts'
import { float32, fromBfloat16, fromFloat16, toBfloat16, toFloat16, type FloatTensor } from '../../base/tensor.ts'
import type { LanguageModel } from '../../models/model.ts'
import { openTensors, readStored, writeSafetensorsInTurns, type FiledTensor } from '../../models/safetensors.ts'
import type { TensorPlace, Weights } from '../../onnx/graph.ts'

/** What belongs to a model beside its weights, and is the same after compression. */
const COMPANIONS = new Set([
  ...['config.json', 'generation_config.json', 'preprocessor_config.json'],
  ...['tokenizer.json', 'tokenizer_config.json', 'tokenizer.model', 'special_tokens_map.json', 'added_tokens.json'],
  ...['vocab.json', 'vocab.txt', 'merges.txt', 'chat_template.jinja', 'chat_template.json'],
])
const INDEX = 'model.safetensors.index.json'

/** Whether a file of a model folder is copied as it is: configuration, tokenizer, licence. */
function isCompanion(name: string): boolean {
  return COMPANIONS.has(name) || /^(LICENSE|LICENCE|NOTICE|USE_POLICY)(\.(md|txt))?$/i.test(name)
}

/** Copies what belongs to a model beside its weights into a folder; gives the names. */
export function copyCompanions(from: string, to: string): string[] {
  try {
    const names = readdirSync(from).filter((name) => isCompanion(name) && statSync(join(from, name)).isFile())
    for (const name of names) copyFileSync(join(from, name), join(to, name))
    return names.toSorted()
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

/**
 * Writes weights as the source of a model keeps its own: the same tensor names, in the same files and order, each of the same type; what
 * is no weight of the graphs is copied. An abort is heeded between two tensors.
 */
export async function writeWeights(model: LanguageModel, weights: Weights, folder: string, signal: AbortSignal): Promise<void> {
  const { files, tensors } = openTensors(model.folder, readdirSync(model.folder))
  const names = namesByPlace(model.weights)
  const perFile = Map.groupBy(tensors, ([, { path }]) => path)
  for (const path of files) {
    if (basename(path) === INDEX) {
      copyFileSync(path, join(folder, INDEX))
      continue
    }
    const sorted = (perFile.get(path) ?? []).toSorted(([, a], [, b]) => a.offset - b.offset)
    const sources = sorted.map(([storedAs, tensor]) => sourceOf(storedAs, tensor, names, weights))
    await writeSafetensorsInTurns(join(folder, basename(path)), sources, async () => {
      await setImmediate()
      if (signal.aborted) throw new LabError('engine/stopped', 'Stopped while the folder was being written, as asked.')
    })
  }
}

/** Numbers as they come back from a file of this type, rounded to the nearest, ties to even. */
export function rounded(tensor: FloatTensor, stored: TensorPlace['stored']): FloatTensor {
  if (stored === 'F32') return tensor
  const { dims, data } = tensor
  return float32(dims, stored === 'F16' ? fromFloat16(toFloat16(data)) : fromBfloat16(toBfloat16(data)))
}

const keyOf = ({ path, offset }: { readonly path: string; readonly offset: number }) => `${path}:${offset}`

/** Weights by where they lie: files may know them by another name. */
function namesByPlace(weights: Weights): ReadonlyMap<string, string> {
  const entries = weights.names().map((name) => {
    const place = weights.place(name)
    if (!place) throw new LabError('app/unexpected', `Expected "${name}" to lie in a file of its model, got none.`)
    return [keyOf(place), name] as const
  })
  return new Map(entries)
}

function sourceOf(storedAs: string, tensor: FiledTensor, names: ReadonlyMap<string, string>, weights: Weights) {
  const name = names.get(keyOf(tensor))
  const { dims, dtype } = tensor
  if (name === undefined) return { name: storedAs, dims, dtype, bytes: () => readStored(tensor) }
  return { name: storedAs, dims, stored: dtype as TensorPlace['stored'], read: () => weights.get(name) }
}

/** Bytes of the files in a folder, by name. */
export function sizesOf(folder: string): Record<string, number> {
  if (!existsSync(folder)) return {}
  const names = readdirSync(folder).toSorted()
  return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]))
}
