import { escapeText } from '../../charts/svg.ts'

/** Text that is HTML already: the only thing that `markup` does not escape. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Html | null | readonly Part[]

/** HTML from a template. What is put in is escaped, except other markup; lists are joined, null is nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? write(parts[i]!) : '')).join(''))
}

function write(part: Part): string {
  if (part === null) return ''
  if (part instanceof Html) return part.text
  return Array.isArray(part) ? part.map(write).join('') : escapeText(String(part))
}

/** Numbers held together with their units, and tests with their letters: no line ends between them. */
export function glue(text: string): string {
  return text.replace(/(\d) %/g, '$1\u00a0%').replace(/([pτ]) ([<=]) /g, '$1\u00a0$2\u00a0')
}
