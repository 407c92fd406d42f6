import { LabError } from '../base/errors.ts'
import type { TaskConfig } from './config.ts'
import { findTransform } from './transforms.ts'
import type { Count } from './transforms.ts'
import { isFunctionTag } from './yaml.ts'

const DEFAULTS: Readonly<Record<TaskConfig['output_type'], readonly string[]>> = {
  multiple_choice: ['acc', 'acc_norm'],
  loglikelihood: ['perplexity', 'acc'],
  loglikelihood_rolling: ['word_perplexity', 'byte_perplexity', 'bits_per_byte'],
  generate_until: ['exact_match'],
  token_windows: ['token_perplexity'],
  number: ['pearson', 'spearmanr'],
}
/** What a scorer of ours knows by itself. */
const KNOWN_KEYS = new Set(['metric', 'aggregation', 'higher_is_better'])

/** What a task file wants its answers turned into. */
export interface Wanted {
  /** Ids of scorers, in the order of the file. */
  readonly scorers: readonly string[]
  /** What log-likelihoods are divided by, where the file says so in Python. */
  readonly count: Count | undefined
}

/** The scorers of a task file. LabError 'task/yaml' or 'task/transform' for what would silently be another number: options, and Python not built in. */
export function wantedOf(config: TaskConfig, place: string): Wanted {
  const metrics = config.metric_list?.map((entry) => metricOf(entry, place)) ?? DEFAULTS[config.output_type]
  const tag = config.process_results
  if (tag === undefined) return { scorers: metrics, count: undefined }
  const transform = findTransform(tag)
  if (transform.kind === 'count' && config.output_type === 'loglikelihood_rolling')
    return { scorers: metrics, count: transform.count }
  const named = transform.kind === 'score' ? metrics.map((metric) => transform.scorers[metric]) : []
  const scorers = named.filter((id) => id !== undefined)
  if (scorers.length === metrics.length) return { scorers, count: undefined }
  throw new LabError(
    'task/transform',
    `${tag.file}:${tag.line}: Expected a transform that gives ${metrics.join(' and ')} of ${config.output_type}, got "${transform.id}".`,
  )
}

function metricOf(entry: NonNullable<TaskConfig['metric_list']>[number], place: string): string {
  const { metric } = entry
  if (isFunctionTag(metric))
    throw new LabError(
      'task/transform',
      `${metric.file}:${metric.line}: Expected the name of a metric, got the Python function "${metric.function}".`,
    )
  const option = Object.keys(entry).find((key) => !KNOWN_KEYS.has(key))
  if (option === undefined) return metric
  throw new LabError('task/yaml', `${place}: Expected the metric "${metric}" without options, got "${option}".`)
}
