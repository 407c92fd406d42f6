import type { DataTable } from '../../charts/chart.ts'
import { markup, type Html } from './html.ts'

/** A table of data: words to the left, numbers to the right. */
export function dataTable({ caption, head, rows, words }: DataTable, hasCaption = true): Html {
  const top = head.map((text, i) => (i < words ? markup`<th class="w">${text}</th>` : markup`<th>${text}</th>`))
  const cell = (text: string, i: number) => (i < words ? markup`<td class="w">${text}</td>` : markup`<td>${text}</td>`)
  const body = rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`)
  const title = hasCaption ? markup`<caption>${caption}</caption>` : null
  return markup`<div class="scroll" tabindex="0"><table>${title}<thead><tr>${top}</tr></thead><tbody>\n${body}</tbody></table></div>\n`
}

/** What one may open: nothing of it is drawn until then. */
export function fold(title: string, inside: Html | readonly Html[]): Html {
  return markup`<details><summary>${title}</summary>\n${inside}</details>\n`
}

/** Pairs of a term and what is said of it. */
export function facts(pairs: readonly (readonly [term: string, said: Html | string])[], kind = ''): Html {
  return markup`<dl class="facts ${kind}">\n${pairs.map(([term, said]) => markup`<dt>${term}</dt><dd>${said}</dd>\n`)}</dl>\n`
}
