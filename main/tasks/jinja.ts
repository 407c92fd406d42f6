import { parse, tokenize } from '@huggingface/jinja'
import { LabError } from '../base/errors.ts'
import { defined, expression, NOTHING, refuse, strict } from './expressions.ts'
import type { Names, Node, Scope } from './expressions.ts'
import { iterate, pyStr, truth } from './python.ts'
import type { PyValue } from './python.ts'

/**
 * Jinja2 as lm-evaluation-harness sets it up: StrictUndefined, keep_trailing_newline, no autoescape. The text is parsed by
 * @huggingface/jinja; its interpreter is not used, because it renders an undefined name as nothing, compares "1" == 1 as equal, ignores
 * the argument of strip() and more: what a template says must come out as Python says it, or fail by name.
 */
export interface Template {
  /** The text for these names. LabError 'task/column' for a name that is not there, 'task/template' for what Python would refuse. */
  render(names: Names): string
}
type Output = (scope: Scope) => string

/** Compiles a template once. LabError 'task/template' where it cannot be parsed or uses what is not built in; `where` opens the message. */
export function compileTemplate(source: string, where: string): Template {
  if (!/\{[{%#]/.test(source)) return { render: () => normalised(source) }
  try {
    // the lexer drops one newline at the end; lm-eval keeps it, so one more is given
    const program = parse(tokenize(`${normalised(source)}\n`)) as unknown as Node
    const body = block(program.body as readonly Node[])
    return { render: (doc) => guarded(where, () => body({ names: new Map(), doc, above: undefined })) }
  } catch (error) {
    throw placed(where, error)
  }
}

/** Jinja2 makes every line end of a template "\n". */
const normalised = (source: string) => source.replace(/\r\n?/g, '\n')

function guarded<T>(where: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw placed(where, error)
  }
}

function placed(where: string, error: unknown): LabError {
  const code = error instanceof LabError ? error.code : 'task/template'
  return new LabError(code, `${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}
function block(nodes: readonly Node[]): Output {
  const parts = nodes.map(statement)
  if (parts.length === 1) return parts[0]!
  return (scope) => {
    let out = ''
    for (const part of parts) out += part(scope)
    return out
  }
}

function statement(node: Node): Output {
  switch (node.type) {
    case 'Comment':
      return () => ''
    case 'If': {
      const [test, body, alternate] = [strict(node.test), block(node.body as Node[]), block(node.alternate as Node[])]
      return (scope) => (truth(test(scope)) ? body(scope) : alternate(scope))
    }
    case 'For':
      return loop(node)
    case 'Set':
      return assignment(node)
    case 'Macro':
    case 'CallStatement':
    case 'FilterStatement':
    case 'Break':
    case 'Continue':
      return refuse(`a "${node.type}" statement`)
    default: {
      const value = expression(node)
      return (scope) => {
        const result = value(scope)
        return result === NOTHING ? '' : pyStr(defined(result, scope.doc))
      }
    }
  }
}

function assignment(node: Node): Output {
  const target = node.assignee as Node
  if (target.type === 'MemberExpression') refuse('an assignment to a namespace')
  const body = node.value ? strict(node.value) : block(node.body as Node[])
  return (scope) => {
    bind(target, body(scope), scope)
    return ''
  }
}

function bind(target: Node, value: PyValue, scope: Scope): void {
  if (target.type === 'Identifier') {
    scope.names.set(target.value as string, value)
    return
  }
  const names = target.value as Node[]
  const items = iterate(value)
  if (!items || items.length !== names.length)
    throw new LabError('task/template', `Expected ${names.length} values to unpack, got ${pyStr(value)}.`)
  names.forEach((name, i) => bind(name, items[i]!, scope))
}

function loop(node: Node): Output {
  const source = node.iterable as Node
  const isFiltered = source.type === 'SelectExpression'
  const list = strict(isFiltered ? source.lhs : source)
  const keep = isFiltered ? strict(source.test) : undefined
  const [target, body, otherwise] = [node.loopvar as Node, block(node.body as Node[]), block(node.defaultBlock as Node[])]
  const inner = (value: PyValue, above: Scope): Scope => {
    const scope = { names: new Map<string, PyValue>(), doc: above.doc, above }
    bind(target, value, scope)
    return scope
  }
  return (scope) => {
    const value = list(scope)
    const all = iterate(value)
    if (!all) throw new LabError('task/template', `Expected something to loop over, got ${pyStr(value)}.`)
    const items = keep ? all.filter((member) => truth(keep(inner(member, scope)))) : all
    if (items.length === 0) return otherwise(scope)
    const n = items.length
    return items
      .map((member, i) => {
        const here = inner(member, scope)
        const counts = {
          index: i + 1,
          index0: i,
          revindex: n - i,
          revindex0: n - i - 1,
          first: i === 0,
          last: i === n - 1,
          length: n,
        }
        here.names.set('loop', counts)
        return body(here)
      })
      .join('')
  }
}
