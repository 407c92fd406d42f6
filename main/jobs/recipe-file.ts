import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { LabError, type FaultCode } from '../base/errors.ts'
import { readText } from '../base/files.ts'

/** A recipe file as data, and where in it something stands. */
export interface RecipeFile {
  readonly content: unknown
  /** "file:line:column" of a field; where it does not stand, of the nearest thing around it. */
  place(path: readonly PropertyKey[]): string
}

/** A YAML file of one recipe. LabError `code` with file, line and column where it is no YAML, 'file/missing' where it is not there. */
export function openRecipe(path: string, code: FaultCode): RecipeFile {
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => `${path}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`
  const [broken] = document.errors
  if (broken) throw new LabError(code, `Expected YAML at ${at(broken.pos[0])}, got: ${broken.message}`)
  return { content: document.toJS() as unknown, place: (where) => at(offsetOf(document, where)) }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (!isMap(node)) break
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    if (!pair) break
    offset = (pair.key as { range?: readonly number[] }).range?.[0] ?? offset
    node = pair.value
  }
  return offset
}
