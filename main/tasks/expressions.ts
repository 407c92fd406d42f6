import { LabError } from '../base/errors.ts'
import { applyFilter, hasFilter } from './filters.ts'
import { binary, callMethod, isMethod, item, member, negate, sliceOf } from './operators.ts'
import { asNumber, isDict, isList, iterate, pyStr, toFloat, toTuple, truth } from './python.ts'
import type { PyValue } from './python.ts'

/** A value that is not there: may be tested with `is defined` or replaced by `default`; all else is an error. */
export interface Missing {
  readonly missing: string
  readonly isName: boolean
}
export type Value = PyValue | Missing
export type Names = Readonly<Record<string, PyValue>>
/** Names in reach: those set in the template, innermost first, then the document's. */
export interface Scope {
  readonly names: Map<string, PyValue>
  readonly doc: Names
  readonly above: Scope | undefined
}
export type Expression = (scope: Scope) => Value

/** A node of @huggingface/jinja's tree, whose classes it does not export. */
export interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

const MISSING = Symbol('missing')
const isMissing = (value: Value): value is Missing => typeof value === 'object' && value !== null && MISSING in value
const missing = (name: string, isName: boolean): Missing => Object.assign({ missing: name, isName }, { [MISSING]: true })
/** What an inline "if" without "else" gives: the one absent thing that Jinja2 prints, as nothing. */
export const NOTHING = missing('the "else" of an inline "if"', false)
const CONSTANTS = new Map<string, PyValue>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** What is not built in fails when the template is compiled, not when it is rendered. */
export function refuse(what: string): never {
  throw new LabError('task/template', `Expected only what is built in of Jinja2, got ${what}.`)
}

/** The value itself, or an error that names what is not there (StrictUndefined). */
export function defined(value: Value, doc: Names): PyValue {
  if (!isMissing(value)) return value
  if (!value.isName) throw new LabError('task/template', `Expected ${value.missing} to exist.`)
  const columns = Object.keys(doc).join(', ') || 'none'
  throw new LabError('task/column', `Expected a column "${value.missing}", found only ${columns}.`)
}

/** An expression that must have a value. */
export function strict(node: unknown): (scope: Scope) => PyValue {
  const value = expression(node as Node)
  return (scope) => defined(value(scope), scope.doc)
}

const optional = (node: unknown) => (node === undefined ? () => undefined : strict(node))

/** An expression as a function of the names in reach. */
export function expression(node: Node): Expression {
  switch (node.type) {
    case 'IntegerLiteral':
    case 'StringLiteral': {
      const value = node.value as PyValue
      return () => value
    }
    case 'FloatLiteral': {
      const value = toFloat(node.value as number)
      return () => value
    }
    case 'ArrayLiteral':
    case 'TupleLiteral': {
      const items = (node.value as Node[]).map(strict)
      const isTuple = node.type === 'TupleLiteral'
      return (scope) => (isTuple ? toTuple(items.map((of) => of(scope))) : items.map((of) => of(scope)))
    }
    case 'ObjectLiteral': {
      const entries = [...(node.value as Map<Node, Node>)].map(([key, value]) => [strict(key), strict(value)] as const)
      return (scope) => Object.fromEntries(entries.map(([key, value]) => [pyStr(key(scope)), value(scope)]))
    }
    case 'Identifier':
      return identifier(node.value as string)
    case 'MemberExpression':
      return access(node)
    case 'CallExpression':
      return call(node)
    case 'UnaryExpression': {
      const [operator, value] = [(node.operator as Node).value, strict(node.argument)]
      if (operator === '+') refuse('a plus sign without a left side')
      return operator === 'not' ? (scope) => !truth(value(scope)) : (scope) => negate(value(scope))
    }
    case 'BinaryExpression':
      return operation(node)
    case 'Ternary': {
      const [test, yes, no] = [strict(node.condition), expression(node.trueExpr as Node), expression(node.falseExpr as Node)]
      return (scope) => (truth(test(scope)) ? yes(scope) : no(scope))
    }
    case 'SelectExpression': {
      const [test, yes] = [strict(node.test), expression(node.lhs as Node)]
      return (scope) => (truth(test(scope)) ? yes(scope) : NOTHING)
    }
    case 'FilterExpression':
      return filter(node)
    case 'TestExpression':
      return test(node)
    default:
      return refuse(`a "${node.type}"`)
  }
}

function identifier(name: string): Expression {
  if (CONSTANTS.has(name)) return () => CONSTANTS.get(name)!
  return (scope) => {
    for (let at: Scope | undefined = scope; at; at = at.above) {
      const value = at.names.get(name)
      if (value !== undefined) return value
    }
    return Object.hasOwn(scope.doc, name) ? scope.doc[name]! : missing(name, true)
  }
}

function access(node: Node): Expression {
  const [object, property] = [strict(node.object), node.property as Node]
  if (property.type === 'SliceExpression') {
    const [start, stop, step] = [optional(property.start), optional(property.stop), optional(property.step)]
    return (scope) => sliceOf(object(scope), start(scope), stop(scope), step(scope))
  }
  if (node.computed || property.type === 'IntegerLiteral') {
    const key = strict(property)
    return (scope) => {
      const [of, at] = [object(scope), key(scope)]
      return item(of, at) ?? missing(`${pyStr(of).slice(0, 100)}[${pyStr(at)}]`, false)
    }
  }
  const name = property.value as string
  return (scope) => {
    const of = object(scope)
    return member(of, name) ?? missing(`"${name}" of ${pyStr(of).slice(0, 100)}`, false)
  }
}

interface Arguments {
  readonly list: readonly PyValue[]
  readonly named: Readonly<Record<string, PyValue>>
}

function argumentsOf(nodes: readonly Node[]): (scope: Scope) => Arguments {
  const list: ((scope: Scope) => PyValue)[] = []
  const named: [string, (scope: Scope) => PyValue][] = []
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression') named.push([(node.key as Node).value as string, strict(node.value)])
    else if (node.type.endsWith('SpreadExpression')) refuse('an argument with * or **')
    else list.push(strict(node))
  }
  return (scope) => ({
    list: list.map((of) => of(scope)),
    named: Object.fromEntries(named.map(([key, of]) => [key, of(scope)])),
  })
}

function call(node: Node): Expression {
  const [callee, given] = [node.callee as Node, argumentsOf(node.args as Node[])]
  if (callee.type === 'Identifier' && callee.value === 'range') return (scope) => range(given(scope).list)
  if (callee.type !== 'MemberExpression' || callee.computed) return refuse(`a call of "${String(callee.value ?? callee.type)}"`)
  const [object, name] = [strict(callee.object), (callee.property as Node).value as string]
  if (!isMethod(name)) refuse(`a method "${name}"`)
  return (scope) => {
    const { list, named } = given(scope)
    return callMethod(object(scope), name, list, named)
  }
}

function range(list: readonly PyValue[]): PyValue {
  const [start, stop, step] = list.length === 1 ? [0, list[0], 1] : [list[0], list[1], list[2] ?? 1]
  if (typeof start !== 'number' || typeof stop !== 'number' || typeof step !== 'number' || step === 0) {
    throw new LabError('task/template', `Expected range() of one to three integers, got (${list.map(pyStr).join(', ')}).`)
  }
  const n = Math.max(0, Math.ceil((stop - start) / step))
  if (n > 100_000) throw new LabError('task/template', `Expected a range of at most 100000 numbers, got ${n}.`)
  return Array.from({ length: n }, (_, i) => start + i * step)
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'])

function operation(node: Node): Expression {
  const operator = (node.operator as Node).value as string
  const first = node.left as Node
  const below = first.type === 'BinaryExpression' ? ((first.operator as Node).value as string) : ''
  // the parser drops brackets and has another precedence than Jinja2 here
  if (COMPARISONS.has(operator) && COMPARISONS.has(below)) refuse('a chain of comparisons')
  if (operator === '~' && (below === '+' || below === '-')) refuse(`"~" after "${below}" (use {% set %})`)
  const [left, right] = [strict(first), strict(node.right)]
  if (operator === 'and') return (scope) => pick(left(scope), false, () => right(scope))
  if (operator === 'or') return (scope) => pick(left(scope), true, () => right(scope))
  return (scope) => binary(operator, left(scope), right(scope))
}

const pick = (left: PyValue, wanted: boolean, right: () => PyValue) => (truth(left) === wanted ? left : right())

function filter(node: Node): Expression {
  const shape = node.filter as Node
  const isCall = shape.type === 'CallExpression'
  const name = (isCall ? (shape.callee as Node).value : shape.value) as string
  const given = argumentsOf(isCall ? (shape.args as Node[]) : [])
  const operand = expression(node.operand as Node)
  if (name === 'default' || name === 'd') {
    return (scope) => {
      const [value, { list, named }] = [operand(scope), given(scope)]
      const isReplaced = isMissing(value) || (truth(list[1] ?? named.boolean ?? false) && !truth(value))
      return isReplaced ? (list[0] ?? named.default_value ?? '') : value
    }
  }
  if (!hasFilter(name)) refuse(`a filter "${name}"`)
  return (scope) => {
    const { list, named } = given(scope)
    return applyFilter(name, defined(operand(scope), scope.doc), list, named) ?? missing(`an item for "${name}"`, false)
  }
}

const TESTS: Readonly<Record<string, (value: PyValue) => boolean>> = {
  none: (value) => value === null,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  number: (value) => asNumber(value) !== undefined,
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  mapping: isDict,
  sequence: (value) => typeof value === 'string' || isList(value) || isDict(value),
  iterable: (value) => iterate(value) !== undefined,
}

function test(node: Node): Expression {
  const name = (node.test as Node).value as string
  const [operand, isNegated] = [expression(node.operand as Node), node.negate === true]
  if (name === 'defined' || name === 'undefined') {
    return (scope) => (isMissing(operand(scope)) === (name === 'undefined')) !== isNegated
  }
  if (!Object.hasOwn(TESTS, name)) refuse(`a test "${name}"`)
  const check = TESTS[name]!
  return (scope) => {
    const value = operand(scope)
    if (isMissing(value) && (name === 'sequence' || name === 'iterable')) defined(value, scope.doc)
    return (!isMissing(value) && check(value)) !== isNegated
  }
}
