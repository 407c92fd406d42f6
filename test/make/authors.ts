import { readFileSync } from 'node:fs'
import { openSafetensors, type FiledTensor } from '../../main/models/safetensors.ts'
import type { Linear, Stats } from '../../main/compress/method.ts'
import { shared } from './shared.ts'

/** One case of the authors' own code run on a small layer (see `about` in the file). */
export interface AuthorsCase {
  readonly name: string
  readonly layer: string
  readonly method: string
  readonly settings: {
    readonly sparsity: number
    readonly zeroed_per_group: number | null
    readonly group: number | null
    readonly blocksize: number
    readonly percdamp: number
    readonly bits: number
    readonly symmetric: boolean
    readonly groupsize: number
    readonly actorder: boolean
    readonly static_groups: boolean
    readonly mse: boolean
  }
  readonly stability: Readonly<Record<string, { readonly different_decisions: number }>>
}

/** The cases of one method. */
export function authorsCases(method: string): AuthorsCase[] {
  const { cases } = JSON.parse(readFileSync(shared('fixtures/authors_reference.json'), 'utf8')) as { cases: AuthorsCase[] }
  return cases.filter((one) => one.method === method)
}

const tensors = () => openSafetensors(shared('fixtures/authors_reference.safetensors'))
const bytesOf = ({ path, offset, bytes }: FiledTensor) => Uint8Array.from(readFileSync(path).subarray(offset, offset + bytes))

/** Numbers of a float32 tensor of that file. */
export const authorsFloats = (name: string) => new Float32Array(bytesOf(tensors().get(name)!).buffer)
/** Numbers of a uint8 tensor of that file. */
export const authorsBytes = (name: string) => bytesOf(tensors().get(name)!)

/** A layer of that file, with statistics of its stored inputs taken in float64. */
export function authorsLayer(layer: string): { readonly linear: Linear; readonly stats: Stats } {
  const [out, width] = tensors().get(`${layer}/W`)!.dims as [number, number]
  const x = authorsFloats(`${layer}/X`)
  const sequences = tensors().get(`${layer}/X`)!.dims[0]!
  return {
    linear: { name: layer, out, in: width, w: authorsFloats(`${layer}/W`) },
    stats: statsOf(x, width, sequences),
  }
}

/** Statistics of inputs [tokens, in] that come from so many sequences. */
export function statsOf(x: ArrayLike<number>, width: number, sequences: number): Stats {
  const hessian = new Float64Array(width * width)
  for (let t = 0; t < x.length; t += width) {
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) hessian[i * width + j]! += (2 / sequences) * x[t + i]! * x[t + j]!
  }
  const inputNorm = Float32Array.from({ length: width }, (_, j) => Math.sqrt((hessian[j * width + j]! * sequences) / 2))
  return { hessian, inputNorm }
}
