/** Marks a number as a Python float, so that 145.0 prints as "145.0" and not as "145". */
export const FLOAT = Symbol('float')
/** Marks a list as a tuple: it prints in round brackets. */
export const TUPLE = Symbol('tuple')
/** Marks a list as an iterator: it can be walked or joined but has no printed form worth comparing. */
export const ITERATOR = Symbol('iterator')

export interface PyFloat {
  readonly [FLOAT]: number
}
/** A value as a Python template sees it: JSON, with floats told apart from integers where the source spelt them so. */
export type PyValue = null | boolean | number | string | PyFloat | readonly PyValue[] | { readonly [key: string]: PyValue }

/** What Python calls white space (str.isspace), as the inside of a character class. JavaScript's \s lacks U+001C–1F and U+0085 and adds U+FEFF. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const leading = new RegExp(`^[${SPACE}]+`)
const trailing = new RegExp(`[${SPACE}]+$`)
const runs = new RegExp(`[${SPACE}]+`, 'g')
const unprintable = /[\p{C}\p{Z}]/u

export const toFloat = (value: number): PyFloat => ({ [FLOAT]: value })
export const isFloat = (value: unknown): value is PyFloat => typeof value === 'object' && value !== null && FLOAT in value
export const isList = (value: unknown): value is readonly PyValue[] => Array.isArray(value)
export const isDict = (value: unknown): value is { readonly [key: string]: PyValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(FLOAT in value)
export const toTuple = (items: readonly PyValue[]): readonly PyValue[] => Object.assign([...items], { [TUPLE]: true })
export const toIterator = (items: readonly PyValue[]): readonly PyValue[] => Object.assign([...items], { [ITERATOR]: true })

/** The number behind an int, float or bool; undefined for all else. */
export function asNumber(value: PyValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return isFloat(value) ? value[FLOAT] : undefined
}

/** A JSON text as Python reads it: 5.0 and 1e3 become floats, 5 stays an int. */
export function parseJson(text: string): PyValue {
  const revive = (_: string, value: PyValue, context: { readonly source?: string }): PyValue =>
    typeof value === 'number' && /[.eE]/.test(context.source ?? '') ? toFloat(value) : value
  return (JSON.parse as (text: string, reviver: typeof revive) => PyValue)(text, revive)
}

/** str(value). */
export function pyStr(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value)
}

/** repr(value). Throws a TypeError for an iterator, whose printed form is an address. */
export function pyRepr(value: PyValue): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : floatRepr(value)
  if (typeof value === 'string') return strRepr(value)
  if (isFloat(value)) return floatRepr(value[FLOAT])
  if (isList(value)) {
    if (ITERATOR in value)
      throw new TypeError('Expected a value that can be printed, got an iterator (put "| list" or "| join" after it).')
    const inside = value.map(pyRepr).join(', ')
    if (TUPLE in value) return value.length === 1 ? `(${inside},)` : `(${inside})`
    return `[${inside}]`
  }
  const members = Object.entries(value).map(([key, member]) => `${strRepr(key)}: ${pyRepr(member)}`)
  return `{${members.join(', ')}}`
}

function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [, sign, first, rest = '', power] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential())!
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${first}${rest && `.${rest}`}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

function strRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let out = quote
  for (const char of text) {
    if (char === '\\' || char === quote) out += `\\${char}`
    else if (char === '\n') out += '\\n'
    else if (char === '\r') out += '\\r'
    else if (char === '\t') out += '\\t'
    else if (char === ' ' || !unprintable.test(char)) out += char
    else out += escapeCode(char.codePointAt(0)!)
  }
  return out + quote
}

function escapeCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

/** bool(value). */
export function truth(value: PyValue): boolean {
  if (value === null || value === false || value === '') return false
  const number = asNumber(value)
  if (number !== undefined) return number !== 0
  if (isList(value)) return value.length > 0
  return isDict(value) ? Object.keys(value).length > 0 : true
}

/** a == b. */
export function equals(a: PyValue, b: PyValue): boolean {
  const [x, y] = [asNumber(a), asNumber(b)]
  if (x !== undefined || y !== undefined) return x === y
  if (isList(a) && isList(b))
    return a.length === b.length && TUPLE in a === TUPLE in b && a.every((item, i) => equals(item, b[i]!))
  if (isDict(a) && isDict(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equals(a[key]!, b[key]!))
  }
  return a === b
}

/** Negative where a < b, 0 where equal, positive where a > b; undefined where Python would not compare them. Texts compare by code point. */
export function compare(a: PyValue, b: PyValue): number | undefined {
  const [x, y] = [asNumber(a), asNumber(b)]
  if (x !== undefined && y !== undefined) return x - y
  if (typeof a === 'string' && typeof b === 'string') {
    const [left, right] = [[...a], [...b]]
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      if (left[i] !== right[i]) return left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    }
    return left.length - right.length
  }
  if (!isList(a) || !isList(b)) return undefined
  const i = a.findIndex((item, at) => at < b.length && !equals(item, b[at]!))
  return i < 0 ? a.length - b.length : compare(a[i]!, b[i]!)
}

/** The items a Python loop would see; undefined for what cannot be looped over. */
export function iterate(value: PyValue): readonly PyValue[] | undefined {
  if (typeof value === 'string') return [...value]
  if (isList(value)) return value
  return isDict(value) ? Object.keys(value) : undefined
}

/** str.strip, lstrip or rstrip; `chars` is a set of characters, white space where absent. */
export function strip(text: string, chars: string | undefined, side: 'both' | 'left' | 'right'): string {
  if (chars === undefined) {
    const cut = side === 'right' ? text : text.replace(leading, '')
    return side === 'left' ? cut : cut.replace(trailing, '')
  }
  const [set, points] = [new Set(chars), [...text]]
  let [start, end] = [0, points.length]
  if (side !== 'right') while (start < end && set.has(points[start]!)) start++
  if (side !== 'left') while (end > start && set.has(points[end - 1]!)) end--
  return points.slice(start, end).join('')
}

/** str.split(separator, most). */
export function split(text: string, separator: string | undefined, most: number): string[] {
  if (separator !== undefined) {
    const parts = text.split(separator)
    return most < 0 || parts.length <= most ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)]
  }
  const body = text.replace(leading, '')
  if (body === '') return []
  if (most < 0) return body.replace(trailing, '').split(runs)
  const parts: string[] = []
  let from = 0
  for (const gap of body.matchAll(runs)) {
    if (parts.length === most || gap.index + gap[0].length === body.length) break
    parts.push(body.slice(from, gap.index))
    from = gap.index + gap[0].length
  }
  return [...parts, parts.length === most ? body.slice(from) : body.slice(from).replace(trailing, '')]
}

/** str.title(): a letter is a capital unless a letter stands before it, so "it's a_b" becomes "It'S A_B". */
export function title(text: string): string {
  return text.replace(/\p{Cased}+/gu, capitalize)
}

/** str.capitalize(). */
export function capitalize(text: string): string {
  const [first = ''] = text
  const [head = '', ...tail] = first.toUpperCase() // "ß" becomes "Ss"
  return head + tail.join('').toLowerCase() + text.toLowerCase().slice(first.toLowerCase().length)
}
