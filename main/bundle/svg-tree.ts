import { LabError } from '../base/errors.ts'

/** An element of a drawing. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** What stands in it directly. */
  readonly text: string
}

const TOKEN = /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** SVG text as its elements, for drawings that a program wrote: no comments, no CDATA, no doctype. LabError 'figure/svg' for anything else. */
export function readSvg(svg: string): Element {
  const top = open('', '')
  const path = [top]
  const text = svg.trim()
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const at = TOKEN.lastIndex
    const [, closes, name, given, isEmpty, words] = TOKEN.exec(text) ?? [] // which ends the loop by an error, not by itself
    const inner = path.at(-1)!
    if (words !== undefined) inner.text += plain(words)
    else if (name === undefined) throw unreadable(text.slice(at))
    else if (closes) {
      if (path.length < 2 || inner.name !== name) throw unreadable(text.slice(at))
      path.pop()
    } else {
      const found = open(name, given!)
      inner.children.push(found)
      if (!isEmpty) path.push(found)
    }
  }
  const [root] = top.children
  if (path.length > 1 || top.children.length !== 1 || root!.name !== 'svg') throw unreadable(text)
  return root!
}

interface Growing extends Element {
  readonly children: Growing[]
  text: string
}

function open(name: string, given: string): Growing {
  const attributes = Object.fromEntries([...given.matchAll(ATTRIBUTE)].map(([, key, value]) => [key!, plain(value!)]))
  return { name, attributes, children: [], text: '' }
}

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-fA-F]{1,5})|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? whole
    return String.fromCodePoint(decimal === undefined ? parseInt(hex as string, 16) : Number(decimal))
  })
}

function unreadable(from: string): LabError {
  return new LabError('figure/svg', `Expected SVG with each element closed, got ${JSON.stringify(from.slice(0, 80))}.`)
}
