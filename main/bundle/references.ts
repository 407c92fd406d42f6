import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReferenceRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import type { Reference, ReferencePanel } from '../charts/reference.ts'
import { RESOURCES } from '../study/places.ts'

/** resources/reference/curves.json: what was read off the published figures, as it was read. */
interface CurveFile {
  readonly origin: { readonly paper: string; readonly cite: string; readonly read: string }
  readonly references: readonly StoredReference[]
}
interface StoredReference {
  readonly id: string
  readonly label: string
  readonly model: string
  readonly figure: string
  /** 'percent' of dense, or 'change': (P − dense) / dense. */
  readonly unit: 'percent' | 'change'
  readonly error: { readonly unstructured: number; readonly nm: number; readonly note: string }
  /** Studies of the same setting. */
  readonly templates: readonly string[]
  readonly panels: readonly {
    readonly pattern: 'unstructured' | 'nm'
    /** Sparsity, or "N:8" with N of 8 kept. */
    readonly x: readonly (number | string)[]
    readonly lines: readonly { readonly label: string; readonly values: readonly number[] }[]
  }[]
}

let read: CurveFile | undefined

function curves(): CurveFile {
  return (read ??= JSON.parse(readFileSync(join(RESOURCES, 'reference', 'curves.json'), 'utf8')) as CurveFile)
}

/** Every reference there is, in the order of the paper. */
export function listReferences(): ReferenceRow[] {
  return curves().references.map(({ id, label, model, error, templates }) => ({
    id,
    label,
    model,
    error: errorWords(error),
    templates,
  }))
}

/** Published curves by their id. LabError 'report/reference' with the nearest known one. */
export function findReference(id: string): Reference {
  const { origin, references } = curves()
  const found = references.find((reference) => reference.id === id)
  if (!found) {
    const meant = nearest(id, references.map((reference) => reference.id)) // prettier-ignore
    throw new LabError('report/reference', `Expected a reference, got "${id}"${meant ? `; perhaps "${meant}" was meant.` : '.'}`)
  }
  const { label, model, error, unit, panels } = found
  return {
    ...{ id, label: `${label} (${model})`, source: `${origin.paper} (${origin.cite})`, error: errorWords(error) },
    panels: panels.map(({ pattern, x, lines }): ReferencePanel => {
      const sparsities = x.map(sparsityOf)
      return {
        of: pattern === 'nm' ? 8 : null,
        lines: lines.map(({ label, values }) => ({ label, points: values.map((value, i) => [sparsities[i]!, unit === 'change' ? 100 * (1 + value) : value]) })), // prettier-ignore
      }
    }),
  }
}

function sparsityOf(x: number | string): number {
  if (typeof x === 'number') return x
  const [keep, of] = x.split(':').map(Number)
  return 1 - keep! / of!
}

function errorWords({ unstructured, nm, note }: StoredReference['error']): string {
  const span = unstructured === nm ? `±${unstructured} points` : `±${unstructured} points, N of 8 ±${nm}`
  return note === '' ? span : `${span}, ${note}`
}
