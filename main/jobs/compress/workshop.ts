import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { sha256, writeWhole } from '../../base/files.ts'
import { canonical, type Json } from '../../base/json.ts'
import { float32, type FloatTensor } from '../../base/tensor.ts'
import type { Done } from '../../compress/apply.ts'
import type { Codes } from '../../compress/method.ts'
import type { Recipe } from '../../compress/recipe.ts'
import type { EngineSettings } from '../../engine/session.ts'
import { openSafetensors, readStored, writeSafetensors, type BytesSource, type FiledTensor } from '../../models/safetensors.ts'
import type { MatrixShape, TensorPlace } from '../../onnx/graph.ts'

/** Parameters of single layers. */
export type Layers = NonNullable<Recipe['layers']>

/** A stage on disk. */
export interface KeptStage {
  /** Without weights and codes, which stay on disk. */
  readonly made: readonly Done[]
  /** Where the weights that changed lie, by name. */
  readonly places: ReadonlyMap<string, TensorPlace>
  /** The codes of a matrix; undefined where it has none. */
  codes(name: string): Codes | undefined
}

/** Where an unfinished compression keeps the layers that are done, each in a file under the hash of all that decides it. */
export interface Workshop {
  readonly folder: string
  /** A stage that was kept; undefined where it was not. */
  read(key: string, matrices: readonly MatrixShape[]): KeptStage | undefined
  /** Keeps a stage whole or not at all, and gives it as it lies there. */
  keep(key: string, matrices: readonly MatrixShape[], made: readonly Done[]): KeptStage
  /** Takes away what was needed for a folder that is finished; all of it, unless another folder is still being made from it. */
  leave(out: string): void
  /** Takes it away where nothing was kept. */
  tidy(): void
}

/** A workshop in the home; `base` is the hash of all that decides its layers. Made when the first thing is kept. */
export function openWorkshop(home: string, base: string): Workshop {
  const folder = join(home, 'compress', base)
  const pathOf = (key: string) => join(folder, `${key}.safetensors`)
  const holds = (isThis: (name: string) => boolean) => existsSync(folder) && readdirSync(folder).some(isThis)
  return {
    folder,
    read(key, matrices) {
      return existsSync(pathOf(key)) ? readStage(pathOf(key), matrices) : undefined
    },
    keep(key, matrices, made) {
      writeSafetensors(pathOf(key), sourcesOf(matrices, made))
      return readStage(pathOf(key), matrices)
    },
    leave(out) {
      rmSync(join(folder, jobName(out)), { force: true })
      if (!holds((name) => name.startsWith(JOB))) rmSync(folder, { recursive: true, force: true })
    },
    tidy() {
      const isKept = (name: string) => name.startsWith(JOB) || name.endsWith('.safetensors')
      if (!holds(isKept)) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a compression was asked for, kept beside its layers: enough to go on with it when only its folder is named. */
export interface Job {
  readonly out: string
  readonly model: string
  /** As `readWish` takes it. */
  readonly recipe: Readonly<Record<string, Json>>
  readonly layers: Layers
  readonly engine: EngineSettings & { readonly batchTokens: number }
}

const JOB = 'job-'
const jobName = (out: string) => `${JOB}${sha256(out).slice(0, 16)}.json`

export function saveJob(workshop: Workshop, job: Job): void {
  writeWhole(join(workshop.folder, jobName(job.out)), `${JSON.stringify(job, null, 2)}\n`)
}

/** What was asked for a folder in this workshop before; undefined where nothing was. */
export function readJob({ folder }: Workshop, out: string): Job | undefined {
  const path = join(folder, jobName(out))
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Job) : undefined
}

/** The unfinished compression into a folder, and the hash its workshop is named by. LabError('compress/redo') where there is none. */
export function findJob(home: string, out: string): { readonly base: string; readonly job: Job } {
  const parent = join(home, 'compress')
  const folders = existsSync(parent) ? readdirSync(parent) : []
  for (const folder of folders) {
    const path = join(parent, folder, jobName(out))
    if (existsSync(path)) return { base: folder, job: JSON.parse(readFileSync(path, 'utf8')) as Job }
  }
  throw new LabError('compress/redo', `Expected an unfinished compression into ${out}, found none in ${home}.`)
}

/** The hash of all that decides a stage. Where blocks hand on to the next, `before` is that of the one before it. */
export function stageKey(base: string, names: readonly string[], params: Json, before: string | null): string {
  return sha256(canonical({ base, names, params, before }))
}

const FACTS = 'facts'
const bytesOf = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
const bytes = (name: string, dtype: string, dims: readonly number[], data: ArrayBufferView): BytesSource => {
  return { name, dtype, dims, bytes: () => bytesOf(data) }
}

function sourcesOf(matrices: readonly MatrixShape[], made: readonly Done[]) {
  const facts = made.map(({ mask: _, w: __, codes: ___, ...rest }) => rest)
  const text = new TextEncoder().encode(JSON.stringify(facts))
  const weights = matrices.flatMap(({ name, out, in: width }, i) => {
    const { w } = made[i]!
    return w ? [{ name, dims: [out, width], stored: 'F32' as const, read: (): FloatTensor => float32([out, width], w) }] : []
  })
  const rest = matrices.flatMap(({ name, out, in: width }, i) => {
    const { mask, codes } = made[i]!
    const groups = codes ? codes.scale.length / out : 0
    return [
      ...(mask ? [bytes(`mask/${name}`, 'U8', [mask.bits.length], mask.bits)] : []),
      ...(codes
        ? [
            bytes(`codes/${name}`, 'U8', [out, width], codes.codes),
            bytes(`scale/${name}`, 'F32', [out, groups], codes.scale),
            bytes(`zero/${name}`, 'U8', [out, groups], codes.zero),
            bytes(`group/${name}`, 'I32', [width], codes.groupOf),
          ]
        : []),
    ]
  })
  // the numbers that an engine reads come first, so that they lie aligned
  return [...weights, ...rest, bytes(FACTS, 'U8', [text.length], text)]
}

function readStage(path: string, matrices: readonly MatrixShape[]): KeptStage {
  const tensors = openSafetensors(path)
  const find = (name: string): FiledTensor => {
    const tensor = tensors.get(name)
    if (!tensor) throw new LabError('model/header', `Expected "${name}" in ${path}, found none; remove that file.`)
    return tensor
  }
  const facts = JSON.parse(new TextDecoder().decode(readStored(find(FACTS)))) as readonly Done[]
  const made = matrices.map(({ name, out, in: width }, i) => {
    const stored = tensors.get(`mask/${name}`)
    return { ...facts[i]!, ...(stored && { mask: { bits: readStored(stored), length: out * width } }) }
  })
  const places = matrices.flatMap(({ name }) => {
    const tensor = tensors.get(name)
    return tensor ? [[name, { ...tensor, stored: 'F32' as const }] as const] : []
  })
  return {
    ...{ made, places: new Map(places) },
    codes(name) {
      if (!tensors.has(`codes/${name}`)) return undefined
      const at = (part: string) => readStored(find(`${part}/${name}`))
      return {
        codes: at('codes'),
        scale: new Float32Array(at('scale').buffer),
        zero: at('zero'),
        groupOf: new Int32Array(at('group').buffer),
      }
    },
  }
}
