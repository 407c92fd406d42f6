import { isDeepStrictEqual } from 'node:util'
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'

/** A place in a study: keys and indices from the top. */
export type EditPath = readonly (string | number)[]

/**
 * The text of a study file with one value changed and every other letter as it was, comments included. `null` takes the value out. An index
 * one beyond the end of a list adds to it. Throws LabError 'study/yaml' for a text that is no YAML, 'study/field' for a place there cannot be.
 */
export function editStudy(text: string, path: EditPath, value: Json): string {
  const document = read(text)
  if (path.length === 0) throw new LabError('study/field', 'Expected the path of a value, got an empty one.')
  checkParents(document, path)
  const before: unknown = document.toJS()
  const wanted = read(text)
  if (value === null) wanted.deleteIn(path)
  else setIn(wanted, path, value)
  const after: unknown = wanted.toJS()
  if (isDeepStrictEqual(before, after)) return text
  const spliced = splice(text, document, path, value)
  // a text of a form not foreseen is written anew, comments and order kept, but not each space
  const isRight = spliced !== undefined && isDeepStrictEqual(tryRead(spliced), after)
  return isRight ? spliced : wanted.toString({ lineWidth: 0, flowCollectionPadding: false })
}

function read(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false, keepSourceTokens: true })
  const [broken] = document.errors
  if (broken) throw new LabError('study/yaml', `Expected YAML before one of its values is changed, got: ${broken.message}`)
  return document as unknown as Document
}

function tryRead(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false })
  return document.errors.length > 0 ? undefined : document.toJS()
}

function setIn(document: Document, path: EditPath, value: Json): void {
  if (document.contents === null) document.contents = document.createNode({})
  document.setIn(path, document.createNode(value))
}

/** Each step of the path must be a key of a map or an index of a list, as far as there is something. */
function checkParents(document: Document, path: EditPath): void {
  for (let length = 0; length < path.length; length++) {
    const [key, where] = [path[length]!, path.slice(0, length)]
    const node = nodeAt(document, where)
    const said = where.join('.') || 'the study'
    const no = (wanted: string) =>
      new LabError('study/field', `Expected ${wanted} below ${said}, got ${JSON.stringify(key)} (${typeof key}).`)
    if (node === undefined || (isScalar(node) && node.value === null)) {
      if (typeof key === 'number' && key !== 0) throw no('index 0, for there is nothing yet,')
    } else if (isMap(node)) {
      if (typeof key !== 'string') throw no('a key')
    } else if (isSeq(node)) {
      const isPlace = typeof key === 'number' && Number.isInteger(key) && key >= 0 && key <= node.items.length
      if (!isPlace) throw no(`an index from 0 to ${node.items.length}`)
    } else throw no('nothing, for it is a plain value,')
  }
}

function nodeAt(document: Document, path: EditPath): Node | undefined {
  const found = (path.length === 0 ? document.contents : document.getIn(path, true)) as Node | null | undefined
  return (isAlias(found) ? found.resolve(document) : found) ?? undefined
}

/** The text with the very letters of one value exchanged; undefined where that is not a matter of a few letters. */
function splice(text: string, document: Document, path: EditPath, value: Json): string | undefined {
  const parent = nodeAt(document, path.slice(0, -1))
  if (!isMap(parent) && !isSeq(parent)) return undefined
  const node = document.getIn(path, true) as Node | undefined
  if (value === null) return takeOut(text, parent, path.at(-1)!)
  if (node?.range && !isAlias(node)) return exchange(text, node, value)
  return node ? undefined : putIn(text, parent, path.at(-1)!, value)
}

function exchange(text: string, node: Node, value: Json): string | undefined {
  const [begin, end] = node.range!
  if (isScalar(node) && (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL')) {
    return `${text.slice(0, begin)}${inline(value)}\n${text.slice(end)}`
  }
  if (begin === end) return `${text.slice(0, begin)} ${inline(value)}${text.slice(end)}` // "key:" without a value
  const isBlock = isCollection(node) && !node.flow
  return (
    text.slice(0, begin) +
    (isBlock ? block(value, columnOf(text, begin), text.slice(begin, end)) : inline(value)) +
    text.slice(end)
  )
}

/** A new member, at the end: on a line of its own, or inside the brackets. */
function putIn(text: string, parent: YAMLMap | YAMLSeq, key: string | number, value: Json): string | undefined {
  const last = parent.items.at(-1)
  const head = typeof key === 'string' ? `${inline(key)}: ` : ''
  if (parent.flow) {
    const close = parent.range![1] - 1
    const inside = text.slice(0, close).trimEnd()
    return (
      inside +
      (last ? ', ' : '') +
      head +
      inline(value) +
      text.slice(inside.length === close && isSeq(parent) ? close : inside.length)
    )
  }
  const [first, end] = [startOf(parent.items[0]), endOf(last)]
  if (first === undefined || end === undefined) return undefined
  const indent = ' '.repeat(isSeq(parent) ? columnOf(text, text.lastIndexOf('-', first)) : columnOf(text, first))
  const lines = isSeq(parent) ? `${indent}- ${inline(value)}` : `${indent}${head}${inline(value)}`
  // behind a comment that follows the last member on its line
  const line = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1
  return line === 0 ? `${text}\n${lines}\n` : `${text.slice(0, line)}${lines}\n${text.slice(line)}`
}

/** A member goes with its lines, or with one comma. What was said above it stays. */
function takeOut(text: string, parent: YAMLMap | YAMLSeq, key: string | number): string | undefined {
  const index = isMap(parent) ? parent.items.findIndex((item) => isScalar(item.key) && item.key.value === key) : Number(key)
  const [item, next] = [parent.items[index], parent.items[index + 1]]
  const [begin, end] = [startOf(item), endOf(item)]
  if (begin === undefined || end === undefined || parent.items.length === 1) return undefined
  if (parent.flow) {
    const before = endOf(parent.items[index - 1])
    return next ? text.slice(0, begin) + text.slice(startOf(next)) : text.slice(0, before) + text.slice(end)
  }
  const from = text.lastIndexOf('\n', begin - 1) + 1
  const line = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1
  // the first member of an item stands behind the dash of the item
  if (text.slice(from, begin).trim() !== '' && isMap(parent))
    return next ? text.slice(0, begin) + text.slice(startOf(next)) : undefined
  return text.slice(0, from) + (line === 0 ? '' : text.slice(line))
}

function startOf(item: unknown): number | undefined {
  return isPair(item) ? ((item.key as Node).range?.[0] ?? undefined) : (item as Node | undefined)?.range?.[0]
}

function endOf(item: unknown): number | undefined {
  return isPair(item) ? ((item.value as Node | null)?.range?.[1] ?? undefined) : (item as Node | undefined)?.range?.[1]
}

const columnOf = (text: string, at: number) => at - (text.lastIndexOf('\n', at - 1) + 1)

/** A value on one line, spaced as a person would. */
function inline(value: Json): string {
  if (typeof value !== 'object' || value === null) {
    // quoted as it must be between brackets, which is right outside of them too
    return stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd().slice(1, -1)
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(inline).join(', ')}]`
  const members = Object.entries(value).map(([key, inner]) => `${inline(key)}: ${inline(inner as Json)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A value on lines of its own, each member of a list on one. */
function block(value: Json, column: number, before: string): string {
  const end = before.endsWith('\n') ? '\n' : ''
  if (!Array.isArray(value)) return inline(value) + end
  const pad = ' '.repeat(column)
  return (value as readonly Json[]).map((member) => `- ${inline(member)}`).join(`\n${pad}`) + end
}
