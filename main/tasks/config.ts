import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { isFunctionTag, placeOf } from './yaml.ts'
import type { FunctionTag, TaskFile } from './yaml.ts'

const functionTag = z.custom<FunctionTag>(isFunctionTag, 'Expected a !function tag')
const field = z.union([functionTag, z.string(), z.int()])
const targetField = z.union([functionTag, z.string(), z.int(), z.array(z.string())])
const choiceField = z.union([
  functionTag,
  z.string(),
  z.array(z.string()),
  z.record(z.string(), z.string()).transform((choices) => Object.values(choices)),
])
const words = z.union([z.string().transform((word) => [word]), z.array(z.string())])

const fewShot = z.strictObject({
  sampler: z.enum(['default', 'first_n']).default('default'),
  split: z.string().optional(),
  samples: z.union([functionTag, z.array(z.record(z.string(), z.json()))]).optional(),
  fewshot_indices: z.array(z.int()).optional(),
  process_docs: functionTag.optional(),
  doc_to_text: field.optional(),
  doc_to_choice: choiceField.optional(),
  doc_to_target: targetField.optional(),
  gen_prefix: z.string().optional(),
  fewshot_delimiter: z.string().optional(),
  target_delimiter: z.string().optional(),
})

const generation = z.looseObject({
  until: words.optional(),
  do_sample: z.boolean().optional(),
  temperature: z.number().optional(),
  max_gen_toks: z.int().min(1).optional(),
})

/** Keys of a task file (interfaces.md 3.2) with their defaults; `window_length` and `separator` are ours, for output_type token_windows, and so is output_type number. */
const taskConfig = z.strictObject({
  task: z.string().min(1),
  task_alias: z.string().optional(),
  tag: words.default([]),
  group: z.union([z.string(), z.array(z.string())]).optional(),
  class: z.unknown().optional(),
  custom_dataset: z.unknown().optional(),
  dataset_path: z.string(),
  dataset_name: z.coerce.string().optional(),
  dataset_kwargs: z.record(z.string(), z.unknown()).default({}),
  training_split: z.string().optional(),
  validation_split: z.string().optional(),
  test_split: z.string().optional(),
  fewshot_split: z.string().optional(),
  process_docs: functionTag.optional(),
  doc_to_text: field.default(''),
  doc_to_target: targetField.optional(),
  doc_to_image: z.unknown().optional(),
  doc_to_audio: z.unknown().optional(),
  doc_to_choice: choiceField.optional(),
  process_results: functionTag.optional(),
  use_prompt: z.string().optional(),
  unsafe_code: z.boolean().default(false),
  description: z.string().default(''),
  target_delimiter: z.string().default(' '),
  fewshot_delimiter: z.string().default('\n\n'),
  fewshot_config: fewShot.prefault({}),
  num_fewshot: z.int().min(0).optional(),
  metric_list: z.array(z.looseObject({ metric: z.union([functionTag, z.string()]) })).optional(),
  output_type: z
    .enum(['generate_until', 'loglikelihood', 'loglikelihood_rolling', 'multiple_choice', 'token_windows', 'number'])
    .default('generate_until'),
  generation_kwargs: generation.prefault({}),
  repeats: z.int().default(1),
  filter_list: z.array(z.looseObject({ name: z.string(), filter: z.array(z.looseObject({ function: z.string() })) })).default([]),
  should_decontaminate: z.boolean().default(false),
  doc_to_decontamination_query: z.unknown().optional(),
  gen_prefix: z.string().optional(),
  metadata: z.unknown().optional(),
  window_length: z.int().min(2).optional(),
  separator: z.string().default('\n\n'),
})
export type TaskConfig = z.infer<typeof taskConfig>

/** Keys that call for more than a local pack, a text and a number. */
const UNSUPPORTED = ['class', 'custom_dataset', 'process_docs', 'use_prompt', 'doc_to_image', 'doc_to_audio'] as const

/** Checks a task file key by key. LabError 'task/yaml' or 'task/transform' with file, line, what was expected and what came. */
export function parseConfig(file: TaskFile): TaskConfig {
  const given = withoutNulls(file.config)
  const result = taskConfig.safeParse(given, { reportInput: true })
  if (!result.success) throw explain(file, result.error.issues[0]!, given)
  const config = result.data
  const place = (key: string) => placeOf(file, key)
  for (const key of UNSUPPORTED) {
    const value = config[key]
    if (value === undefined) continue
    if (isFunctionTag(value))
      throw new LabError(
        'task/transform',
        `${value.file}:${value.line}: Expected no "${key}", got the Python function "${value.function}", which needs a transform.`,
      )
    throw new LabError('task/yaml', `${place(key)}: Expected a task without "${key}", got ${JSON.stringify(value)}.`)
  }
  if (config.repeats !== 1)
    throw new LabError('task/yaml', `${place('repeats')}: Expected 1 repeat, for decoding is greedy, got ${config.repeats}.`)
  if (config.generation_kwargs.do_sample || (config.generation_kwargs.temperature ?? 0) > 0) {
    throw new LabError('task/yaml', `${place('generation_kwargs')}: Expected greedy decoding (do_sample: false), got sampling.`)
  }
  const data = ['data_files', 'data_dir'].find((key) => key in config.dataset_kwargs)
  if (data) throw new LabError('task/yaml', `${place('dataset_kwargs')}: Expected a pack named by dataset_path, got "${data}".`)
  const steps = config.filter_list.flatMap(({ filter }) => filter.map((step) => step.function))
  const filter = steps.find((name) => name !== 'take_first')
  if (filter) throw new LabError('task/yaml', `${place('filter_list')}: Expected only the filter "take_first", got "${filter}".`)
  return config
}

/** A key of null is as good as one left out, also inside the parts that have keys of their own. */
function withoutNulls(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(config).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([key, value]) => [key, PARTS.has(key) && isRecord(value) ? withoutNulls(value) : value]))
}
const PARTS = new Set(['fewshot_config', 'generation_kwargs', 'dataset_kwargs'])
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && !Array.isArray(value)

function explain(file: TaskFile, issue: z.core.$ZodIssue, given: Record<string, unknown>): LabError {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const meant = nearest(key, Object.keys(issue.path.length === 0 ? taskConfig.shape : fewShot.shape))
    return new LabError(
      'task/yaml',
      `${placeOf(file, issue.path[0] ?? key)}: Expected a key of a task file, got "${key}"${meant ? ` (did you mean "${meant}"?)` : ''}.`,
    )
  }
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given)
  const name = issue.path.join('.')
  if (found === undefined) return new LabError('task/yaml', `${file.file}: Expected a key "${name}", found none.`)
  const shown = isFunctionTag(found)
    ? `!function ${found.function}`
    : `${JSON.stringify(found)} (${Array.isArray(found) ? 'list' : typeof found})`
  return new LabError('task/yaml', `${placeOf(file, issue.path[0] ?? '')}: ${issue.message} for "${name}", got ${shown}.`)
}
