import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { sha256 } from '../../base/files.ts'
import { canonical } from '../../base/json.ts'
import { nearest } from '../../base/text.ts'
import { SCHEDULES } from '../../train/schedule.ts'
import { TRAIN_VERSION } from '../../train/version.ts'
import { openRecipe } from '../recipe-file.ts'

const count = z.int().min(1)
const seed = z.int().min(0)
const share = z.number().min(0).lt(1)

const model = z
  .strictObject({
    blocks: count.describe('Blocks (from 1).'),
    width: count.describe('Width of the hidden state.'),
    heads: count.describe('Attention heads; a divisor of the width, with heads of even size.'),
    mlpWidth: count.describe('Width inside the MLP.'),
    contextLength: count.describe('Tokens it can read.'),
    isTied: z.boolean().default(true).describe('Whether the vocabulary projection is the embedding.'),
    normEpsilon: z.number().positive().default(1e-5).describe('Added under the root of each norm.'),
    ropeTheta: z.number().positive().default(10000).describe('Base of the rotary angles.'),
    spread: z.number().positive().default(0.02).describe('Standard deviation of the matrices before the first step.'),
  })
  .describe('A decoder of the Llama family.')

const text = z
  .strictObject({
    world: seed.describe('Seed of the world that the text is about.'),
    seed: seed.describe('Seed of the text.'),
    tokens: count.describe('Tokens to learn from, each met once.'),
  })
  .describe('Text to learn from.')

const optimiser = z
  .strictObject({
    learningRate: z.number().positive().describe('Highest learning rate.'),
    schedule: z.enum(SCHEDULES).default('cosine').describe('How the rate falls after warming up.'),
    warmUpSteps: z.int().min(0).default(0).describe('Steps over which it rises.'),
    floor: z.number().min(0).max(1).default(0).describe('Share of the highest rate that it falls to.'),
    betas: z.tuple([share, share]).default([0.9, 0.95]).describe('Shares of the running means that a step keeps.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second mean.'),
    weightDecay: z.number().min(0).default(0).describe('Decoupled weight decay; norms do not decay.'),
    clipNorm: z.number().positive().optional().describe('Highest norm of all gradients together; no limit where left out.'),
  })
  .describe('AdamW.')

/** A recipe file: all that decides a model made from nothing. Described once: its checks and its messages read this. */
export const recipeFile = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/).describe('Name of the model: letters, digits, dots, dashes.'), // prettier-ignore
  text,
  validation: z
    .strictObject({
      seed: seed.describe('Seed of the text.'),
      tokens: count.describe('Tokens.'),
      every: count.describe('Steps.'),
    })
    .optional()
    .describe('Text that is not learned from, asked every so many steps.'),
  model,
  optimiser,
  batch: count.describe('Windows of one run.'),
  length: count.describe('Tokens of a window; at most what the model can read.'),
  accumulate: count.default(1).describe('Runs of one step.'),
  seed: seed.describe('Seed of the first weights and of the order of the windows.'),
  checkpointEvery: count.default(200).describe('Steps from one checkpoint to the next.'),
})
export type Recipe = z.output<typeof recipeFile>

/** A recipe from a file. LabError('train/recipe') with file, line and column for what it says wrong, 'file/missing' where it is not there. */
export function readRecipe(path: string): Recipe {
  const { content: raw, place } = openRecipe(path, 'train/recipe')
  const parsed = recipeFile.safeParse(raw)
  const issues = parsed.error?.issues ?? []
  // a misspelt key also leaves the right one missing: the misspelling is what to say
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  const problem = parsed.success ? misfitOf(parsed.data) : problemOf(issue!, raw)
  if (problem) throw new LabError('train/recipe', `${problem.message} at ${place(problem.path)}.`)
  return parsed.data!
}

/** Equal where two trainings are the same. How often it is interrupted or kept decides nothing. */
export function recipeHash({ checkpointEvery: _, ...recipe }: Recipe): string {
  return sha256(canonical({ recipe, version: TRAIN_VERSION }))
}

/** Steps that the text is enough for, each token met once. */
export function stepsOf({ text, batch, length, accumulate }: Recipe): number {
  return Math.floor(text.tokens / (batch * length * accumulate))
}

interface Problem {
  readonly message: string
  readonly path: readonly PropertyKey[]
}

/** What single fields cannot say. */
function misfitOf(recipe: Recipe): Problem | undefined {
  const { model, length, text, batch, accumulate, optimiser } = recipe
  if (model.width % model.heads !== 0 || (model.width / model.heads) % 2 !== 0) {
    return { message: `Expected heads that divide the width of ${model.width} into even sizes, got ${model.heads}`, path: ['model', 'heads'] } // prettier-ignore
  }
  if (length > model.contextLength) {
    return { message: `Expected a length of at most the ${model.contextLength} tokens the model can read, got ${length}`, path: ['length'] } // prettier-ignore
  }
  if (stepsOf(recipe) <= optimiser.warmUpSteps) {
    const needed = (optimiser.warmUpSteps + 1) * batch * length * accumulate
    return { message: `Expected at least ${needed} tokens, for one step more than the warm-up has, got ${text.tokens}`, path: ['text', 'tokens'] } // prettier-ignore
  }
  return undefined
}

function problemOf(issue: z.core.$ZodIssue, raw: unknown): Problem {
  const { path } = issue
  const name = path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const known = keysAt(path)
    const meant = nearest(key, known)
    return {
      message: `Expected one of the keys ${known.join(', ')}${name && ` in ${name}`}, got "${key}"${meant ? `; did you mean "${meant}"?` : ''}`,
      path: [...path, key],
    }
  }
  const found = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw)
  const came = found === undefined ? 'nothing' : `${JSON.stringify(found)} (${typeof found})`
  return { message: `Expected ${name || 'a recipe'} as declared (${issue.message.replace(/\.$/, '')}), got ${came}`, path }
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const schema = path.reduce<z.ZodType>((at, key) => {
    const inner = unwrapped(at)
    return inner instanceof z.ZodObject ? ((inner.shape as Record<PropertyKey, z.ZodType>)[key] ?? at) : at
  }, recipeFile)
  const inner = unwrapped(schema)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}
const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrapped(schema.unwrap() as z.ZodType) : schema
