import { float32, sizeOf } from '../base/tensor.ts'
import type { GraphBuilder, Value } from '../onnx/build.ts'
import { numberOf, type RawConfig } from './config.ts'

/** Angle per position of each pair of a head, in radians; length head size / 2. */
export type RotaryFrequencies = Float64Array

/** Rotary frequencies as config.json gives them: rope_theta and rope_scaling, or rope_parameters (transformers 5). */
export function readRope(raw: RawConfig, headSize: number): { readonly theta: number; readonly frequencies: RotaryFrequencies } {
  const scaling = raw.part('rope_parameters') ?? raw.part('rope_scaling')
  const theta = numberOf(scaling?.has('rope_theta') ? scaling : raw, 'rope_theta', { above: 0, fallback: 10000 })
  const plain = Float64Array.from({ length: headSize / 2 }, (_, i) => theta ** ((-2 * i) / headSize))
  if (!scaling) return { theta, frequencies: plain }
  const partial = numberOf(scaling, 'partial_rotary_factor', { above: 0, fallback: 1 })
  if (partial !== 1) throw scaling.refuse('partial_rotary_factor', 'the whole head to be rotated (1)')
  const kind = scaling.get('rope_type') ?? scaling.get('type') ?? 'default'
  switch (kind) {
    case 'default':
      return { theta, frequencies: plain }
    case 'linear': {
      const factor = numberOf(scaling, 'factor', { above: 0 })
      return { theta, frequencies: plain.map((frequency) => frequency / factor) }
    }
    case 'llama3':
      return { theta, frequencies: plain.map(slowDown(scaling)) }
    default:
      throw scaling.refuse(scaling.has('rope_type') ? 'rope_type' : 'type', '"default", "linear" or "llama3"')
  }
}

/** Llama 3.1: long waves are slowed down by `factor`, short ones stay, those between change smoothly (transformers, modeling_rope_utils.py). */
function slowDown(scaling: RawConfig): (frequency: number) => number {
  const factor = numberOf(scaling, 'factor', { above: 0 })
  const low = numberOf(scaling, 'low_freq_factor', { above: 0 })
  const high = numberOf(scaling, 'high_freq_factor', { above: low })
  const length = numberOf(scaling, 'original_max_position_embeddings', { above: 0 })
  return (frequency) => {
    const waves = (length * frequency) / (2 * Math.PI)
    const share = Math.min(1, Math.max(0, (waves - low) / (high - low)))
    return (1 - share) * (frequency / factor) + share * frequency
  }
}

/** Rows of the finer of two tables: position = coarse · FINE + fine. */
const FINE = 256

/** Cosines and signed sines of positions, [positions, head size] each, as `rotate` wants them. */
export interface Rotary {
  readonly cos: Value
  readonly sin: Value
}

/**
 * Rotary tables of some positions: `rows` takes them from the tables of all, [positions, head size / 2], and gives as many dimensions as
 * `axis` says, the last of them. The angle of a position is the sum of a coarse and a fine
 * one, so that a long context needs no long table in the file; the runtime works the products out once, when it loads the graph.
 */
export function rotaryTables(
  g: GraphBuilder,
  frequencies: RotaryFrequencies,
  contextLength: number,
  rows: (all: Value) => Value,
  axis: number,
): Rotary {
  const half = frequencies.length
  const coarse = Math.ceil(contextLength / FINE)
  const table = (f: (angle: number) => number, step: number, dims: readonly number[]) => {
    const angle = (i: number) => Math.floor(i / half) * step * frequencies[i % half]!
    return g.constant(
      float32(
        dims,
        Float32Array.from({ length: sizeOf(dims) }, (_, i) => f(angle(i))),
      ),
    )
  }
  const far = [coarse, 1, half]
  const near = [1, FINE, half]
  const [cosFar, sinFar] = [table(Math.cos, FINE, far), table(Math.sin, FINE, far)]
  const [cosNear, sinNear] = [table(Math.cos, 1, near), table(Math.sin, 1, near)]
  const chosen = (all: Value) => rows(g.reshape(all, [coarse * FINE, half]))
  // cos(a + b) and sin(a + b)
  const cos = chosen(g.sub(g.mul(cosFar, cosNear), g.mul(sinFar, sinNear)))
  const sin = chosen(g.add(g.mul(sinFar, cosNear), g.mul(cosFar, sinNear)))
  return { cos: g.concat([cos, cos], axis), sin: g.concat([g.neg(sin), sin], axis) }
}

/** Turns pairs (i, i + half) of each head of x, [batch, heads, positions, head size], by the angles of their positions. */
export function rotate(g: GraphBuilder, x: Value, { cos, sin }: Rotary): Value {
  const [left, right] = g.split(x, 3, 2) as [Value, Value]
  return g.add(g.mul(x, cos), g.mul(g.concat([right, left], 3), sin))
}

/** Tables that turn and scale at once. */
export function scaled(g: GraphBuilder, { cos, sin }: Rotary, factor: number): Rotary {
  return { cos: g.mul(cos, g.number(factor)), sin: g.mul(sin, g.number(factor)) }
}
