import { LabError } from '../base/errors.ts'
import { codePoints } from '../base/text.ts'
import {
  asNumber,
  capitalize,
  compare,
  equals,
  isDict,
  isFloat,
  isList,
  iterate,
  pyStr,
  split,
  strip,
  title,
  toFloat,
  TUPLE,
  toTuple,
} from './python.ts'
import type { PyValue } from './python.ts'

const fail = (message: string): never => {
  throw new LabError('task/template', message)
}
const kind = (value: PyValue) =>
  `${pyStr(value).slice(0, 60)} (${value === null ? 'None' : isList(value) ? 'list' : isFloat(value) ? 'float' : typeof value})`

/** Python's binary operators, and Jinja2's `~`. LabError 'task/template' where Python raises a TypeError. */
export function binary(operator: string, a: PyValue, b: PyValue): PyValue {
  switch (operator) {
    case '==':
      return equals(a, b)
    case '!=':
      return !equals(a, b)
    case '~':
      return pyStr(a) + pyStr(b)
    case 'in':
      return contains(b, a)
    case 'not in':
      return !contains(b, a)
    case '<':
    case '>':
    case '<=':
    case '>=': {
      const order = compare(a, b) ?? fail(`Expected two things of a kind around "${operator}", got ${kind(a)} and ${kind(b)}.`)
      return operator === '<' ? order < 0 : operator === '>' ? order > 0 : operator === '<=' ? order <= 0 : order >= 0
    }
    default:
      return arithmetic(operator, a, b)
  }
}

function arithmetic(operator: string, a: PyValue, b: PyValue): PyValue {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b
  if (operator === '+' && isList(a) && isList(b)) return [...a, ...b]
  if (operator === '*' && typeof b === 'number' && typeof a === 'string') return a.repeat(Math.max(0, b))
  if (operator === '*' && typeof b === 'number' && isList(a)) return Array.from({ length: Math.max(0, b) }, () => a).flat()
  const [x, y] = [asNumber(a), asNumber(b)]
  if (x === undefined || y === undefined)
    return fail(`Expected "${operator}" to be between two numbers or two texts, got ${kind(a)} and ${kind(b)}.`)
  const keep = (value: number) => (isFloat(a) || isFloat(b) ? toFloat(value) : value)
  if ((operator === '/' || operator === '//' || operator === '%') && y === 0)
    fail(`Expected a divisor other than 0 in ${kind(a)} ${operator} 0.`)
  switch (operator) {
    case '+':
      return keep(x + y)
    case '-':
      return keep(x - y)
    case '*':
      return keep(x * y)
    case '/':
      return toFloat(x / y)
    case '//':
      return keep(Math.floor(x / y))
    case '%':
      return keep(x % y !== 0 && x % y < 0 !== y < 0 ? (x % y) + y : x % y)
    case '**':
      return y < 0 ? toFloat(x ** y) : keep(x ** y)
    default:
      return fail(`Expected an operator of Jinja2, got "${operator}".`)
  }
}

/** Unary minus. */
export function negate(value: PyValue): PyValue {
  const number = asNumber(value) ?? fail(`Expected a number after a minus, got ${kind(value)}.`)
  return isFloat(value) ? toFloat(-number) : 0 - number
}

function contains(container: PyValue, value: PyValue): boolean {
  if (typeof container === 'string') {
    return typeof value === 'string'
      ? container.includes(value)
      : fail(`Expected a text to look for in a text, got ${kind(value)}.`)
  }
  if (isList(container)) return container.some((member) => equals(member, value))
  if (isDict(container)) {
    if (isDict(value) || (isList(value) && !(TUPLE in value)))
      return fail(`Expected a key to look for in a dict, got ${kind(value)}.`)
    return typeof value === 'string' && Object.hasOwn(container, value)
  }
  return fail(`Expected a text, list or dict after "in", got ${kind(container)}.`)
}

/** object[key]; undefined where there is no such item. */
export function item(object: PyValue, key: PyValue): PyValue | undefined {
  if (isDict(object)) return typeof key === 'string' && Object.hasOwn(object, key) ? object[key] : undefined
  if (typeof key !== 'number' && typeof key !== 'boolean') return undefined
  if (typeof object === 'string') return [...object].at(Number(key))
  return isList(object) ? object.at(Number(key)) : undefined
}

const METHODS = {
  text: [
    'upper',
    'lower',
    'strip',
    'lstrip',
    'rstrip',
    'title',
    'capitalize',
    'split',
    'replace',
    'join',
    'startswith',
    'endswith',
    'index',
    'find',
    'count',
    'isdigit',
    'isupper',
    'islower',
    'splitlines',
    'removeprefix',
    'removesuffix',
    'zfill',
  ],
  list: ['index', 'count'],
  dict: ['items', 'keys', 'values', 'get'],
} as const
const DICT_ATTRIBUTES = new Set([
  'items',
  'keys',
  'values',
  'get',
  'pop',
  'popitem',
  'copy',
  'clear',
  'update',
  'setdefault',
  'fromkeys',
])

/** Whether a method of this name is built in for some kind of value. */
export function isMethod(name: string): boolean {
  return Object.values(METHODS).some((names) => (names as readonly string[]).includes(name))
}

/** object.name: a method of a dict hides a key of the same name, as in Jinja2; undefined where there is none. */
export function member(object: PyValue, name: string): PyValue | undefined {
  if (!isDict(object)) return undefined
  if (DICT_ATTRIBUTES.has(name)) fail(`Expected .${name} to be called, or the key to be written ['${name}'].`)
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** object[start:stop:step] of a text or list, counted in code points. */
export function sliceOf(object: PyValue, start?: PyValue, stop?: PyValue, step?: PyValue): PyValue {
  const source =
    typeof object === 'string' || isList(object)
      ? iterate(object)!
      : fail(`Expected a text or list to slice, got ${kind(object)}.`)
  const bound = (value: PyValue | undefined, otherwise: number) => {
    if (value === undefined || value === null) return otherwise
    return typeof value === 'number' || typeof value === 'boolean'
      ? Number(value)
      : fail(`Expected whole numbers in a slice, got ${kind(value)}.`)
  }
  const by = bound(step, 1)
  if (by === 0) fail('Expected a slice step other than 0.')
  const [n, low, high] = [source.length, by > 0 ? 0 : -1, by > 0 ? source.length : source.length - 1]
  const clamp = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + n : at))
  const from = start === undefined || start === null ? (by > 0 ? low : high) : clamp(bound(start, 0))
  const to = stop === undefined || stop === null ? (by > 0 ? high : low) : clamp(bound(stop, 0))
  const picked: PyValue[] = []
  for (let i = from; by > 0 ? i < to : i > to; i += by) picked.push(source[i]!)
  return typeof object === 'string' ? picked.join('') : picked
}

/** object.name(…). LabError 'task/template' where Python would raise, or the method is not built in. */
export function callMethod(
  object: PyValue,
  name: string,
  list: readonly PyValue[],
  named: Readonly<Record<string, PyValue>>,
): PyValue {
  const type = typeof object === 'string' ? 'text' : isList(object) ? 'list' : isDict(object) ? 'dict' : undefined
  if (!type || !(METHODS[type] as readonly string[]).includes(name))
    return fail(`Expected a value with a method "${name}", got ${kind(object)}.`)
  if (Object.keys(named).length > 0)
    return fail(`Expected ${name}() without named arguments, got ${Object.keys(named).join(', ')}.`)
  if (typeof object === 'string') return textMethod(object, name, list)
  return isList(object) ? listMethod(object, name, list) : dictMethod(object as { readonly [key: string]: PyValue }, name, list)
}

function listMethod(object: readonly PyValue[], name: string, list: readonly PyValue[]): PyValue {
  if (list.length !== 1) return fail(`Expected one argument for ${name}() of a list, got ${list.length}.`)
  if (name === 'count') return object.filter((member) => equals(member, list[0]!)).length
  const at = object.findIndex((member) => equals(member, list[0]!))
  return at >= 0 ? at : fail(`Expected ${kind(list[0]!)} to be in the list ${pyStr(object).slice(0, 200)}.`)
}

function dictMethod(object: { readonly [key: string]: PyValue }, name: string, list: readonly PyValue[]): PyValue {
  if (name === 'keys') return Object.keys(object)
  if (name === 'values') return Object.values(object)
  if (name === 'items') return Object.entries(object).map((entry) => toTuple(entry))
  const key = list[0]
  if (typeof key !== 'string') return fail(`Expected a text as key for get(), got ${key === undefined ? 'nothing' : kind(key)}.`)
  return Object.hasOwn(object, key) ? object[key]! : (list[1] ?? null)
}

function textMethod(text: string, name: string, list: readonly PyValue[]): PyValue {
  const optional = (i: number) => {
    const value = list[i]
    if (value === undefined || value === null) return undefined
    return typeof value === 'string' ? value : fail(`Expected a text as argument ${i + 1} of ${name}(), got ${kind(value)}.`)
  }
  const needed = (i: number) => optional(i) ?? fail(`Expected a text as argument ${i + 1} of ${name}(), got nothing.`)
  const whole = (i: number, otherwise: number) => {
    const value = list[i] ?? otherwise
    return typeof value === 'number'
      ? value
      : fail(`Expected a whole number as argument ${i + 1} of ${name}(), got ${kind(value)}.`)
  }
  const most =
    { strip: 1, lstrip: 1, rstrip: 1, split: 2, replace: 3, zfill: 1 }[name] ??
    (/^(join|startswith|endswith|index|find|count|remove)/.test(name) ? 1 : 0)
  if (list.length > most) fail(`Expected at most ${most} arguments for ${name}(), got ${list.length}.`)
  const find = (what: string) => {
    const at = text.indexOf(what)
    return at < 0 ? -1 : codePoints(text.slice(0, at))
  }
  const starts = (of: 'startsWith' | 'endsWith') =>
    (isList(list[0]!) ? list[0] : [needed(0)]).some((part) => text[of](pyStr(part)))
  switch (name) {
    case 'upper':
      return text.toUpperCase()
    case 'lower':
      return text.toLowerCase()
    case 'strip':
      return strip(text, optional(0), 'both')
    case 'lstrip':
      return strip(text, optional(0), 'left')
    case 'rstrip':
      return strip(text, optional(0), 'right')
    case 'title':
      return title(text)
    case 'capitalize':
      return capitalize(text)
    case 'split':
      return optional(0) === ''
        ? fail('Expected a separator for split(), got an empty text.')
        : split(text, optional(0), whole(1, -1))
    case 'replace':
      return replaceText(text, needed(0), needed(1), whole(2, -1))
    case 'join':
      return (iterate(list[0] ?? null) ?? fail('Expected a list to join.'))
        .map((part) => (typeof part === 'string' ? part : fail(`Expected texts to join, got ${kind(part)}.`)))
        .join(text)
    case 'startswith':
      return starts('startsWith')
    case 'endswith':
      return starts('endsWith')
    case 'find':
      return find(needed(0))
    case 'index':
      return find(needed(0)) >= 0 ? find(needed(0)) : fail(`Expected ${kind(needed(0))} to be in ${kind(text)}.`)
    case 'count':
      return needed(0) === '' ? codePoints(text) + 1 : text.split(needed(0)).length - 1
    case 'isdigit':
      return /^\p{Nd}+$/u.test(text)
    case 'isupper':
      return /\p{Cased}/u.test(text) && text === text.toUpperCase()
    case 'islower':
      return /\p{Cased}/u.test(text) && text === text.toLowerCase()
    case 'splitlines':
      return text === ''
        ? []
        : text.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, '').split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
    case 'removeprefix':
      return text.startsWith(needed(0)) ? text.slice(needed(0).length) : text
    case 'removesuffix':
      return needed(0) !== '' && text.endsWith(needed(0)) ? text.slice(0, -needed(0).length) : text
    default:
      return zeroFilled(text, whole(0, 0))
  }
}

function zeroFilled(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(Math.max(0, width - codePoints(text))) + text.slice(sign.length)
}

/** str.replace(from, to, most); most < 0 replaces all. An empty `from` matches between all characters, as in Python. */
export function replaceText(text: string, from: string, to: string, most: number): string {
  if (most < 0 && from !== '') return text.replaceAll(from, to.replaceAll('$', '$$$$'))
  const parts = from === '' ? ['', ...text, ''] : text.split(from)
  const limit = most < 0 ? parts.length : most
  return parts.reduce((out, part, i) => out + (i === 0 ? '' : i <= limit ? to : from) + part, '')
}
