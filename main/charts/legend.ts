import { INK } from './palette.ts'
import { TEXT_SIZE, type Panels } from './panels.ts'

/** Width of a text in CSS pixels in the widest of the fonts that may draw it (DejaVu Sans), so that nothing laid out by it collides. */
export function textWidth(text: string, size = TEXT_SIZE): number {
  let em = 0
  for (const c of text) {
    if (/[\u1100-\u{10ffff}]/u.test(c) && !/[→−≤≥–—…·]/.test(c)) em += 1.05
    else em += /[mwMW%@—→…]/.test(c) ? 0.95 : /[ijlftrI.,:;'|()[\] ]/.test(c) ? 0.36 : /[A-Z+−=<>≥≤]/.test(c) ? 0.76 : 0.62
  }
  return em * size
}

/** Bold letters are wider by so much. */
export const BOLD = 1.12

/** Cut in the middle to fit `width`: names of one family differ at both ends. */
export function shorten(text: string, width: number, size = TEXT_SIZE): string {
  if (textWidth(text, size) <= width) return text
  const letters = [...text]
  for (let keep = letters.length - 1; keep > 4; keep--) {
    const cut = `${letters.slice(0, Math.ceil(keep / 2)).join('')}…${letters.slice(letters.length - Math.floor(keep / 2)).join('')}`
    if (textWidth(cut, size) <= width) return cut
  }
  return letters.slice(0, 4).join('')
}

const SIZE = 11

/** One entry of a legend: a line with a mark, or one of them. */
export interface LegendEntry {
  readonly label: string
  readonly color: string
  readonly mark?: 'full' | 'hollow' | 'cross'
  readonly line?: 'solid' | 'dashed' | 'dotted'
  /** Colour of the area below the line. */
  readonly ground?: string
}

/** Writes legend entries from left to right, in as many rows as they need; gives the height used. */
export function drawLegend(panels: Panels, entries: readonly LegendEntry[], left: number, top: number, right: number): number {
  let [x, y] = [left, top + 9]
  for (const entry of entries) {
    const label = shorten(entry.label, right - left - 50, SIZE)
    const width = 29 + textWidth(label, SIZE) + 10
    if (x > left && x + width > right) [x, y] = [left, y + 19]
    if (entry.ground) {
      panels.place({ type: 'rect', shape: { x, y, width: 24, height: 7 }, style: { fill: entry.ground } })
    }
    const stroke = { stroke: entry.color, lineWidth: entry.line === 'solid' ? 2 : 1.2 }
    if (entry.line) {
      const lineDash = entry.line === 'solid' ? ('solid' as const) : entry.line === 'dashed' ? [5, 3] : [1.5, 2.5]
      panels.place({ type: 'line', shape: { x1: x, y1: y, x2: x + 24, y2: y }, style: { ...stroke, lineDash } })
    }
    if (entry.mark === 'cross') {
      for (const d of [-3, 3]) {
        panels.place({
          type: 'line',
          shape: { x1: x + 9, y1: y - d, x2: x + 15, y2: y + d },
          style: { stroke: entry.color, lineWidth: 1 },
        })
      }
    } else if (entry.mark) {
      const fill = entry.mark === 'full' ? entry.color : '#ffffff'
      panels.place({ type: 'circle', shape: { cx: x + 12, cy: y, r: 3.5 }, style: { fill, stroke: entry.color, lineWidth: 1.2 } })
    }
    panels.write(label, x + 29, y, { fill: INK, size: SIZE })
    x += width
  }
  return y + 10 - top
}

/** A text as lines of whole words no wider than `width` points; a word that is wider by itself is shortened. */
export function folded(text: string, width: number, size = TEXT_SIZE): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)!} ${word}`
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer
    else lines.push(shorten(word, width, size))
  }
  return lines
}
