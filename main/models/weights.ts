import { createHash } from 'node:crypto'
import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { FloatTensor } from '../base/tensor.ts'
import type { TensorPlace, Weights } from '../onnx/graph.ts'
import { checkFinite, readPieces, readPlace } from '../onnx/places.ts'

/** Weights that lie in files, under the names and in the order given. Nothing is read before it is asked for. */
export function placedWeights(places: ReadonlyMap<string, TensorPlace>): Weights {
  return new WeightSet(new Map([...places].map(([name, place]) => [name, placed(name, place)])))
}

/** Weights that live in memory. */
export function heldWeights(tensors: ReadonlyMap<string, FloatTensor>): Weights {
  return new WeightSet(new Map([...tensors].map(([name, tensor]) => [name, held(name, tensor)])))
}

/** The weights of several sets as one; where two have a name in common, those of the later one. */
export function joinedWeights(...sets: readonly Weights[]): Weights {
  const sources = sets.flatMap((set) => set.names().map((name) => [name, of(set, name)] as const))
  return new WeightSet(new Map(sources))
}

/** One weight, wherever it is. */
interface Source {
  readonly dims: readonly number[]
  readonly place: TensorPlace | undefined
  get(): FloatTensor
  hash(): string
}

function placed(name: string, place: TensorPlace): Source {
  return {
    dims: place.dims,
    place,
    get: () => readPlace(name, place),
    hash: once(() => hashNumbers(place.dims, (take) => readPieces(name, place, take))),
  }
}

function held(name: string, tensor: FloatTensor): Source {
  const { dims, data } = tensor
  checkFinite(name, data)
  return { dims, place: undefined, get: () => tensor, hash: once(() => hashNumbers(dims, (take) => take(data))) }
}

function of(set: Weights, name: string): Source {
  return { dims: set.dims(name), place: set.place(name), get: () => set.get(name), hash: () => set.tensorHash(name) }
}

class WeightSet implements Weights {
  readonly #sources: ReadonlyMap<string, Source>
  constructor(sources: ReadonlyMap<string, Source>) {
    this.#sources = sources
  }
  names(): readonly string[] {
    return [...this.#sources.keys()]
  }
  dims(name: string): readonly number[] {
    return this.#find(name).dims
  }
  get(name: string): FloatTensor {
    return this.#find(name).get()
  }
  place(name: string): TensorPlace | undefined {
    return this.#find(name).place
  }
  with(changes: ReadonlyMap<string, FloatTensor>): Weights {
    const sources = new Map(this.#sources)
    for (const [name, tensor] of changes) {
      const { dims } = this.#find(name)
      if (dims.join() !== tensor.dims.join()) {
        throw new LabError('model/shape', `Expected [${dims.join(', ')}] for "${name}", got [${tensor.dims.join(', ')}].`)
      }
      sources.set(name, held(name, tensor))
    }
    return new WeightSet(sources)
  }
  tensorHash(name: string): string {
    return this.#find(name).hash()
  }
  hash(): string {
    // by name, so that the order in a file does not count
    const lines = [...this.#sources].map(([name, source]) => `${JSON.stringify(name)} ${source.hash()}`)
    return sha256(lines.sort().join('\n'))
  }
  #find(name: string): Source {
    const source = this.#sources.get(name)
    if (!source) throw new RangeError(`Expected one of ${this.#sources.size} weights, got "${name}".`)
    return source
  }
}

/** SHA-256 of shape and float32 bytes: equal for equal numbers, for widening what is stored shorter is exact. */
function hashNumbers(dims: readonly number[], visit: (take: (piece: Float32Array) => void) => void): string {
  const hash = createHash('sha256').update(`float32 [${dims.join(', ')}]\n`)
  visit((piece) => hash.update(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)))
  return hash.digest('hex')
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
