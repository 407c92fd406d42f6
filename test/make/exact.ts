import type { ElementType, Tensor } from '../../main/base/tensor.ts'
import { sizeOf } from '../../main/base/tensor.ts'
import type { Rng } from '../../main/base/rng.ts'
import { createRuntime } from '../../main/engine/ort.ts'
import { exact } from '../../main/engine/reference.ts'
import type { Exact } from '../../main/engine/reference.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { writeGraph } from '../../main/onnx/write.ts'

/** Numbers from −2 to 2 that are the same in float32 and float64. */
export function drawFloats(rng: Rng, dims: readonly number[], low = -2, high = 2): Exact {
  return exact(
    'float32',
    dims,
    Float64Array.from({ length: sizeOf(dims) }, () => Math.fround(low + (high - low) * rng.float())),
  )
}

/** Whole numbers from `low` to before `high`. */
export function drawInts(rng: Rng, type: ElementType, dims: readonly number[], low: number, high: number): Exact {
  return exact(
    type,
    dims,
    Float64Array.from({ length: sizeOf(dims) }, () => low + rng.int(high - low)),
  )
}

/** As the runtime wants it. */
export function narrow({ type, dims, data }: Exact): Tensor {
  switch (type) {
    case 'float32':
      return { type, dims, data: Float32Array.from(data) }
    case 'float64':
      return { type, dims, data: Float64Array.from(data) }
    case 'int32':
      return { type, dims, data: Int32Array.from(data) }
    case 'int64':
      return { type, dims, data: BigInt64Array.from(data, BigInt) }
    case 'bool':
    case 'uint8':
      return { type, dims, data: Uint8Array.from(data) }
  }
}

/** A graph run once by ONNX Runtime on the CPU, weights fed like inputs. */
export async function runOnce(
  graph: Graph,
  feeds: Readonly<Record<string, Exact>>,
  want: readonly string[],
): Promise<Record<string, Tensor>> {
  const runtime = await createRuntime({ provider: 'cpu', threads: 1 })
  const loaded = await runtime.load(graph.name, writeGraph(graph), {})
  try {
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, narrow(x)]))
    return (await loaded.run(tensors, new Map(), want)).outputs
  } finally {
    await loaded.close()
  }
}

/**
 * The largest difference of two lists of numbers, relative to the number itself, or to a hundredth of the largest where it is smaller
 * than that: next to large ones, a number near zero has no digits of its own.
 */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const floor = Math.max(largest / 100, 1e-12)
  return Array.from(expected).reduce((worst, x, i) => {
    const error = Math.abs(found[i]! - x) / Math.max(Math.abs(x), floor)
    return Number.isNaN(error) ? Infinity : Math.max(worst, error)
  }, 0)
}
