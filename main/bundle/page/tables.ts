import type { DataTable } from '../charts/chart.ts'
import { markup, type Html } from './html.ts'

/** A table of data: words to the left, numbers to the right. */
export function dataTable({ caption, head, rows, words }: DataTable): Html {
  const cell = (tag: 'th' | 'td') => (text: string, i: number) => {
    if (tag === 'th') return i < words ? markup`<th class="w">${text}</th>` : markup`<th>${text}</th>`
    return i < words ? markup`<td class="w">${text}</td>` : markup`<td>${text}</td>`
  }
  const body = rows.map((row) => markup`<tr>${row.map(cell('td'))}</tr>\n`) // prettier-ignore
  return markup`<div class="scroll" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map(cell('th'))}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div> `
}

/** What one may open: nothing of it is drawn until then. */
export function fold(title: string, inside: Html | readonly Html[]): Html {
  return markup`<details>
    <summary>${title}</summary>
    ${inside}
  </details> `
}

/** Pairs of a term and what is said of it. */
export function facts(pairs: readonly (readonly [term: string, said: Html | string])[], kind = ''): Html {
  return markup`<dl class="facts ${kind}">
    ${pairs.map(
      ([term, said]) =>
        markup`<dt>${term}</dt>
          <dd>${said}</dd> `,
    )}
  </dl> `
}
