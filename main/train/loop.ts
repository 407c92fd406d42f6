import { LabError } from '../base/errors.ts'
import type { FloatTensor, Tensor } from '../base/tensor.ts'
import type { Engine, Feeds } from '../engine/session.ts'
import { LOSS } from '../grad/loss.ts'
import { heldWeights } from '../models/weights.ts'
import { readCheckpoint, saveCheckpoint, type Checkpoint, type CheckpointPlace, type LossRow } from './checkpoint.ts'
import { findStrays, STRAYS, type Learner } from './learner.ts'
import type { Lessons } from './lessons.ts'
import { checkMemory } from './memory.ts'
import { carryOf, NORM, updateFeeds, type AdamW } from './optimiser.ts'
import { rateAt, type Schedule } from './schedule.ts'

export interface LoopSettings {
  readonly adam: AdamW
  readonly schedule: Schedule
  /** Asks the validation batches every so many steps and after the last one. */
  readonly validate?: {
    readonly every: number
    /** Stops when so many validations in a row were no better than the best one, whose weights are then the result. */
    readonly patience?: number
  }
  readonly checkpoint?: CheckpointPlace
  /** Memory to stay within; what this machine has free where left out. Of a device with memory of its own only this says how much. */
  readonly memoryBytes?: number
}

export interface TrainProgress {
  readonly step: number
  readonly steps: number
  readonly loss: number
  readonly learningRate: number
  readonly tokensPerSecond: number
  readonly etaMs: number
}

export interface Watch {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TrainProgress) => void
  readonly nowMs: () => number
}

export interface Trained {
  /** What was learned, by name. */
  readonly tensors: ReadonlyMap<string, FloatTensor>
  readonly rows: readonly LossRow[]
  /** The step that the result is of; before the last one where it stopped early. */
  readonly step: number
  /** Time of the steps made now, and how much of it the runtime was at work. */
  readonly spent: { readonly wallMs: number; readonly insideMs: number }
}

/** Steps under way at once: the runtime never waits for the next batch. */
const DEPTH = 3

/**
 * Trains, or goes on from a checkpoint of the same recipe: on a CPU to the same bits, wherever it was interrupted. Throws LabError
 * 'train/not-finite' with the last good checkpoint kept, 'train/held' where a held position moved, 'train/memory' before the start,
 * 'train/checkpoint' for a checkpoint of another recipe, 'engine/stopped' within a second of an abort.
 */
export async function train(
  engine: Engine,
  learner: Learner,
  lessons: Lessons,
  settings: LoopSettings,
  watch: Watch,
): Promise<Trained> {
  const { checkpoint, memoryBytes } = settings
  const saved = checkpoint && readCheckpoint(checkpoint)
  if (settings.validate && lessons.validation.length === 0) {
    throw new LabError('train/items', 'Expected batches to validate with, as the training asks for, got none.')
  }
  const isHere = engine.device.provider === 'cpu'
  if (isHere || memoryBytes !== undefined) checkMemory(learner.graph, lessons, memoryBytes)
  const start = new Map([...learner.start].map(([name, tensor]) => [name, saved?.tensors.get(name) ?? tensor]))
  const session = await engine.open(learner.graph, heldWeights(start), carryOf(learner.graph))
  const chain = session.chain()
  try {
    const loop = new Loop(engine, learner, lessons, settings, watch, (feeds, want) => chain.run(feeds, want, watch.signal))
    return await loop.run(saved ?? { step: 0, tensors: start, rows: [], best: undefined })
  } finally {
    chain.end()
    await session.close()
  }
}

interface Flight {
  readonly step: number
  readonly tokens: number
  readonly told: readonly Promise<Record<string, Tensor>>[]
}
type Run = (feeds: Feeds, want: readonly string[]) => Promise<Record<string, Tensor>>
type Best = NonNullable<Checkpoint['best']>

class Loop {
  readonly #engine: Engine
  readonly #learner: Learner
  readonly #lessons: Lessons
  readonly #settings: LoopSettings
  readonly #watch: Watch
  readonly #run: Run
  readonly #carry: readonly (readonly [output: string, name: string])[]
  readonly #flights: Flight[] = []
  readonly #rows: LossRow[] = []
  #state: ReadonlyMap<string, FloatTensor> = new Map()
  #best: (Best & { readonly tensors: ReadonlyMap<string, FloatTensor> }) | undefined
  #saved = 0
  #first = 0
  #began = 0
  #last = 0
  #tokens = 0

  constructor(engine: Engine, learner: Learner, lessons: Lessons, settings: LoopSettings, watch: Watch, run: Run) {
    this.#engine = engine
    this.#learner = learner
    this.#lessons = lessons
    this.#settings = settings
    this.#watch = watch
    this.#run = run
    this.#carry = Object.entries(carryOf(learner.graph))
  }

  async run(from: Checkpoint): Promise<Trained> {
    this.#restore(from)
    const { steps } = this.#settings.schedule
    const inside = this.#engine.meter().insideMs
    let step = from.step
    let isEnough = this.#isEnough(step)
    while (step < steps && !isEnough) {
      step++
      const isStation = this.#isStation(step)
      this.#begin(step, isStation)
      if (!isStation && this.#flights.length < DEPTH) continue
      await this.#settle()
      if (!isStation) continue
      while (this.#flights.length > 0) await this.#settle()
      await this.#halt(step)
      isEnough = this.#isEnough(step)
    }
    const spent = { wallMs: this.#watch.nowMs() - this.#began, insideMs: this.#engine.meter().insideMs - inside }
    const best = this.#settings.validate?.patience === undefined ? undefined : this.#best
    return { tensors: best?.tensors ?? this.#learned(), rows: this.#rows, step: best?.step ?? step, spent }
  }

  #restore({ step, tensors, rows, best }: Checkpoint): void {
    this.#rows.push(...rows)
    this.#state = tensors
    const bestTensors = () => new Map(this.#learner.names.map((name) => [name, tensors.get(`best/${name}`)!]))
    this.#best = best && { ...best, tensors: bestTensors() }
    this.#saved = step
    this.#first = step
    this.#began = this.#last = this.#watch.nowMs()
  }

  /** Whether all numbers come out of the engine after this step: to be validated, kept or handed back. */
  #isStation(step: number): boolean {
    const { checkpoint, schedule } = this.#settings
    return step === schedule.steps || this.#isDue(step) || (checkpoint !== undefined && step % checkpoint.every === 0)
  }
  #isDue(step: number): boolean {
    const { validate, schedule } = this.#settings
    return validate !== undefined && (step % validate.every === 0 || step === schedule.steps)
  }

  #begin(step: number, isStation: boolean): void {
    const { adam, schedule } = this.#settings
    const batches = this.#lessons.at(step)
    const rate = rateAt(schedule, step)
    const told = batches.map((batch, i) => {
      const [isFirst, isLast] = [i === 0, i === batches.length - 1]
      const feeds = { ...batch.feeds, ...updateFeeds(adam, { step, rate, isFirst, isLast }) }
      const ends = [NORM, ...(this.#learner.hold?.masks.size ? [STRAYS] : [])]
      const state = isStation ? this.#outputs : []
      return quiet(this.#run(feeds, isLast ? [LOSS, ...ends, ...state] : [LOSS]))
    })
    this.#flights.push({ step, told, tokens: batches.reduce((sum, { tokens }) => sum + tokens, 0) })
  }

  /** Waits for the oldest step under way. */
  async #settle(): Promise<void> {
    const { step, tokens, told } = this.#flights.shift()!
    const outputs = await Promise.all(told)
    const loss = outputs.reduce((sum, output) => sum + numberOf(output[LOSS]), 0)
    const last = outputs.at(-1)!
    this.#checkFinite(step, loss, numberOf(last[NORM]))
    this.#checkStrays(step - 1, Array.from(last[STRAYS]?.data ?? [], Number))
    const { nowMs, onProgress } = this.#watch
    const { schedule } = this.#settings
    const now = nowMs()
    const learningRate = rateAt(schedule, step)
    this.#rows.push({ step, loss, learningRate, tokensPerSecond: Math.round((tokens / Math.max(now - this.#last, 1)) * 1000) })
    this.#last = now
    this.#tokens += tokens
    const spent = Math.max(now - this.#began, 1)
    onProgress?.({
      ...{ step, steps: schedule.steps, loss, learningRate, tokensPerSecond: (this.#tokens / spent) * 1000 },
      etaMs: (spent / (step - this.#first)) * (schedule.steps - step),
    })
    this.#take(last)
  }

  /** With nothing under way: asks the validation batches, looks at the weights, keeps what there is. */
  async #halt(step: number): Promise<void> {
    if (this.#isDue(step)) await this.#validate(step)
    for (const [name, { data }] of this.#state) {
      const at = data.findIndex((x) => !Number.isFinite(x))
      if (at >= 0) throw this.#notFinite(`finite weights after step ${step}`, `${data[at]} in "${name}"`)
    }
    const strays = findStrays(this.#state, this.#learner)
    if (strays.size > 0) throw this.#moved(step, strays)
    const { checkpoint, schedule } = this.#settings
    // after the last step too: what is made of the result may be interrupted as well
    if (!checkpoint || (step % checkpoint.every !== 0 && step !== schedule.steps && !this.#isEnough(step))) return
    const best = this.#best && { step: this.#best.step, validation: this.#best.validation }
    const bestTensors = [...(this.#best?.tensors ?? [])].map(([name, tensor]) => [`best/${name}`, tensor] as const)
    saveCheckpoint(checkpoint, { step, rows: this.#rows, best, tensors: new Map([...this.#state, ...bestTensors]) })
    this.#saved = step
  }

  /** By runs that move nothing: the weights need not leave the engine to be asked. */
  async #validate(step: number): Promise<void> {
    const { adam, validate } = this.#settings
    const { validation } = this.#lessons
    const still = updateFeeds(adam, { step, rate: 0, isFirst: true, isLast: false })
    let loss = 0
    for (let i = 0; i < validation.length; i += DEPTH) {
      const told = validation.slice(i, i + DEPTH).map(({ feeds }, j) => {
        // nothing moves but the sign of a zero; the state is read after it, so that a resumed run has that too
        const isLast = i + j === validation.length - 1
        return quiet(this.#run({ ...feeds, ...still }, [LOSS, ...(isLast ? this.#outputs : [])]))
      })
      const outputs = await Promise.all(told)
      for (const output of outputs) loss += numberOf(output[LOSS])
      this.#take(outputs.at(-1)!)
    }
    if (!Number.isFinite(loss)) throw this.#notFinite(`a finite validation loss after step ${step}`, `${loss}`)
    this.#rows.push({ ...this.#rows.pop()!, validation: loss })
    this.#last = this.#watch.nowMs()
    if (validate!.patience === undefined || loss >= (this.#best?.validation ?? Infinity)) return
    this.#best = { step, validation: loss, tensors: this.#learned() }
  }

  get #outputs(): string[] {
    return this.#carry.map(([output]) => output)
  }
  /** Keeps the numbers that a run gave out, if it did. */
  #take(outputs: Readonly<Record<string, Tensor>>): void {
    if (!this.#carry.every(([output]) => outputs[output])) return
    this.#state = new Map(this.#carry.map(([output, name]) => [name, outputs[output] as FloatTensor]))
  }
  #learned(): ReadonlyMap<string, FloatTensor> {
    return new Map(this.#learner.names.map((name) => [name, this.#state.get(name)!]))
  }

  #isEnough(step: number): boolean {
    const { validate } = this.#settings
    if (validate?.patience === undefined || !this.#best) return false
    const since = this.#rows.filter((row) => row.validation !== undefined && row.step > this.#best!.step && row.step <= step)
    return since.length >= validate.patience
  }

  #checkFinite(step: number, loss: number, norm: number): void {
    if (Number.isFinite(loss) && Number.isFinite(norm)) return
    const before = this.#rows.at(-1)
    const was = before ? ` after ${before.loss} at step ${before.step}` : ''
    const rate = rateAt(this.#settings.schedule, Math.max(1, step - 1))
    const got = Number.isFinite(loss) ? `gradients of norm ${norm} at loss ${loss}` : `${loss}`
    throw this.#notFinite(`a finite loss at step ${step}`, `${got}${was}, with a learning rate of ${rate} before it`)
  }
  #notFinite(expected: string, got: string): LabError {
    const kept = this.#saved > 0 ? ` The last good checkpoint is of step ${this.#saved}.` : ''
    return new LabError('train/not-finite', `Expected ${expected}, got ${got}.${kept}`)
  }

  #checkStrays(step: number, counts: readonly number[]): void {
    const names = [...(this.#learner.hold?.masks.keys() ?? [])]
    const strays = new Map(names.flatMap((name, i) => ((counts[i] ?? 0) > 0 ? [[name, counts[i]!] as const] : [])))
    if (strays.size > 0) throw this.#moved(step, strays)
  }
  #moved(step: number, strays: ReadonlyMap<string, number>): LabError {
    const should = this.#learner.hold!.at === 'zero' ? 'zero' : 'the value it had'
    const where = [...strays].map(([name, count]) => `${count} in "${name}"`).join(', ')
    return new LabError('train/held', `Expected every masked weight to be at ${should} after step ${step}, got others: ${where}.`)
  }
}

const numberOf = (tensor: Tensor | undefined): number => Number(tensor!.data[0])

/** A promise whose failure may wait until it is asked for. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
