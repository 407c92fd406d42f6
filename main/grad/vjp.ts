import { LabError } from '../base/errors.ts'
import type { Tensor } from '../base/tensor.ts'
import { int, listOf, numberOf, text } from '../onnx/attributes.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Value } from '../onnx/build.ts'
import type { Attribute, Graph, OpNode } from '../onnx/graph.ts'
import { productOf } from './dims.ts'
import type { Dim } from './dims.ts'
import { inferInto, shapeOfTensor, shapesOf } from './shapes.ts'
import type { Shape } from './shapes.ts'

export type { Value } from '../onnx/build.ts'

/**
 * The gradient of one operator: one value per input, in order; null where none flows. `dy` belongs to the first output (zeros where only
 * others have one), `others` to the further ones. A result may be larger than its input by broadcast, or smaller by axes of size 1:
 * backward.ts makes it fit.
 */
export type Vjp = (g: Tape, n: OpNode, dy: Value, ...others: readonly (Value | null)[]) => readonly (Value | null)[]
export type Rules = Readonly<Record<string, Vjp>>

/** Says out loud that nothing flows: the output is whole numbers, or flat wherever it is not broken. */
export const stop: Vjp = (_, n) => n.inputs.map(() => null)

/** A builder that goes on from a graph and knows the shape of each value, and so can write what comes next in its shortest form. */
export class Tape extends GraphBuilder {
  readonly #shapes: Map<Value, Shape>
  readonly #makers = new Map<Value, OpNode>()
  readonly #sizes = new Map<Value, Value>()
  readonly #scalars = new Map<Value, number>()
  /** Indices that never name one place twice. */
  readonly distinct: ReadonlySet<Value>

  constructor(graph: Graph, distinct: readonly Value[] = []) {
    super(`${graph.name} with gradients`, graph)
    this.distinct = new Set(distinct)
    this.#shapes = shapesOf(graph)
    for (const [name, { data }] of graph.constants) if (data.length === 1) this.#scalars.set(name, Number(data[0]))
    for (const node of graph.nodes) for (const output of node.outputs) this.#makers.set(output, node)
  }

  override constant(tensor: Tensor): Value {
    const value = super.constant(tensor)
    this.#shapes.set(value, shapeOfTensor(tensor))
    if (tensor.data.length === 1) this.#scalars.set(value, Number(tensor.data[0]))
    return value
  }
  override ops(op: string, given: readonly Value[], attributes: Readonly<Record<string, Attribute>>, count: number): Value[] {
    const inputs = ELEMENTWISE.has(op) ? this.#unstretched(given) : given
    const outputs = super.ops(op, inputs, attributes, count)
    const node: OpNode = { op, name: outputs[0]!, inputs, outputs, attributes }
    for (const output of outputs) this.#makers.set(output, node)
    inferInto(this.#shapes, node)
    return outputs
  }

  /** Type and dimensions. Throws LabError('grad/shape') where they cannot be told without running the graph. */
  shapeOf(x: Value): Shape {
    const shape = this.#shapes.get(x)
    if (shape) return shape
    const maker = this.#makers.get(x)
    throw new LabError(
      'grad/shape',
      `Expected to know the shape of "${x}", an output of ${maker?.op ?? 'nothing'} "${maker?.name ?? ''}".`,
    )
  }
  dims(x: Value): readonly Dim[] {
    return this.shapeOf(x).dims
  }
  /** The number that a constant scalar is; undefined for all else. */
  known(x: Value): number | undefined {
    return this.#scalars.get(x)
  }

  /** Dimensions of x as an int64 list: a constant where all are known. */
  sizes(x: Value): Value {
    const known = this.#sizes.get(x)
    if (known) return known
    const numbers = this.#shapes.get(x)?.dims.filter((dim) => typeof dim === 'number')
    const sizes = numbers && numbers.length === this.dims(x).length ? this.list(numbers) : this.shape(x)
    this.#sizes.set(x, sizes)
    return sizes
  }
  /** How many elements the axes of x span, as int64 [1]; 1 for no axes. */
  span(x: Value, axes: readonly number[]): Value {
    const product = productOf(axes.map((axis) => this.dims(x)[axis]!))
    if (typeof product === 'number') return this.list([product])
    const sizes = this.gather(this.sizes(x), this.list(axes))
    return axes.length === 1 ? sizes : this.op('ReduceProd', [sizes], { keepdims: int(1) })
  }
  /** The same as a float32 scalar. */
  count(x: Value, axes: readonly number[]): Value {
    const product = productOf(axes.map((axis) => this.dims(x)[axis]!))
    return typeof product === 'number' ? this.number(product) : this.squeeze(this.cast(this.span(x, axes), 'float32'), [0])
  }
  /** Zeros of a shape given as an int64 list. Not ConstantOfShape, for which WebGPU has no kernel. */
  zeros(sizes: Value): Value {
    return this.expand(this.number(0), sizes)
  }
  /** data with updates added at the indices along one axis; equal indices add up. */
  scatterAdd(data: Value, indices: Value, updates: Value, axis: number): Value {
    return this.op('ScatterElements', [data, indices, updates], { axis: int(axis), reduction: text('add') })
  }
  /** x · k; of a stretched value before it is stretched. */
  scale(x: Value, k: number): Value {
    const maker = this.#makers.get(x)
    if (maker?.op === 'Expand') return this.expand(this.scale(maker.inputs[0]!, k), maker.inputs[1]!)
    return k === 1 ? x : this.mul(x, this.number(k))
  }
  /** Where a condition holds, 1, else 0. */
  indicator(condition: Value): Value {
    return this.cast(condition, 'float32')
  }
  /** x as a matrix: all axes but the last in one. */
  rows(x: Value): Value {
    const last = this.dims(x).at(-1)
    if (this.dims(x).length === 2) return x
    return this.reshape(x, typeof last === 'number' ? [-1, last] : this.concat([this.list([-1]), this.shape(x, -1)], 0))
  }
  /** The last two axes swapped. */
  turned(x: Value): Value {
    const axes = [...this.dims(x).keys()]
    return this.permuted(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
  }
  /** Axes in another order, by the shortest way: a permutation undone is no work, and (aᵀb)ᵀ = bᵀa spares the matrix its second pass. */
  permuted(x: Value, perm: readonly number[]): Value {
    const maker = this.#makers.get(x)
    const before = maker?.op === 'Transpose' && listOf(maker, 'perm')
    if (before && perm.every((axis, i) => before[axis] === i)) return maker.inputs[0]!
    if (maker?.op === 'Gemm' && isProductOfColumns(maker) && perm.length === 2 && perm[0] === 1) {
      return this.gemm(maker.inputs[1]!, maker.inputs[0]!, { transA: true })
    }
    return this.transpose(x, perm)
  }

  /** A gradient made to fit what it belongs to: summed over the axes that x was stretched along, stretched over those summed away. */
  fitted(dx: Value, x: Value): Value {
    const own = this.dims(x)
    const lead = this.dims(dx).length - own.length
    const pairs = own.map((size, axis) => [size, this.dims(dx)[axis + lead]!] as const)
    if (pairs.some(([mine, given]) => mine !== given && mine !== 1 && given !== 1)) return this.#fittedAtRun(dx, x)
    let fit = lead > 0 ? this.reduceSum(dx, [...Array(lead).keys()], false) : dx
    const long = pairs.flatMap(([mine, given], axis) => (mine === 1 && given !== 1 ? [axis] : []))
    if (long.length > 0) fit = this.reduceSum(fit, long)
    return pairs.some(([mine, given]) => mine !== 1 && given === 1) ? this.expand(fit, this.sizes(x)) : fit
  }
  /** As fitted, for an x that was stretched along axes which only a run can tell. */
  #fittedAtRun(dx: Value, x: Value): Value {
    const lead = this.dims(dx).length - this.dims(x).length
    const own = lead > 0 ? this.concat([this.list(Array(lead).fill(1)), this.sizes(x)], 0) : this.sizes(x)
    const axes = this.squeeze(this.op('NonZero', [this.op('Not', [this.equal(own, this.sizes(dx))])]), [0])
    return this.reshape(this.op('ReduceSum', [dx, axes], { keepdims: int(1), noop_with_empty_axes: int(1) }), this.sizes(x))
  }

  /** Two inputs as they come, but for a stretched one whose neighbour has the full size anyway: the stretching is left to the operator. */
  #unstretched(inputs: readonly Value[]): readonly Value[] {
    const [a, b] = inputs.map((x) => this.#shapes.get(x)?.dims.join())
    if (a === undefined || a !== b) return inputs
    const at = inputs.findIndex((x) => this.#makers.get(x)?.op === 'Expand')
    return at < 0 ? inputs : inputs.with(at, this.#makers.get(inputs[at]!)!.inputs[0]!)
  }
}

const ELEMENTWISE = new Set(['Add', 'Sub', 'Mul', 'Div'])

/** Whether a Gemm is aᵀb and no more. */
function isProductOfColumns(gemm: OpNode): boolean {
  return numberOf(gemm, 'transA', 0) === 1 && !numberOf(gemm, 'transB', 0) && numberOf(gemm, 'alpha', 1) === 1 && !gemm.inputs[2]
}
