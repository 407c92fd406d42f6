import { styleText } from 'node:util'

export type Tone = 'plain' | 'dim' | 'bold'

export interface GridCell {
  readonly text: string
  readonly tone: Tone
}

/** One line of a table: a name, then a cell per column; a line without cells is a heading or, without a name, empty. */
export interface GridLine {
  readonly name: string
  readonly cells: readonly GridCell[]
}

export interface Paper {
  /** Columns of the terminal. */
  readonly width: number
  readonly colour: boolean
}

export const plain = (text: string): GridCell => ({ text, tone: 'plain' })

const LEAST_NAME = 20

/** A table as text: names to the left, cells to the right of their columns. Columns that do not fit follow below, under their heads again. */
export function formatGrid(head: readonly string[], lines: readonly GridLine[], paper: Paper): string {
  const longest = Math.max(0, ...lines.filter(({ cells }) => cells.length > 0).map(({ name }) => widthOf(name)))
  const widths = head.map((text, i) => Math.max(widthOf(text), ...lines.map(({ cells }) => widthOf(cells[i]?.text ?? ''))) + 1)
  const room = paper.width - widths.reduce((sum, width) => sum + width, 0)
  // names are cut before columns have to stand below each other
  const names = Math.max(8, Math.min(longest, room >= LEAST_NAME ? room : Math.floor(paper.width / 3)))
  return blocksOf(widths, paper.width - names)
    .map((block) => {
      const row = (name: string, cells: readonly GridCell[]) =>
        padEnd(cut(name, names), names) +
        block.map((i) => tint(padStart(cells[i]?.text ?? '', widths[i]!), cells[i]?.tone, paper)).join('')
      const body = lines.map(({ name, cells }) =>
        cells.length === 0 ? tint(cut(name, paper.width), 'bold', paper) : row(name, cells),
      )
      return [row('', head.map((text): GridCell => ({ text, tone: 'dim' }))), ...body].map((line) => line.trimEnd()).join('\n') // prettier-ignore
    })
    .join('\n\n')
}

/** Which columns stand side by side. */
function blocksOf(widths: readonly number[], room: number): number[][] {
  const blocks: number[][] = [[]]
  let left = room
  widths.forEach((width, i) => {
    if (width > left && blocks.at(-1)!.length > 0) {
      blocks.push([])
      left = room
    }
    blocks.at(-1)!.push(i)
    left -= width
  })
  return blocks
}

/** Text in a tone, where the terminal has any. */
export function tint(text: string, tone: Tone = 'plain', { colour }: Pick<Paper, 'colour'>): string {
  return colour && tone !== 'plain' ? styleText(tone, text, { validateStream: false }) : text
}

/** Sentences in lines of at most `width`, the first after `lead` and the rest below its text. */
export function wrap(text: string, width: number, lead = ''): string {
  const lines: string[] = []
  let line = lead
  const indent = ' '.repeat(widthOf(lead))
  for (const word of safe(text).split(' ')) {
    const isFirst = line === lead || line === indent
    if (!isFirst && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = indent + word
    } else line += isFirst ? word : ` ${word}`
  }
  return [...lines, line].join('\n')
}

/** Without what would move the cursor or change the terminal: names come from files. */
export function safe(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, '?')
}

/** Columns that a text takes up: letters of East Asian scripts take two. */
export function widthOf(text: string): number {
  let width = 0
  for (const c of safe(text)) width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(c) ? 2 : /\p{M}/u.test(c) ? 0 : 1 // prettier-ignore
  return width
}

/** Cut in the middle to fit, since names of one family differ at both ends. */
function cut(text: string, width: number): string {
  const letters = [...safe(text)]
  let kept = letters
  for (let keep = letters.length; widthOf(kept.join('')) > width && keep > 1; keep--) {
    kept = [...letters.slice(0, Math.ceil(keep / 2) - 1), '…', ...letters.slice(letters.length - Math.floor(keep / 2))]
  }
  return kept.join('')
}

const padEnd = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)))
const padStart = (text: string, width: number) => ' '.repeat(Math.max(0, width - widthOf(text))) + safe(text)
