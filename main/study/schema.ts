import { z } from 'zod'
import type { Json } from '../base/json.ts'
import { methods } from '../compress/index.ts'
import { GROUPS } from '../compress/method.ts'
import { bits } from '../compress/params.ts'
import { profileSchema } from '../compress/profile.ts'
import { axes } from '../tasks/axes/index.ts'
import { SCHEDULES } from '../train/schedule.ts'
import { transfers, type TransferId } from '../train/transfer.ts'
import { LOSS_UNIT, LOSS_UNITS } from './estimators.ts'

/** Fraction of zeros: from 0 up to, but not including, 1. */
const sparsity = z.number().min(0).lt(1)
const path = z.string().min(1)
const orList = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)])
const count = z.int().min(1)
const names = z.array(z.string().min(1)).min(1)

const model = z.strictObject({
  folder: path.describe('Hugging Face folder of the model, relative to this file; "lab:demo/model" is the built-in one.'),
  name: z.string().min(1).optional().describe('Name in tables and charts; the name of the folder where left out.'),
})

const task = z.strictObject({
  task: z.string().min(1).describe('Name of a task or group, a wildcard such as "blimp_*", or the path of a task file.'),
  limit: count.optional().describe('Ask the first so many items only (items, from 1).'),
  shots: z.int().min(0).optional().describe('Examples in the prompt (from 0); what the task file says where left out.'),
  axis: z
    .enum(axes.map(({ id }) => id) as [string, ...string[]])
    .optional()
    .describe('Ask the task at several levels of this axis, all else held still; "lab tasks axes" says what each takes.'),
  levels: z.array(z.number()).min(1).optional().describe('Levels of the axis; those that it has of itself where left out.'),
  params: z.record(z.string(), z.json()).optional().describe('Parameters of the axis.'),
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .describe('Seeds of all that the axis draws, a family of levels each (whole numbers from 0). Default [0].'),
  name: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional()
    .describe('Name of the family in results; that of the task where left out.'),
})

const declared = z.strictObject({
  family: z
    .string()
    .regex(/^[\w.-]+$/)
    .describe('Name of the family in results.'),
  axis: z.string().min(1).max(40).describe('What makes one task harder than the next, such as "resource of the language".'),
  order: z
    .array(orList(z.string().min(1)))
    .min(2)
    .describe(
      'Tasks from easy to hard, fixed before anything runs: levels 0, 1, …; several tasks of one level are asked as one.',
    ),
  limit: count.optional().describe('Ask the first so many items of each level only (items, from 1).'),
  shots: z.int().min(0).optional().describe('Examples in the prompt (from 0); what the task files say where left out.'),
})

const pattern = z.union([
  z.literal('free'),
  z.strictObject({
    keep: orList(count).describe('Weights KEPT in each group (from 1 to `of`); a list gives one level each.'),
    of: count.describe('Size of a group along the inputs of a matrix.'),
  }),
])

const compress = z.strictObject({
  method: z
    .enum(methods.map(({ id }) => id) as [string, ...string[]])
    .describe('Compression method; "lab methods" says what each is.'),
  group: z.enum(GROUPS).optional().describe('Who competes with whom for staying; the default of the method where left out.'),
  pattern: pattern
    .optional()
    .describe('Which positions may go: any ("free"), or { keep: N, of: M } with N of M kept. Default free.'),
  sparsity: orList(sparsity)
    .optional()
    .describe(
      'Fraction of zeros (0 up to, not including, 1); a list gives one level each. 0 is the dense model. Not with keep-of patterns.',
    ),
  bits: orList(bits)
    .optional()
    .describe(
      'Bits of one weight (2 to 8; 16 rounds to float16), for methods that quantise; a list gives one level each. They take no sparsity, pattern or group.',
    ),
  profile: z
    .union([
      z.enum(['uniform', 'owl']).transform((kind) => (kind === 'owl' ? profileSchema.parse({ kind }) : kind)),
      profileSchema,
    ])
    .optional()
    .describe('How the sparsity is spread over layers: evenly (uniform), or by their outliers (owl). Default uniform.'),
  params: z.record(z.string(), z.json()).optional().describe('Parameters of the method.'),
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .describe('Seeds of chance, one level each (whole numbers from 0). Default [0].'),
  include: names.optional().describe('Only matrices whose names fit one of these patterns; * stands for anything.'),
  exclude: names.optional().describe('No matrix whose name fits one of these patterns; * stands for anything.'),
})

const calibration = z.strictObject({
  text: path.describe('Text file, relative to the data folder or to this file.'),
  samples: count.default(128).describe('Pieces of it that the model reads (from 1).'),
  length: count.describe('Tokens of each piece (tokens, from 1 up to what the model can read).'),
  seed: z.int().min(0).optional().describe('Seed of where the pieces begin; one after the other from the start where left out.'),
  order: z
    .enum(['blocks', 'one-pass'])
    .default('blocks')
    .describe(
      'blocks: each block is compressed by what the compressed blocks before it hand on; one-pass: all by what the dense model hands on.',
    ),
})

/** What training makes small: the loss of answers as text, or of their labels by a fresh head. */
const OBJECTIVES = ['completion', 'head'] as const
const TRANSFERS = transfers.map(({ id }) => id) as [TransferId, ...TransferId[]]

const transfer = z.strictObject({
  kinds: orList(z.enum(TRANSFERS))
    .default(TRANSFERS)
    .describe(
      'Ways to train on: dense (uncompressed, the reference, always run), sparse, freezing, sparse-to-dense. All where left out.',
    ),
  task: z.string().min(1).describe('Task whose training items are learned, their answers only.'),
  objective: z
    .enum(OBJECTIVES)
    .default('completion')
    .describe(
      'completion: the answer is learned as text; head: a fresh head in place of the vocabulary learns the index of the right choice, or the right number, from the question alone.',
    ),
  items: orList(count)
    .optional()
    .describe('Learn from so many training items (items, from 1); a list gives one level each. All where left out.'),
  shares: orList(z.number().positive().max(1))
    .optional()
    .describe(
      'Learn from these shares of the items (above 0, up to 1), one level each: data adequacy. Not with a list of items.',
    ),
  draw: z
    .enum(['head', 'random'])
    .default('head')
    .describe('Which items: the first of the split, as the paper has it, or a random draw. Fewer are always a part of more.'),
  draws: z.array(z.int().min(0)).min(1).optional().describe('Seeds of random draws, one level each. Default [0].'),
  steps: orList(count).optional().describe('Steps of training (from 1); a list gives one level each. Or epochs.'),
  epochs: orList(z.number().positive())
    .optional()
    .describe(
      'In place of steps: passes over the items (above 0), so that fewer items are fewer steps as well; a list gives one level each.',
    ),
  asks: z
    .enum(['all', 'own'])
    .optional()
    .describe(
      'What the trained models are asked: all tasks of the study, or only the task that was learned. With a head own, else all where left out.',
    ),
  learningRate: orList(z.number().positive())
    .default(2e-5)
    .describe('Highest learning rate (above 0); a list gives one level each.'),
  schedule: z.enum(SCHEDULES).default('linear').describe('How the rate falls after warming up.'),
  warmUp: z.number().min(0).lt(1).default(0.06).describe('Share of the steps in which the rate rises (0 up to 1).'),
  weightDecay: z.number().min(0).default(0).describe('Decoupled weight decay of AdamW (from 0).'),
  batch: count.default(16).describe('Texts of one step (from 1).'),
  seeds: z
    .array(z.int().min(0))
    .min(1)
    .default([0])
    .describe('Seeds of the order of the texts, and of what a head begins as; one level each.'),
})

const table = {
  table: path.describe('CSV file, relative to the data folder or to this file.'),
  key: z.string().min(1).describe('Column that names the task.'),
  value: z.string().min(1).describe('Column to read.'),
  prefix: z.string().optional().describe('What task names have in front of the key, such as "blimp_".'),
}

const difficulty = z.union([
  z.strictObject({
    estimator: z
      .enum(['human-gap', 'human-error', 'declared'])
      .describe('human-gap: (H − dense)/H with H the human score (0..1); human-error: 1 − H; declared: the number itself.'),
    ...table,
  }),
  z.strictObject({
    estimator: z.literal('declared').describe('The number itself, written here.'),
    values: z.record(z.string(), z.number()).describe('Task → difficulty, larger = harder.'),
    source: z.string().min(1).optional().describe('Where the numbers are from.'),
  }),
  z.strictObject({
    estimator: z.enum(['human-gap', 'human-error']).describe('As from a table, from human scores written here.'),
    values: z
      .record(z.string(), z.number().positive().max(1))
      .describe('Task → human score by its main scorer (above 0, up to 1).'),
    source: z.string().min(1).describe('Where the human scores are from.'),
  }),
  z.strictObject({
    estimator: z
      .enum(['dense-error', 'item-response'])
      .describe(
        'Measured: dense-error is 1 − the uncompressed score; item-response the mean Rasch difficulty over the compressed models.',
      ),
  }),
  z.strictObject({
    estimator: z
      .literal('dense-loss')
      .describe('Measured: mean loss of the right answer, −log of its likelihood under the uncompressed model.'),
    unit: z
      .enum(LOSS_UNITS)
      .default(LOSS_UNIT)
      .describe(
        'Of the loss: per byte or per token of the answer, of the whole answer, or of its share among the choices offered. Default bits-per-byte.',
      ),
  }),
])

const engine = z.strictObject({
  provider: z.string().min(1).default('cpu').describe('What computes; "lab doctor" lists what there is here.'),
  threads: z.int().min(0).default(0).describe('Threads of one operation; 0 lets the runtime choose.'),
  batchTokens: z.int().min(16).default(4096).describe('Padded tokens of one batch at most (tokens, from 16).'),
})

/** A study file, as it is written. Described here once: checks, JSON Schema, form and help all read this. */
export const studyFile = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/)
    .describe('Short name in commands and file names: small letters, digits, dots, dashes.'),
  title: z.string().optional().describe('One line, shown above tables and reports; the name where left out.'),
  description: z.string().optional().describe('What is asked and why; shown in the report.'),
  models: z.array(model).min(1).describe('Models to compress.'),
  data: path.optional().describe('Folder of data packs, relative to this file; what --data or LAB_DATA says where left out.'),
  tasks: z
    .array(z.union([z.string().min(1), task, declared]))
    .min(1)
    .describe('Tasks, groups, wildcards or task files; a task along an axis; tasks declared from easy to hard.'),
  limit: count.optional().describe('Ask the first so many items of every task only (items, from 1).'),
  compress: z.array(compress).min(1).describe('Compressions; the dense model is always run as well.'),
  calibration: calibration.optional().describe('Text behind the statistics that some methods need; "lab methods" says which.'),
  masks: z
    .boolean()
    .optional()
    .describe(
      'Keep which weights stay, as bitmaps in the store, of each level that is compressed from now on; "lab masks" reads them. Default false.',
    ),
  transfer: z
    .array(transfer)
    .min(1)
    .optional()
    .describe('Training after compression; every task is then asked of the trained models, the dense one trained alike.'),
  difficulty: z.array(difficulty).optional().describe('How hard each task is; the first is the one charts use.'),
  groups: z
    .strictObject(table)
    .optional()
    .describe('Groups of tasks in charts, read from a table; those of the task files where left out.'),
  engine: engine.prefault({}).describe('What computes.'),
})

/** The JSON Schema of study files, for editors. */
export function studySchema(): Json {
  const schema = z.toJSONSchema(studyFile, { io: 'input' })
  return { ...schema, title: 'Study file of Junk DNA Lab' } as unknown as Json
}
