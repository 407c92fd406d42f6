import type { Json, ResultRow, StudyRow } from '../../preload/contract.ts'
import { canonical } from '../base/json.ts'
import type { StudyFacts } from './facts.ts'

/** A study to be set beside others. */
export interface Side {
  readonly row: StudyRow
  readonly facts: StudyFacts
  readonly rows: readonly ResultRow[]
}

/** Studies side by side: every setting with its value in each, those that differ first, and the rows of all. */
export function sideBySide(sides: readonly Side[]) {
  const columns = sides.map(({ facts }) => settingsOf(facts))
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))]
  const settings = names.map((name) => {
    const values = columns.map((column) => column.get(name) ?? null)
    return { name, values, isSame: new Set(values.map(canonical)).size === 1 }
  })
  return {
    studies: sides.map(({ row }) => row),
    settings: [...settings.filter(({ isSame }) => !isSame), ...settings.filter(({ isSame }) => isSame)],
    rows: sides.flatMap(({ row, rows }) => rows.map((one) => ({ ...one, study: row.id }))),
  }
}

/** What a study was asked for, flat: "compress.0.method" and so on; and what its models and tasks were by their hashes. */
function settingsOf({ study, models, tasks }: StudyFacts): Map<string, Json> {
  // where a file lies makes no difference to what it says
  const { file: _, title: __, description: ___, name: ____, ...asked } = study as Record<string, Json>
  const found = new Map<string, Json>()
  const walk = (value: Json | undefined, path: string): void => {
    const isInner = typeof value === 'object' && value !== null
    const isPlain = Array.isArray(value) && value.every((inner) => typeof inner !== 'object' || inner === null)
    if (!isInner || isPlain) found.set(path, value ?? null)
    else for (const [key, inner] of Object.entries(value)) walk(inner as Json, path === '' ? key : `${path}.${key}`)
  }
  walk(asked, '')
  for (const { name, weights, parameters } of models) {
    found.set(`model ${name}: weights`, weights.slice(0, 12))
    found.set(`model ${name}: parameters`, parameters ?? null)
  }
  found.set('tasks asked', tasks.length)
  for (const { id, hash } of tasks) found.set(`task ${id}`, hash.slice(0, 12))
  return found
}
