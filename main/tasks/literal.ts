import { LabError } from '../base/errors.ts'
import { toFloat, toTuple } from './python.ts'
import type { PyValue } from './python.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

/** Python's ast.literal_eval for lists, tuples, dicts with text keys, texts, numbers, True, False and None. LabError 'task/template' for all else. */
export function parseLiteral(text: string): PyValue {
  const source = text.replace(/^[ \t]+/, '')
  let at = 0

  function fail(expected: string): never {
    const found = at < source.length ? `${JSON.stringify(source.slice(at, at + 20))} at character ${at}` : 'the end'
    throw new LabError(
      'task/template',
      `Expected a Python literal such as ['a', 'b'], got ${JSON.stringify(text.slice(0, 200))}: ${expected} expected, ${found} found.`,
    )
  }
  const skip = () => {
    while (at < source.length && /[ \t\r\n\f]/.test(source[at]!)) at++
  }
  const take = (token: string) => {
    skip()
    if (!source.startsWith(token, at)) return false
    at += token.length
    return true
  }
  function sequence(close: string): { items: PyValue[]; hasComma: boolean } {
    const items: PyValue[] = []
    let hasComma = false
    while (!take(close)) {
      if (items.length > 0 && !hasComma) fail(`"," or "${close}"`)
      items.push(value())
      hasComma = take(',')
    }
    return { items, hasComma }
  }
  function dict(): PyValue {
    const entries: [string, PyValue][] = []
    for (let hasComma = true; !take('}'); hasComma = take(',')) {
      if (!hasComma) fail('"," or "}"')
      const key = value()
      if (typeof key !== 'string') fail('a text as key')
      if (!take(':')) fail('":"')
      entries.push([key, value()])
    }
    return Object.fromEntries(entries)
  }
  function string(): string {
    const quote = source[at]!
    const fence = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote
    at += fence.length
    let out = ''
    while (!source.startsWith(fence, at)) {
      const char = source[at]
      if (char === undefined || (char === '\n' && fence.length === 1)) fail(`closing ${fence}`)
      at++
      out += char === '\\' ? escape() : char
    }
    at += fence.length
    skip()
    return source[at] === "'" || source[at] === '"' ? out + string() : out // neighbours are one text in Python
  }
  function escape(): string {
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(source.slice(at, at + 9))
    if (code) {
      at += code[0].length
      return String.fromCodePoint(parseInt(code[1] ?? code[2] ?? code[3]!, 16))
    }
    const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))
    if (octal) {
      at += octal[0].length
      return String.fromCodePoint(parseInt(octal[0], 8))
    }
    const char = source[at++] ?? fail('a character after the backslash')
    if (char === 'x' || char === 'u' || char === 'U' || char === 'N') fail('a complete escape')
    return ESCAPES[char] ?? `\\${char}`
  }
  function number(): PyValue {
    const found = /^[+-]?(?:\d+(?:_\d+)*)?(?:\.\d*)?(?:[eE][+-]?\d+)?/.exec(source.slice(at))![0]
    const isInt = /^[+-]?(?:0+|[1-9]\d*(?:_\d+)*)$/.test(found)
    if (!isInt && !/^[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?$/.test(found)) fail('a value')
    at += found.length
    const parsed = Number(found.replaceAll('_', ''))
    return isInt ? parsed : toFloat(parsed)
  }
  function value(): PyValue {
    skip()
    const char = source[at]
    if (char === "'" || char === '"') return string()
    if (take('[')) return sequence(']').items
    if (take('{')) return dict()
    if (take('(')) {
      const { items, hasComma } = sequence(')')
      return items.length === 1 && !hasComma ? items[0]! : toTuple(items)
    }
    const word = /^(True|False|None)\b/.exec(source.slice(at))?.[1]
    if (word === undefined) return number()
    at += word.length
    return word === 'None' ? null : word === 'True'
  }

  const result = value()
  skip()
  if (at < source.length) fail('nothing more')
  return result
}
