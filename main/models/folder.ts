import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import { sizeOf } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { TensorPlace } from '../onnx/graph.ts'
import { hashGraph } from '../onnx/write.ts'
import type { Architecture, Blueprint } from './architecture.ts'
import { RawConfig } from './config.ts'
import { architectures } from './index.ts'
import { describe } from './json-file.ts'
import type { LanguageModel } from './model.ts'
import { isPickle, openTensors, type FiledTensor } from './safetensors.ts'
import { openTokenizer } from './tokenizer.ts'
import { placedWeights } from './weights.ts'

/** What config.json and the headers of the weights say, before a tokenizer or a number is read. */
export interface ModelSurvey extends Blueprint {
  readonly folder: string
  readonly architecture: string
  readonly raw: RawConfig
  /** Where each weight lies, in the order of the forward pass. */
  readonly places: ReadonlyMap<string, TensorPlace>
  /** Absolute paths of the files whose bytes decide the weights. */
  readonly files: readonly string[]
}

/** Reads the headers of a Hugging Face model folder: config.json and safetensors. Quick, whatever its size. */
export function surveyModel(folder: string): ModelSurvey {
  const path = resolve(folder)
  const entries = listFolder(path)
  const raw = RawConfig.read(join(path, 'config.json'))
  const architecture = architectureOf(raw)
  const { files, tensors } = openTensors(path, entries)
  const blueprint = architecture.read(raw, new Set(tensors.keys()))
  const places = placesOf(blueprint, tensors, path)
  // the config decides which tensors are weights
  return { ...blueprint, folder: path, architecture: architecture.id, raw, places, files: [join(path, 'config.json'), ...files] }
}

/** Opens a Hugging Face model folder: config.json, tokenizer.json and safetensors. The numbers stay on disk until asked for. */
export function openModel(folder: string): LanguageModel {
  const { folder: path, architecture, raw, places, files, config, graphs, linears } = surveyModel(folder)
  const endIds = endIdsOf(path, raw, config.vocabulary)
  return {
    name: basename(path),
    folder: path,
    ...{ architecture, config },
    parameters: parametersOf(places),
    weights: placedWeights(places),
    ...{ linears, graphs },
    tokenizer: openTokenizer(path, config.vocabulary),
    endIds,
    graphHash: sha256(canonical({ config, endIds, score: hashGraph(graphs.score), decode: hashGraph(graphs.decode) })),
    files,
  }
}

/** Numbers in all weights. */
export function parametersOf(places: ReadonlyMap<string, TensorPlace>): number {
  return [...places.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0)
}

function listFolder(path: string): string[] {
  try {
    if (statSync(path).isDirectory()) return readdirSync(path)
  } catch (error) {
    throw fromErrno(error) ?? error
  }
  if (isPickle(path)) {
    throw new LabError('model/pickle', `Expected a model folder, got ${path}, which is a pickle and was not opened.`)
  }
  throw new LabError('model/missing-file', `Expected a model folder, got the file ${path}.`)
}

function architectureOf(raw: RawConfig): Architecture {
  const named = raw.get('architectures')
  const names = Array.isArray(named) ? named.filter((name) => typeof name === 'string') : []
  const found = architectures.find((architecture) => architecture.names.some((name) => names.includes(name)))
  if (found) return found
  const known = architectures.flatMap((architecture) => architecture.names)
  const meant = names[0] === undefined ? undefined : nearest(names[0], known)
  throw new LabError(
    'model/architecture',
    `Expected "architectures" to name one that can be read (${known.join(', ')}), got ${describe(named)}${meant ? `; did you mean "${meant}"?` : '.'}`,
  )
}

/** Where each weight of the blueprint lies. Throws where files and config disagree, in either direction. */
function placesOf(
  { weights, isIdle }: Blueprint,
  tensors: ReadonlyMap<string, FiledTensor>,
  folder: string,
): Map<string, TensorPlace> {
  const places = new Map<string, TensorPlace>()
  const used = new Set<string>()
  for (const [name, { dims, storedAs }] of weights) {
    const tensor = tensors.get(storedAs)
    const promised = `[${dims.join(', ')}] for "${storedAs}", as config.json says`
    if (!tensor) throw new LabError('model/shape', `Expected ${promised}; no file in ${folder} holds it.`)
    const { dtype, path, offset, bytes } = tensor
    if (tensor.dims.join() !== dims.join()) {
      throw new LabError('model/shape', `Expected ${promised}, got [${tensor.dims.join(', ')}] in ${path}.`)
    }
    if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
      throw new LabError('model/dtype', `Expected F32, F16 or BF16 for "${storedAs}" in ${path}, got ${dtype}.`)
    }
    places.set(name, { path, offset, bytes, dims, stored: dtype })
    used.add(storedAs)
  }
  const surplus = [...tensors.keys()].filter((name) => !used.has(name) && !isIdle(name))
  if (surplus.length > 0) {
    throw new LabError(
      'model/shape',
      `Expected only tensors that config.json has a place for in ${folder}, got ${surplus.length} more, such as "${surplus[0]}".`,
    )
  }
  return places
}

/** Ids that end a text: of generation_config.json, else of config.json. One id or a list. */
function endIdsOf(folder: string, raw: RawConfig, vocabulary: number): number[] {
  const path = join(folder, 'generation_config.json')
  const generation = existsSync(path) ? RawConfig.read(path) : undefined
  const source = generation?.has('eos_token_id') ? generation : raw
  const ids = [source.get('eos_token_id') ?? []].flat()
  for (const id of ids) {
    if (!Number.isInteger(id) || (id as number) < 0 || (id as number) >= vocabulary) {
      throw source.refuse('eos_token_id', `ids below the vocabulary of ${vocabulary}`)
    }
  }
  return ids as number[]
}
