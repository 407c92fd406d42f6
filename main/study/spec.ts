import { basename, dirname } from 'node:path'
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { LabError, type FaultCode } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import type { AxisWish } from '../tasks/levels.ts'
import { resolvePlace } from './places.ts'
import { checkCompression, type Problem } from './check-compress.ts'
import { studyFile, studySchema } from './schema.ts'

export { studySchema }

type StudyFile = z.output<typeof studyFile>

/** What to run, before anything runs. Paths are absolute; lists of levels are as written. Plain data. */
export interface Study extends Omit<StudyFile, 'models' | 'tasks' | 'data' | 'title' | 'description' | 'difficulty'> {
  /** Where the study was read from; relative paths started here. */
  readonly file: string
  readonly title: string
  readonly description: string
  readonly models: readonly { readonly folder: string; readonly name: string }[]
  readonly data: string | undefined
  readonly tasks: readonly StudyTask[]
  readonly difficulty: NonNullable<StudyFile['difficulty']>
}

/** What one entry of `tasks` asks for: tasks as they are, a task along an axis, or tasks declared from easy to hard. */
export type StudyTask = {
  readonly limit: number | undefined
  readonly shots: number | undefined
} & (
  | { readonly task: string }
  | { readonly along: AxisWish }
  | { readonly family: string; readonly axis: string; readonly order: readonly (readonly string[])[] }
)
export type CompressEntry = Study['compress'][number]
export type TransferEntry = NonNullable<Study['transfer']>[number]

/** Something wrong with a study file, and where its text says it, or would: line and column from 1. */
export interface StudyProblem extends Problem {
  readonly line: number
  readonly column: number
}

/** A study file as far as it can be read: its text as data (undefined where it is no YAML), all that is wrong with it, and the study where nothing is. */
export interface ReadStudy {
  readonly raw: unknown
  readonly problems: readonly StudyProblem[]
  readonly study: Study | undefined
  /** Line and column of something in the text. */
  place(path: Path): { readonly line: number; readonly column: number }
}

/** Reads the text of a study file at `path`, from which relative paths start. Never throws for what it says. */
export function readStudy(text: string, path: string): ReadStudy {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col: column } = lines.linePos(offset)
    return { line, column }
  }
  const place = (where: Path) => at(offsetOf(document, where))
  const broken = document.errors.map(({ pos, message }) => {
    return { code: 'study/yaml' as const, message: `Expected YAML, got: ${message}`, path: [], ...at(pos[0]) }
  })
  if (broken.length > 0) return { raw: undefined, problems: broken, study: undefined, place }
  let raw: unknown
  try {
    raw = document.toJS()
  } catch (error) {
    // an alias of nothing, or aliases of aliases without end
    const message = `Expected YAML, got: ${error instanceof Error ? error.message : String(error)}`
    return { raw: undefined, problems: [{ code: 'study/yaml', message, path: [], ...at(0) }], study: undefined, place }
  }
  const parsed = studyFile.safeParse(raw)
  const problems = parsed.success ? checkFile(parsed.data, path) : parsed.error.issues.map((issue) => problemOf(issue, raw))
  const study = parsed.success && problems.length === 0 ? resolveStudy(parsed.data, path) : undefined
  return { raw, problems: problems.map((problem) => ({ ...problem, ...place(problem.path) })), study, place }
}

/**
 * A study from the text of a study file at `path`. Throws LabError with file, line and column: 'study/yaml' for YAML itself, 'study/field',
 * 'compress/quota' (sparsity), 'compress/pattern', 'compress/method' for what it says.
 */
export function parseStudy(text: string, path: string): Study {
  const { study, problems } = readStudy(text, path)
  if (study) return study
  const { code, message, line, column } = problems[0]!
  throw new LabError(code, `${message.replace(/\.$/, '')} at ${path}:${line}:${column}.`)
}

function resolveModels({ models }: StudyFile, path: string): Study['models'] {
  return models.map((model) => {
    const place = resolvePlace(dirname(path), model.folder)
    return { folder: place, name: model.name ?? basename(place) }
  })
}

function resolveStudy(file: StudyFile, path: string): Study {
  const folder = dirname(path)
  return {
    ...file,
    file: path,
    title: file.title ?? file.name,
    description: file.description ?? '',
    models: resolveModels(file, path),
    data: file.data === undefined ? undefined : resolvePlace(folder, file.data),
    tasks: file.tasks.map((entry) => resolveTask(entry, folder, file.limit)),
    difficulty: file.difficulty ?? [],
  }
}

function resolveTask(said: StudyFile['tasks'][number], folder: string, most: number | undefined): StudyTask {
  const entry = typeof said === 'string' ? { task: said } : said
  const asked = { limit: entry.limit ?? most, shots: entry.shots }
  // a path of a task file starts at the study, a name does not
  const resolved = (task: string) => (/\.ya?ml$/.test(task) ? resolvePlace(folder, task) : task)
  if ('order' in entry) {
    const { family, axis, order } = entry
    return { family, axis, order: order.map((level) => [level].flat().map(resolved)), ...asked }
  }
  const task = resolved(entry.task)
  const { axis, levels, params, seeds, name } = entry
  return axis === undefined ? { task, ...asked } : { along: { task, axis, levels, params, seeds, name }, ...asked }
}

type Path = readonly PropertyKey[]

/** What one entry of a study says of another. */
function checkFile(file: StudyFile, path: string): Problem[] {
  const models = resolveModels(file, path)
  const twice = models.findIndex(({ name }, i) => models.findIndex((other) => other.name === name) !== i)
  const message = `Expected models with different names, got "${models[twice]?.name}" twice`
  return [
    ...(twice < 0 ? [] : [{ code: 'study/field' as const, message, path: ['models', twice] }]),
    ...file.tasks.flatMap((entry, i) => checkTask(entry, ['tasks', i]) ?? []),
    ...(file.transfer ?? []).flatMap((entry, i) => checkTransfer(entry, ['transfer', i]) ?? []),
    ...file.compress.flatMap((entry, i) => {
      const problem = checkCompression(entry, file, problemOf)
      return problem ? [{ ...problem, path: ['compress', i, ...problem.path] }] : []
    }),
  ]
}

/** What is said of an axis is said beside one. */
function checkTask(entry: StudyFile['tasks'][number], path: Path): Problem | undefined {
  if (typeof entry === 'string' || 'order' in entry || entry.axis !== undefined) return undefined
  const odd = (['levels', 'params', 'seeds', 'name'] as const).find((key) => entry[key] !== undefined)
  return (
    odd && { code: 'study/field', message: `Expected "${odd}" of a task only beside an axis, found none`, path: [...path, odd] }
  )
}

/** A training is as long as its steps or its epochs say, and learns from so many items or from shares of them. */
function checkTransfer(entry: TransferEntry, path: Path): Problem | undefined {
  const { steps, epochs, items, shares, draw, draws, objective, asks } = entry
  const no = (message: string, at?: string): Problem => ({ code: 'study/field', message, path: at ? [...path, at] : path })
  if (steps === undefined && epochs === undefined) return no('Expected steps or epochs of a transfer, got neither')
  if (steps !== undefined && epochs !== undefined) return no('Expected steps or epochs of a transfer, got both', 'epochs')
  if (shares !== undefined && Array.isArray(items))
    return no('Expected one number of items to take shares of, got a list', 'shares')
  if (draws !== undefined && draw === 'head') return no('Expected draws of a random draw only, got draw head', 'draws')
  if (objective === 'head' && asks === 'all') {
    const wanted = 'Expected "asks: own" beside "objective: head", for a head answers nothing but what it learned'
    return no(`${wanted}, got "all" (string); leave it out, or learn the answers as text (objective: completion)`, 'asks')
  }
  return undefined
}

/** The sentence for an issue of zod: what was expected, what came, value and type. */
function problemOf(issue: z.core.$ZodIssue, root: unknown): Problem {
  const { path } = issue
  if (issue.code === 'invalid_union') return problemOf(likeliest(issue, at(root, path)), root)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const known = knownKeys(path).filter((name) => !Object.hasOwn(Object(at(root, path)), name))
    const meant = nearest(key, known)
    const hint = meant ? `; did you mean "${meant}"?` : ''
    const message = `Expected one of the keys ${knownKeys(path).join(', ')}${nameOf(path)}, got "${key}"${hint}`
    return { code: 'study/field', message, path: [...path, key] }
  }
  const found = at(root, path)
  const came = found === undefined ? 'nothing' : `${JSON.stringify(found)} (${Array.isArray(found) ? 'list' : typeof found})`
  return { code: codeOf(path), message: `Expected ${wanted(issue, found)}${nameOf(path)}, got ${came}`, path }
}

function wanted(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected === 'record' ? 'object' : issue.expected}`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int' ? `a number from ${issue.minimum}` : `${issue.origin === 'string' ? 'text' : 'a list'} of at least ${issue.minimum}` // prettier-ignore
    case 'too_big':
      return `a number ${issue.inclusive ? 'up to' : 'below'} ${issue.maximum}`
    case 'invalid_value': {
      const known = issue.values.map(String)
      const meant = typeof found === 'string' ? nearest(found, known) : undefined
      return `one of ${known.join(', ')}${meant ? ` (perhaps "${meant}")` : ''}`
    }
    case 'invalid_format':
      return issue.format === 'regex' ? `text of the form ${issue.pattern}` : `a ${issue.format}`
    default:
      return issue.message
  }
}

/** Of the forms that a value might have had, the one it came nearest to. */
function likeliest(issue: z.core.$ZodIssueInvalidUnion, value: unknown): z.core.$ZodIssue {
  const isNear = (issues: readonly z.core.$ZodIssue[]) =>
    !issues.some(({ path, code }) => path.length === 0 && /^invalid_(type|value)$/.test(code))
  const branches = issue.errors.filter(isNear).sort((a, b) => a.length - b.length)
  const first = branches[0]?.[0] ?? issue.errors.flat()[0]
  if (!first) return { ...issue, code: 'custom', message: 'one of the forms the schema allows', input: value }
  return { ...first, path: [...issue.path, ...first.path] }
}

function codeOf(path: Path): FaultCode {
  if (path[0] !== 'compress') return 'study/field'
  if (path[2] === 'sparsity') return 'compress/quota'
  if (path[2] === 'pattern') return 'compress/pattern'
  return path[2] === 'method' ? 'compress/method' : 'study/field'
}

function nameOf(path: Path): string {
  if (path.length === 0) return ''
  return ` for ${path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1)}`
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value)
}

/** The keys that the schema allows at a path. */
function knownKeys(path: Path): string[] {
  let nodes: readonly SchemaNode[] = [studySchema() as unknown as SchemaNode]
  const open = (node: SchemaNode): readonly SchemaNode[] => (node.anyOf ? node.anyOf.flatMap(open) : [node])
  for (const part of path) {
    nodes = nodes.flatMap(open).flatMap((node) => (typeof part === 'number' ? node.items : node.properties?.[String(part)]) ?? [])
  }
  return [...new Set(nodes.flatMap(open).flatMap((node) => Object.keys(node.properties ?? {})))]
}
interface SchemaNode {
  readonly anyOf?: readonly SchemaNode[]
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
}

/** Where in the text a value stands; where it is missing, what it is missing from. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length > 1 ? document.getIn(path.slice(0, length - 1), true) : document.contents
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0]
    }
    const node = document.getIn(path.slice(0, length), true)
    if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) return Number(node.range[0])
  }
  return 0
}
