import { LabError } from '../base/errors.ts'
import { codePoints } from '../base/text.ts'
import { item, member, replaceText } from './operators.ts'
import { asNumber, capitalize, isDict, isList, iterate, pyStr, strip, toFloat, toIterator } from './python.ts'
import type { PyValue } from './python.ts'
import { replacePattern } from './python-pattern.ts'

type Given = (i: number, name: string) => PyValue | undefined
type Filter = (value: PyValue, given: Given) => PyValue | undefined

const fail = (message: string): never => {
  throw new LabError('task/template', message)
}
const items = (value: PyValue, name: string) =>
  iterate(value) ?? fail(`Expected a text or list before "| ${name}", got ${pyStr(value).slice(0, 60)}.`)
const count = (value: PyValue | undefined, name: string) =>
  value === undefined || value === null
    ? -1
    : typeof value === 'number'
      ? value
      : fail(`Expected a whole number for "| ${name}", got ${pyStr(value)}.`)

/** Jinja2's own filters, and regex_replace of lm-evaluation-harness. `default` lives in jinja.ts, for it may meet what is not there. */
const FILTERS: Readonly<Record<string, Filter>> = {
  string: (value) => pyStr(value),
  int: (value, given) => toInt(value) ?? given(0, 'default') ?? 0,
  float: (value, given) => toDouble(value) ?? given(0, 'default') ?? toFloat(0),
  length: (value) => lengthOf(value),
  count: (value) => lengthOf(value),
  list: (value) => [...items(value, 'list')],
  first: (value) => items(value, 'first')[0],
  last: (value) => items(value, 'last').at(-1),
  lower: (value) => pyStr(value).toLowerCase(),
  upper: (value) => pyStr(value).toUpperCase(),
  capitalize: (value) => capitalize(pyStr(value)),
  title: (value) => titleOfWords(pyStr(value)),
  trim: (value, given) => strip(pyStr(value), textOrNone(given(0, 'chars')), 'both'),
  reverse: (value) =>
    typeof value === 'string' ? [...value].reverse().join('') : toIterator([...items(value, 'reverse')].reverse()),
  abs: (value) => {
    const number = asNumber(value) ?? fail(`Expected a number before "| abs", got ${pyStr(value)}.`)
    return typeof value === 'object' ? toFloat(Math.abs(number)) : Math.abs(number)
  },
  join: (value, given) => {
    const attribute = given(1, 'attribute')
    const parts = items(value, 'join').map((part) =>
      attribute === undefined || attribute === null ? part : attributeOf(part, attribute),
    )
    return parts.map(pyStr).join(pyStr(given(0, 'd') ?? ''))
  },
  replace: (value, given) => {
    const [from, to] = [given(0, 'old'), given(1, 'new')]
    if (from === undefined || to === undefined) return fail('Expected "| replace(old, new)", got fewer arguments.')
    return replaceText(pyStr(value), pyStr(from), pyStr(to), count(given(2, 'count'), 'replace'))
  },
  map: (value, given) => {
    const attribute = given(-1, 'attribute')
    if (attribute !== undefined)
      return toIterator(items(value, 'map').map((part) => attributeOf(part, attribute, given(-1, 'default'))))
    const name = given(0, '')
    if (typeof name !== 'string' || !hasFilter(name))
      return fail(`Expected "| map" with an attribute or the name of a filter, got ${pyStr(name ?? '')}.`)
    const rest: Given = (i, key) => (i < 0 ? given(i, key) : given(i + 1, key))
    return toIterator(
      items(value, 'map').map((part) => FILTERS[name]!(part, rest) ?? fail(`Expected an item for "| map('${name}')".`)),
    )
  },
  regex_replace: (value, given) => {
    const [pattern, to] = [given(0, 'pattern'), given(1, 'repl')]
    if (typeof value !== 'string' || typeof pattern !== 'string' || typeof to !== 'string') {
      return fail('Expected texts in "| regex_replace(pattern, repl)".')
    }
    return replacePattern(value, pattern, to, Math.max(0, count(given(2, 'count') ?? 0, 'regex_replace')))
  },
}

/** Whether a filter of this name is built in. */
export const hasFilter = (name: string): boolean => Object.hasOwn(FILTERS, name)

/** value | name(…); undefined where Jinja2 gives Undefined, as for the first item of an empty list. LabError 'task/template' where it raises. */
export function applyFilter(
  name: string,
  value: PyValue,
  list: readonly PyValue[],
  named: Readonly<Record<string, PyValue>>,
): PyValue | undefined {
  return FILTERS[name]!(value, (i, key) =>
    i >= 0 && i < list.length ? list[i] : Object.hasOwn(named, key) ? named[key] : undefined,
  )
}

function lengthOf(value: PyValue): number {
  if (typeof value === 'string') return codePoints(value)
  return items(value, 'length').length
}

const textOrNone = (value: PyValue | undefined) => (value === undefined || value === null ? undefined : pyStr(value))

/** Jinja2's int filter: a number in the text, else none. It truncates and, unlike parseInt, takes no "12abc". */
function toInt(value: PyValue): PyValue | undefined {
  if (typeof value === 'string' && /^[+-]?\d+(_\d+)*$/.test(strip(value, undefined, 'both')))
    return Number(strip(value, undefined, 'both').replaceAll('_', ''))
  const number = toDouble(value)
  const plain = number === undefined ? undefined : asNumber(number)
  return plain === undefined || !Number.isFinite(plain) ? undefined : Math.trunc(plain) + 0
}

function toDouble(value: PyValue): PyValue | undefined {
  const number = asNumber(value)
  if (number !== undefined) return toFloat(number)
  if (typeof value !== 'string') return undefined
  const text = strip(value, undefined, 'both').toLowerCase()
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(text)
  if (special) return toFloat(special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity)
  return /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/.test(text)
    ? toFloat(Number(text.replaceAll('_', '')))
    : undefined
}

/** Jinja2's title filter, which is not Python's title(): a word begins after white space or one of - ( { [ <. */
function titleOfWords(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map((word) => ([...word][0] === undefined ? '' : [...word][0]!.toUpperCase() + [...word].slice(1).join('').toLowerCase()))
    .join('')
}

/** A dotted path of attributes and indices, as in join(attribute='a.b'). */
function attributeOf(value: PyValue, path: PyValue, otherwise?: PyValue): PyValue {
  let at: PyValue | undefined = value
  for (const part of typeof path === 'number' ? [path] : pyStr(path).split('.')) {
    const key: PyValue = typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part
    if (at !== undefined)
      at =
        (isDict(at) && typeof key === 'string' ? member(at, key) : undefined) ??
        (isList(at) || isDict(at) || typeof at === 'string' ? item(at, key) : undefined)
  }
  return at ?? otherwise ?? fail(`Expected an attribute "${pyStr(path)}", found none in ${pyStr(value).slice(0, 100)}.`)
}
