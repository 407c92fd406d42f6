import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import type { ResultRow } from '../../preload/contract.ts'
import type { StudyCell } from '../store/cells.ts'
import type { CellRecord, CompressionRecord } from '../store/records.ts'
import type { StoredStudy } from '../store/studies.ts'
import type { DifficultyTable } from '../study/difficulty.ts'
import { LOSS_UNIT } from '../study/estimators.ts'
import type { EngineProvenance, ModelProvenance, Provenance, TaskProvenance } from '../charts/input.ts'

/** Where a task stands on an axis of difficulty; as tasks/task.ts has it. */
export interface Rung {
  readonly family: string
  readonly axis: string
  readonly level: number
  /** Larger = harder. */
  readonly difficulty: number
}

/** The part of a stored study (`StoredStudy.spec`) that reports read. */
export interface StudyFacts {
  readonly study: { readonly description?: string; readonly models?: readonly { readonly name: string }[] }
  readonly difficulty: readonly DifficultyTable[]
  readonly models: readonly ModelProvenance[]
  readonly tasks: readonly (TaskProvenance & { readonly rung?: Rung | null })[]
  /** Data files by themselves, where the study kept them; the hash of a task covers its data either way. */
  readonly data?: Provenance['data']
  readonly command: string
}

/** What the name of a loss says of its unit. */
const UNIT_NAMES: Readonly<Record<string, string>> = {
  [LOSS_UNIT]: '',
  'nats-per-token': ' per token',
  nats: ' in nats',
  'nats-among-choices': ' among choices',
}

/** Estimators of difficulty by name, a loss with its unit where it is not the usual one; those of one name are numbered from the second on. */
export function estimatorNames(tables: readonly DifficultyTable[]): string[] {
  const names = tables.map(({ estimator, unit = LOSS_UNIT }) => `${estimator}${UNIT_NAMES[unit] ?? ` in ${unit}`}`)
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name} ${before + 1}`
  })
}

/** A method as tables name it: with its parameters, and the matrices it was kept to, where it has any. */
export function methodName({ method, params, include, exclude, profile }: CompressionRecord): string {
  const words = Object.entries(params).map(([name, value]) => `${name}=${typeof value === 'string' ? value : canonical(value)}`)
  const only = include.length > 0 ? [`only ${include.join(' ')}`] : []
  const but = exclude.length > 0 ? [`not ${exclude.join(' ')}`] : []
  const spread = profile
    ? [`profile=${profile.kind}`, `m=${profile.m}`, `lambda=${profile.lambda}`, profile.spread ?? []].flat()
    : []
  return [method, ...words.sort(), ...spread, ...only, ...but].join(' ')
}

/** Everything a report says about how its numbers came to be. */
export function provenanceOf(
  { id, name, title, createdAt }: StoredStudy,
  facts: StudyFacts,
  cells: readonly StudyCell[],
  rows: readonly ResultRow[],
  lab: string,
): Provenance {
  const done = cells.flatMap(({ record }) => record ?? [])
  const names = estimatorNames(facts.difficulty)
  const { description = '' } = facts.study
  // compression changes no text, so one version of a model counts for all
  const once = new Map(done.map((record) => [`${record.modelName}\n${record.key.task.id}`, record]))
  const sum = (of: (record: CellRecord) => number, records: Iterable<CellRecord>) => [...records].reduce((n, r) => n + of(r), 0)
  return {
    study: { id, name, title, description: description.trim(), createdAt },
    lab,
    models: facts.models,
    data: facts.data ?? [],
    tasks: facts.tasks,
    difficulty: facts.difficulty.map(({ source }, i) => ({ estimator: names[i]!, source })),
    scorers: Object.assign({}, ...done.map(({ key }) => key.scorers)) as Record<string, number>,
    seeds: [...new Set(done.filter(({ key }) => key.compression.method !== 'dense').map(({ key }) => key.compression.seed))],
    engine: engineOf(done),
    wallMs: sum((record) => record.tookMs, done),
    cells: { planned: cells.length, done: done.length, failed: cells.filter(({ fault }) => fault).length },
    truncated: sum((record) => record.truncated, once.values()),
    boundaryFallbacks: sum((record) => record.boundaryFallbacks, once.values()),
    cellsHash: sha256(canonical(cells.map(({ fingerprint }) => fingerprint))),
    tableHash: sha256(canonical(rows)),
    command: facts.command,
  }
}

/** What the cells say of where they ran; cells that ran in different places say so. */
function engineOf(done: readonly CellRecord[]): EngineProvenance {
  const said = (field: string, otherwise: (record: CellRecord) => string = () => '') => {
    const words = done.map((record) => {
      const device = record.device
      const value = typeof device === 'object' && device !== null && field in device ? (device as Record<string, unknown>)[field] : undefined // prettier-ignore
      return value === undefined ? otherwise(record) : String(value)
    })
    return [...new Set(words)].filter(Boolean).join('; ') || '–'
  }
  return {
    provider: said('provider', ({ key }) => key.provider),
    ...{ threads: said('threads'), runtime: said('runtime'), device: said('name') },
  }
}
