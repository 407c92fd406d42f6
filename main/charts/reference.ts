import type { DataTable } from './chart.ts'
import type { LegendEntry } from './legend.ts'
import { line } from './marks.ts'
import type { Panels } from './panels.ts'
import { FLOOR } from './palette.ts'
import { fixed, list } from './words.ts'

/** Curves that others published, read off a figure: performance against sparsity in percent of dense, in their setting. */
export interface Reference {
  readonly id: string
  readonly label: string
  /** Whom and what they are from. */
  readonly source: string
  /** How far a value may be off, in words: "±0.4 points". */
  readonly error: string
  readonly panels: readonly ReferencePanel[]
}

export interface ReferencePanel {
  /** M of patterns that keep N of M; null where the pattern is free. */
  readonly of: number | null
  /** From the easiest; points are [sparsity, percent of dense]. */
  readonly lines: readonly { readonly label: string; readonly points: readonly (readonly [number, number])[] }[]
}

/** What a figure writes them by: one entry, for the greys are told apart by the caption. */
export function referenceLegend(reference: Reference | null): LegendEntry[] {
  return reference
    ? [{ label: `published, read off a figure, ${reference.error.split(',')[0]!}`, color: FLOOR, line: 'dashed' }]
    : []
}

/** Lines of one pattern, or of all that are asked for. */
function panelsOf({ panels }: Reference, patterns: readonly (number | null)[]): readonly ReferencePanel[] {
  return panels.filter(({ of }) => patterns.includes(of))
}

/** Heights that the axis should reach. */
export function referenceHeights(reference: Reference | null, patterns: readonly (number | null)[]): number[] {
  if (reference === null) return []
  return panelsOf(reference, patterns).flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, y]) => y)))
}

/** Dashed and grey under everything else, from light (easiest) to dark (hardest). */
export function drawReference(
  panels: Panels,
  panel: number,
  reference: Reference | null,
  patterns: readonly (number | null)[],
): void {
  if (reference === null) return
  for (const { lines } of panelsOf(reference, patterns)) {
    for (const [i, { points }] of lines.entries()) {
      panels.draw(line(panel, points, { color: grey(i, lines.length), type: 'dashed', width: 1.1 }, { z: 1 }))
    }
  }
}

function grey(i: number, count: number): string {
  const value = Math.round(184 - (count < 2 ? 0.5 : i / (count - 1)) * 92)
  return `#${value.toString(16).padStart(2, '0').repeat(3)}`
}

/** A sentence for the caption; '' without a reference. */
export function referenceWords(reference: Reference | null): string {
  if (reference === null) return ''
  const names = list(reference.panels[0]!.lines.map(({ label }) => label))
  return ` Grey dashed lines: ${reference.source}, ${reference.label}, read off the published figure (${reference.error}), faint to strong: ${names}. They are of other models and tasks of this setting, not a target.` // prettier-ignore
}

/** Their numbers, pattern by pattern. */
export function referenceTables(reference: Reference | null, patterns: readonly (number | null)[]): DataTable[] {
  if (reference === null) return []
  return panelsOf(reference, patterns).map(({ of, lines }): DataTable => {
    const x = lines[0]!.points.map(([sparsity]) => sparsity)
    const levels = x.map((s) => (of === null ? `${Number((100 * s).toFixed(2))} %` : `${Math.round(of * (1 - s))} of ${of} kept`))
    return {
      caption: `Published, read off a figure (${reference.error}): ${reference.label}, percent of dense`,
      head: ['line', ...levels],
      words: 1,
      rows: lines.map(({ label, points }) => [label, ...points.map(([, y]) => fixed(y, 1))]),
    }
  })
}
