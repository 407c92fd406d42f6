import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../base/files.ts'
import type { Device, Engine, EngineSettings } from '../../engine/session.ts'
import { languageGradients } from '../../grad/loss.ts'
import { openTokenizer } from '../../models/tokenizer.ts'
import { heldWeights } from '../../models/weights.ts'
import { corpus } from '../../tasks/world/corpus.ts'
import { createWorld } from '../../tasks/world/world.ts'
import { createLearner } from '../../train/learner.ts'
import { train, type Trained, type TrainProgress } from '../../train/loop.ts'
import { packed, packText } from '../../train/objectives/packed.ts'
import type { Shift, StepContext } from '../kind.ts'
import { blueprintOf, firstWeights, writeTokenizer } from './model-folder.ts'
import { stepsOf, type Recipe } from './recipe.ts'

export interface PretrainPlace {
  readonly nowMs: () => number
  readonly onProgress: (progress: TrainProgress) => void
}

/** A recipe ready to be followed. */
export interface PreparedRecipe {
  readonly recipe: Recipe
  readonly hash: string
  /** Where the model shall be: an absolute path with nothing there yet, or with this very model. */
  readonly out: string
  /** Where it is made. */
  readonly workshop: string
  readonly engine: EngineSettings
}

export interface Pretrained extends Trained {
  readonly device: Device
}

/** Follows a recipe from its first weights, or from its last checkpoint, to its trained ones. */
export function openShift(
  p: PreparedRecipe,
  engine: Engine,
  c: StepContext,
  place: PretrainPlace,
): Shift<PreparedRecipe, Pretrained> {
  return {
    run: async ({ recipe, hash, workshop }) => {
      const { graphs } = blueprintOf(recipe)
      const { logits } = graphs
      const { ids, validation } = await textOf(p, c.signal)
      const { batch, length, accumulate, seed, optimiser, checkpointEvery } = recipe
      const lessons = packed(ids, { batch, length, accumulate, seed, ...(validation && { validation }) })
      const names = logits.weights.map(({ name }) => name)
      const { betas, epsilon, weightDecay, clipNorm, learningRate, schedule, warmUpSteps, floor } = optimiser
      const learner = createLearner(languageGradients(logits, names), names, heldWeights(firstWeights(recipe)), {
        epsilon,
        decays: (name) => !name.includes('norm'),
        isAccumulating: accumulate > 1,
        ...(clipNorm !== undefined && { clipNorm }),
      })
      // the text counts too: another version of the world may write another one
      const key = sha256(`${hash} ${hashOf(ids)} ${validation ? hashOf(validation) : ''}`)
      const settings = {
        adam: { beta1: betas[0], beta2: betas[1], epsilon, weightDecay },
        schedule: { kind: schedule, peak: learningRate, warmup: warmUpSteps, steps: stepsOf(recipe), floor },
        ...(recipe.validation && { validate: { every: recipe.validation.every } }),
        checkpoint: { folder: workshop, recipe: key, every: checkpointEvery },
      }
      const onProgress = (progress: TrainProgress) => {
        place.onProgress(progress)
        c.onMove()
      }
      const trained = await train(engine, learner, lessons, settings, { signal: c.signal, nowMs: place.nowMs, onProgress })
      return { ...trained, device: engine.device }
    },
    close: () => engine.close(),
  }
}

async function textOf(
  { recipe: { text, validation, model }, workshop }: PreparedRecipe,
  signal: AbortSignal,
): Promise<{ ids: Int32Array; validation: Int32Array | undefined }> {
  const folder = join(workshop, 'tokenizer')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeTokenizer(folder)
  const vocabulary = blueprintOf({ model }).config.vocabulary
  const tokenizer = openTokenizer(folder, vocabulary)
  const world = createWorld(text.world)
  // one more than is learned from: the last is only predicted
  const ids = await packText(corpus(world, text.seed), tokenizer, text.tokens + 1, signal)
  if (!validation) return { ids, validation: undefined }
  return { ids, validation: await packText(corpus(world, validation.seed), tokenizer, validation.tokens + 1, signal) }
}

function hashOf(ids: Int32Array): string {
  return sha256(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength))
}
