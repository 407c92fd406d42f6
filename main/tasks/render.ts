import { LabError } from '../base/errors.ts'
import type { FaultCode } from '../base/errors.ts'
import type { TaskConfig } from './config.ts'
import type { Names } from './expressions.ts'
import { compileTemplate } from './jinja.ts'
import { parseLiteral } from './literal.ts'
import { isDict, isFloat, isList, pyRepr } from './python.ts'
import type { PyValue } from './python.ts'
import { findTransform } from './transforms.ts'
import type { Transform } from './transforms.ts'
import { isFunctionTag } from './yaml.ts'
import type { FunctionTag } from './yaml.ts'

export type Field = string | number | readonly string[] | FunctionTag
type Renderer<T> = (doc: Names) => T

/** The fields of a task as functions of a document, and the transforms they stand on. */
export interface Renderers {
  readonly text: Renderer<PyValue>
  readonly target: Renderer<PyValue>
  readonly choices: Renderer<readonly string[]> | undefined
  readonly prefix: Renderer<string>
  readonly transforms: readonly Transform[]
}
export interface RenderedFields {
  readonly doc_to_text: Field
  readonly doc_to_target: Field | undefined
  readonly doc_to_choice: Field | undefined
  readonly gen_prefix: string | undefined
}

const digits = /^(?:0+|[1-9][0-9]*)$/

/** Fields → functions, each template compiled once. `columns` are the pack's: a field that equals one is that column's value. */
export function createRenderers(fields: RenderedFields, columns: readonly string[], place: (key: string) => string): Renderers {
  const transforms: Transform[] = []
  const make = (key: keyof RenderedFields, field: Field | undefined): Renderer<PyValue> => {
    const render = fieldRenderer(field ?? '', columns, `${place(key)} (${key})`, transforms)
    if (field !== undefined) return render
    return () => raise('task/yaml', `Expected a key "${key}" in ${place('task')}, found none.`)
  }
  const [text, target, choice, prefix] = [
    make('doc_to_text', fields.doc_to_text),
    make('doc_to_target', fields.doc_to_target),
    make('doc_to_choice', fields.doc_to_choice),
    make('gen_prefix', fields.gen_prefix ?? ''),
  ]
  const hasChoices = fields.doc_to_choice !== undefined
  const isTemplate = (field: Field | undefined) => typeof field === 'string' && !columns.includes(field)
  const [isTextTemplate, isTargetTemplate] = [isTemplate(fields.doc_to_text), isTemplate(fields.doc_to_target)]
  const isChoiceTemplate = isTemplate(fields.doc_to_choice)
  return {
    transforms,
    text: (doc) => toIndex(text(doc), hasChoices && isTextTemplate),
    target: (doc) => toList(toIndex(target(doc), hasChoices && isTargetTemplate), isTargetTemplate),
    choices: hasChoices ? (doc) => toChoices(choice(doc), isChoiceTemplate) : undefined,
    prefix: (doc) => asText(prefix(doc), 'gen_prefix'),
  }
}

function fieldRenderer(field: Field, columns: readonly string[], where: string, transforms: Transform[]): Renderer<PyValue> {
  if (isFunctionTag(field)) {
    const transform = findTransform(field)
    transforms.push(transform)
    if (transform.kind !== 'field')
      throw new LabError('task/transform', `${where}: Expected a transform of a field, got "${transform.id}".`)
    return (doc) => transform.apply(doc)
  }
  if (typeof field !== 'string') return () => field
  if (!columns.includes(field)) return compileTemplate(field, where).render
  return (doc) =>
    Object.hasOwn(doc, field)
      ? doc[field]!
      : raise('task/column', `${where}: Expected a column "${field}", found only ${Object.keys(doc).join(', ')}.`)
}

/** A text field that is the same for all: a column's value or a template. */
export function textRenderer(field: string, columns: readonly string[], where: string): Renderer<string> {
  const render = fieldRenderer(field, columns, where, [])
  return (doc) => asText(render(doc), where)
}

function raise(code: FaultCode, message: string): never {
  throw new LabError(code, message)
}

/** What a template renders to as digits is an index where there are choices. */
const toIndex = (value: PyValue, isIndexed: boolean) =>
  isIndexed && typeof value === 'string' && digits.test(value) ? Number(value) : value

/** A target that looks like a Python list is one where it can be read as one. */
function toList(value: PyValue, isTemplate: boolean): PyValue {
  if (!isTemplate || typeof value !== 'string' || !/^\[[\s\S]*\]$/.test(value)) return value
  try {
    return parseLiteral(value)
  } catch {
    return value // as lm-evaluation-harness: "[sic]" is a text
  }
}

function toChoices(value: PyValue, isTemplate: boolean): readonly string[] {
  const list = isTemplate && typeof value === 'string' ? parseLiteral(value) : value
  if (!isList(list) || list.length === 0) return raise('task/template', `Expected a list of choices, got ${describe(list)}.`)
  return list.map((choice) => asText(choice, 'doc_to_choice'))
}

/** A text, or an error that names the field and the value. */
export function asText(value: PyValue, field: string): string {
  return typeof value === 'string' ? value : raise('task/template', `Expected ${field} to be a text, got ${describe(value)}.`)
}

/** A value and its type, for messages. */
export function describe(value: PyValue): string {
  const type =
    value === null ? 'null' : isList(value) ? 'list' : isFloat(value) ? 'float' : isDict(value) ? 'object' : typeof value
  return `${(isFloat(value) ? pyRepr(value) : JSON.stringify(value)).slice(0, 120)} (${type})`
}

/** The fields of a task, or those of its examples where the few-shot part says otherwise. */
export function fieldsOf(config: TaskConfig, isExample: boolean): RenderedFields {
  const own = isExample ? config.fewshot_config : undefined
  return {
    doc_to_text: own?.doc_to_text ?? config.doc_to_text,
    doc_to_target: own?.doc_to_target ?? config.doc_to_target,
    doc_to_choice: own?.doc_to_choice ?? config.doc_to_choice,
    gen_prefix: own?.gen_prefix ?? config.gen_prefix,
  }
}
