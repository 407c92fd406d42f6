import type { StatName } from '../../compress/method.ts'
import type { StatsSource } from '../../compress/recipe.ts'
import type { LanguageModel } from '../../models/model.ts'
import { sizeOf } from '../../base/tensor.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import { WEIGHTS_AT_ONCE } from '../study/output-error.ts'

/** What a compression is about, as far as memory goes. */
export interface MemoryTask {
  readonly model: Pick<LanguageModel, 'weights' | 'linears' | 'parameters'>
  readonly needs: readonly StatName[]
  /** Matrices that are worked on together, of what is left. */
  readonly stages: readonly (readonly MatrixShape[])[]
  /** In which order the text goes through the model, its tokens in all and at once; undefined without calibration. */
  readonly text: { readonly order: StatsSource['order']; readonly tokens: number; readonly atOnce: number } | undefined
}

/** What was seen of the processes in a rehearsal, in bytes. */
export interface MemorySeen {
  /** The lab now. */
  readonly lab: number
  /** Most that the engine held on the text's way to the first layers, and at all; null where the system does not tell. */
  readonly onTheWay: number | null
  readonly engine: number | null
  /** Weights of the largest graph on that way, and of the one to the last layer, if each stage began at the ids. */
  readonly weights: number
  readonly weightsToLast: number
}

/** What the engine's process holds before it is given anything. */
const ENGINE_BYTES = 80 << 20

/** What the collector has not taken away yet, at most: numbers that were read and are done with. */
const LEFT_LYING = 128 << 20

/** Most memory of the lab and of its engine, each at its worst moment. */
export function peakBytesOf(task: MemoryTask, seen: MemorySeen): number {
  return labBytes(task, seen) + engineBytes(task, seen)
}

/**
 * The lab: a stage with its statistics, or the changes whose errors are measured, or what was written beside what is read back. What types of
 * 16 bits rounded is held until it has been compared.
 */
function labBytes({ model, needs, stages, text }: MemoryTask, { lab }: MemorySeen): number {
  const stage = Math.max(0, ...stages.map((matrices) => stageBytes(needs, matrices)))
  // hidden states of the whole text before a block, and those after it while they are made
  const states = text?.order === 'blocks' && needs.length > 0 ? 2 * 4 * text.tokens * model.linears[0]!.in : 0
  const errors = text ? 4 * changesAtOnce(model) + 8 * largest(model.linears.map(weightsOf)) : 0
  const compared = model.linears.filter(({ name }) => model.weights.place(name)?.stored !== 'F32')
  const tensors = model.weights.names().map((name) => sizeOf(model.weights.dims(name)))
  const checks = 4 * total(compared.map(weightsOf)) + 8 * largest(tensors)
  return lab + Math.max(stage + states, errors, checks) + Math.min(LEFT_LYING, 4 * model.parameters)
}

/** Statistics as they come and as sums; one matrix as it was, its scores or columns; masks and new weights of all. */
function stageBytes(needs: readonly StatName[], stage: readonly MatrixShape[]): number {
  const widths = [...new Set(stage.map((matrix) => matrix.in))]
  const sums = needs.includes('hessian') ? total(widths.map((n) => 12 * n * n)) : 0
  return sums + 12 * largest(stage.map(weightsOf)) + 4.2 * total(stage.map(weightsOf))
}

/**
 * The engine: weights and what lies between them on the text's way, once more with the changes whose errors are measured; one matrix that
 * is solved; all weights when what was written is asked.
 */
function engineBytes(
  { model, needs, stages, text }: MemoryTask,
  { onTheWay, engine, weights, weightsToLast }: MemorySeen,
): number {
  const between = Math.max(0, (onTheWay ?? 0) - ENGINE_BYTES - weights)
  const way = text?.order === 'one-pass' && needs.length > 0 ? ENGINE_BYTES + between + weightsToLast : 0
  const outputs = text ? 12 * text.atOnce * largest(model.linears.map(({ out }) => out)) : 0
  const errors = text ? ENGINE_BYTES + between + weightsToLast + 4 * changesAtOnce(model) + outputs : 0
  // its Hessian with a quarter of it, its columns, their errors, what it was and what it becomes
  const solved = needs.includes('hessian') ? largest(stages.flat().map(({ out, in: n }) => 10 * n * n + 17 * out * n)) : 0
  return Math.max(engine ?? ENGINE_BYTES + 4 * model.parameters, onTheWay ?? 0, way, errors, ENGINE_BYTES + solved)
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const largest = (values: readonly number[]): number => Math.max(0, ...values)
const weightsOf = ({ out, in: width }: MatrixShape): number => out * width
const changesAtOnce = ({ linears }: MemoryTask['model']): number => Math.min(total(linears.map(weightsOf)), WEIGHTS_AT_ONCE)
