import { statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, ScalarTag, Tags } from 'yaml'
import { LabError } from '../base/errors.ts'
import { readText } from '../base/files.ts'

/** A `!function module.name` tag: Python beside the task file, never run. */
export interface FunctionTag {
  readonly function: string
  readonly file: string
  readonly line: number
}

/** A task or group file with its includes merged in; what it says itself wins. */
export interface TaskFile {
  readonly file: string
  readonly config: Readonly<Record<string, unknown>>
  /** "file:line" of each top-level key. */
  readonly places: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** "file:line" of a key, or the file alone for a key that it does not have. */
export const placeOf = (file: TaskFile, key: PropertyKey): string => file.places[String(key)] ?? file.file

export const isFunctionTag = (value: unknown): value is FunctionTag =>
  typeof value === 'object' && value !== null && 'function' in value && 'line' in value

/**
 * Reads a file as lm-evaluation-harness does: YAML 1.1, `!function` tags kept by name, `include` (one file or a list) relative to the file.
 * A key given twice counts as its last value and is warned of, as PyYAML takes it. LabError 'task/yaml' with file and line.
 */
export function readTaskFile(path: string, above: readonly string[] = []): TaskFile {
  const file = resolve(path)
  if (above.includes(file))
    throw new LabError('task/yaml', `Expected files that do not include each other, got ${[...above, file].join(' → ')}.`)
  const own = parseOnce(file)
  const includes = [own.config.include ?? []].flat()
  const config: Record<string, unknown> = {}
  const places: Record<string, string> = {}
  const warnings: string[] = []
  for (const include of includes) {
    if (typeof include !== 'string')
      throw new LabError(
        'task/yaml',
        `${own.places.include}: Expected the name of a file to include, got ${JSON.stringify(include)}.`,
      )
    const base = readTaskFile(isAbsolute(include) ? include : join(dirname(file), include), [...above, file])
    const { task_list: _, ...inherited } = base.config
    Object.assign(config, inherited)
    Object.assign(places, base.places)
    warnings.push(...base.warnings)
  }
  const { include: _, ...said } = own.config
  return { file, config: { ...config, ...said }, places: { ...places, ...own.places }, warnings: [...warnings, ...own.warnings] }
}

const parsed = new Map<string, { readonly stamp: string; readonly result: TaskFile }>()

/** A folder of task files is read anew for every name that is looked up; what has not changed since is not parsed again. */
function parseOnce(file: string): TaskFile {
  const status = statSync(file, { throwIfNoEntry: false })
  const stamp = `${status?.mtimeMs} ${status?.size} ${status?.ino}`
  const known = parsed.get(file)
  if (known?.stamp === stamp) return known.result
  const result = parseFile(file)
  parsed.set(file, { stamp, result })
  return result
}

const functionTag: ScalarTag = { tag: '!function', resolve: (text: string) => text }
/** PyYAML takes "y" and "n" for words where YAML 1.1 has them for true and false: both may well be choices. */
const pythonTags = (tags: Tags): Tags => [
  ...tags.map((tag) =>
    typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:bool' && 'test' in tag && tag.test
      ? { ...tag, test: new RegExp(`^(?![yYnN]$)${tag.test.source.replace(/^\^/, '')}`) }
      : tag,
  ),
  functionTag,
]

function parseFile(file: string): TaskFile {
  const lines = new LineCounter()
  const at = (offset: number | undefined) => lines.linePos(offset ?? 0).line
  const document = parseDocument(readText(file), {
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    customTags: pythonTags,
  })
  const [first] = document.errors
  if (first) throw new LabError('task/yaml', `${file}:${at(first.pos[0])}: Expected YAML, got: ${first.message}`)
  if (!isMap(document.contents))
    throw new LabError('task/yaml', `${file}:1: Expected a mapping of keys to values, got something else.`)
  const warnings = document.warnings.map((warning) => `${file}:${at(warning.pos[0])}: ${warning.message}`)
  settleNodes(document, file, at)

  const places: Record<string, string> = {}
  for (const { key } of document.contents.items) {
    if (!isScalar(key)) continue
    const name = String(key.value)
    const place = `${file}:${at(key.range?.[0])}`
    if (places[name]) warnings.push(`${place}: "${name}" is given again (first at ${places[name]}); the last one counts.`)
    places[name] = place
  }
  return { file, config: toPlain(document, file), places, warnings }
}

/** Functions become values; an alias of nothing, which only conversion would find, is named with its line. */
function settleNodes(document: Document, file: string, at: (offset: number | undefined) => number): void {
  visit(document, {
    Scalar(_, node) {
      if (node.tag !== '!function') return
      node.value = { function: String(node.value), file, line: at(node.range?.[0]) } satisfies FunctionTag
    },
    Alias(_, node) {
      if (node.resolve(document)) return
      throw new LabError('task/yaml', `${file}:${at(node.range?.[0])}: Expected YAML, got an alias "${node.source}" of nothing.`)
    },
  })
}

function toPlain(document: Document, file: string): Record<string, unknown> {
  try {
    return document.toJS() as Record<string, unknown>
  } catch (error) {
    throw new LabError('task/yaml', `${file}: Expected YAML, got: ${(error as Error).message}`, { cause: error })
  }
}
