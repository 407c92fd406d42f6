import { sizeOf } from '../base/tensor.ts'
import type { TensorPlace } from '../onnx/graph.ts'
import { readPlace } from '../onnx/places.ts'
import type { ModelSurvey } from './folder.ts'
import { countZeros } from './inspect.ts'

/** One weight in two models; null where one of them does not have it in this shape. */
export interface ComparedWeight {
  readonly name: string
  readonly state: 'same' | 'changed' | 'shape' | 'only-a' | 'only-b'
  /** In a, where a has it. */
  readonly dims: readonly number[]
  readonly sparsityA: number | null
  readonly sparsityB: number | null
  readonly distance: number | null
  readonly relative: number | null
  readonly cosine: number | null
  readonly overlap: number | null
}

type Places = Pick<ModelSurvey, 'places'>

/** Every weight of two models, those of a in the order of its forward pass, then what b alone has. */
export function compareModels({ places: a }: Places, { places: b }: Places) {
  const tensors = [
    ...[...a].map(([name, place]) => compareWeight(name, place, b.get(name))),
    ...[...b].flatMap(([name, place]) => (a.has(name) ? [] : [compareWeight(name, undefined, place)])),
  ]
  const count = (...states: readonly string[]) => tensors.filter(({ state }) => states.includes(state)).length
  return { tensors, counts: { same: count('same'), changed: count('changed'), missing: count('only-a', 'only-b', 'shape') } }
}

function compareWeight(name: string, a: TensorPlace | undefined, b: TensorPlace | undefined): ComparedWeight {
  if (a && b && a.dims.join() === b.dims.join()) {
    const { isSame, ...found } = comparePair(name, a, b)
    return { name, state: isSame ? 'same' : 'changed', dims: a.dims, ...found }
  }
  const sparsityOf = (place: TensorPlace | undefined) => place && countZeros(name, place).zeros / sizeOf(place.dims)
  const state = a && b ? 'shape' : a ? 'only-a' : 'only-b'
  const none = { distance: null, relative: null, cosine: null, overlap: null }
  return { name, state, dims: (a ?? b)!.dims, sparsityA: sparsityOf(a) ?? null, sparsityB: sparsityOf(b) ?? null, ...none }
}

/** One weight of two models. */
export interface ComparedPair {
  readonly isSame: boolean
  readonly sparsityA: number
  readonly sparsityB: number
  readonly distance: number
  /** Null where a is all zeros. */
  readonly relative: number | null
  /** Null where one is all zeros. */
  readonly cosine: number | null
  /** Null where neither has zeros. */
  readonly overlap: number | null
}

/** Numbers compared at a time. */
const PIECE = 1 << 20

/** Two weights of one shape, piece by piece: ‖a − b‖, a·b/‖a‖‖b‖, and |zeros of both| / |zeros of either|. */
export function comparePair(name: string, a: TensorPlace, b: TensorPlace): ComparedPair {
  const count = sizeOf(a.dims)
  let [squares, dot, aa, bb, zerosA, zerosB, both] = [0, 0, 0, 0, 0, 0, 0]
  for (let from = 0; from < count; from += PIECE) {
    const length = Math.min(PIECE, count - from)
    const [{ data: x }, { data: y }] = [readPlace(name, partOf(a, from, length)), readPlace(name, partOf(b, from, length))]
    for (let i = 0; i < length; i++) {
      const [p, q] = [x[i]!, y[i]!]
      squares += (p - q) * (p - q)
      dot += p * q
      aa += p * p
      bb += q * q
      if (p === 0) zerosA++
      if (q === 0) zerosB++
      if (p === 0 && q === 0) both++
    }
  }
  const either = zerosA + zerosB - both
  return {
    ...{ isSame: squares === 0, sparsityA: zerosA / count, sparsityB: zerosB / count, distance: Math.sqrt(squares) },
    relative: aa === 0 ? null : Math.sqrt(squares / aa),
    cosine: aa === 0 || bb === 0 ? null : dot / Math.sqrt(aa * bb),
    overlap: either === 0 ? null : both / either,
  }
}

function partOf(place: TensorPlace, from: number, length: number): TensorPlace {
  const bytes = place.stored === 'F32' ? 4 : 2
  return { ...place, offset: place.offset + from * bytes, bytes: length * bytes, dims: [length] }
}
