import type { Json, MethodParam } from '../../preload/contract.ts'

/** As much of JSON Schema as study files are described in. */
export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: Json
  readonly const?: Json
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minItems?: number
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: boolean | Schema
}

/** What a value is filled in with. */
export type Kind = 'text' | 'number' | 'choice' | 'switch' | 'list' | 'cards' | 'group' | 'either' | 'open'

export function kindOf(schema: Schema): Kind {
  const { type, anyOf } = schema
  if (anyOf) return listOf(schema) ? 'list' : 'either'
  if (schema.enum) return 'choice'
  if (type === 'array') return isScalar(schema.items ?? {}) ? 'list' : 'cards'
  if (type === 'object') return schema.properties ? 'group' : 'open'
  if (type === 'boolean') return 'switch'
  if (type === 'integer' || type === 'number') return 'number'
  return type === 'string' ? 'text' : 'open'
}

function isScalar({ type, anyOf }: Schema): boolean {
  return !anyOf && type !== 'object' && type !== 'array'
}

/** One or a list of the same: what one of them is. */
function listOf({ anyOf }: Schema): Schema | undefined {
  const [one, many] = anyOf ?? []
  return anyOf?.length === 2 && many?.type === 'array' && one && isScalar(one) ? one : undefined
}

/** What one value of a list is. */
export function itemOf(schema: Schema): Schema {
  return listOf(schema) ?? schema.items ?? {}
}

/** "0.1, 0.3" ⇄ [0.1, 0.3]. One value stands alone where the schema lets it. */
export function listText(value: Json | undefined): string {
  return value === undefined || value === null ? '' : (Array.isArray(value) ? value : [value]).map(String).join(', ')
}
export function readList(text: string, schema: Schema): Json {
  const { type } = itemOf(schema)
  const values = text.split(',').map((word) => word.trim()).filter(Boolean).map((word) => (type === 'integer' || type === 'number' ? readNumber(word) : word)) // prettier-ignore
  if (values.length === 0) return null
  return values.length === 1 && schema.anyOf ? values[0]! : values
}

/** A number where it is one; else the text as it stands, so that the check can say what is wrong with it. */
export function readNumber(text: string): Json {
  const value = Number(text)
  return text.trim() === '' ? null : Number.isFinite(value) ? value : text
}

/** The first description that fits a value; of several with the same type, the one whose properties it has. */
export function variantOf(schema: Schema, value: Json | undefined): number {
  const variants = schema.anyOf ?? []
  const fits = (one: Schema) => {
    if (one.const !== undefined) return one.const === value
    if (one.type === 'object') return isObject(value) && Object.keys(value).every((key) => one.properties?.[key] !== undefined)
    return one.type === (Array.isArray(value) ? 'array' : typeof value)
  }
  return Math.max(0, variants.findIndex(fits))
}

/** What a new value begins with. */
export function blank(schema: Schema): Json {
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (schema.anyOf) return blank(schema.anyOf[0]!)
  if (schema.enum) return schema.enum[0]!
  if (schema.type === 'array') return schema.minItems ? [blank(schema.items ?? {})] : []
  if (schema.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((key) => [key, blank(schema.properties?.[key] ?? {})]))
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  return schema.type === 'boolean' ? false : ''
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A method's parameters as a description of its `params`. */
export function paramsSchema(params: readonly MethodParam[], description: string): Schema {
  const properties = Object.fromEntries(params.map((param) => [param.id, paramSchema(param)]))
  return { type: 'object', description, properties, required: params.filter((p) => p.isRequired).map((p) => p.id) }
}

function paramSchema({ kind, isWhole, min, max, isMaxAllowed, choices, about, unit, default: usual }: MethodParam): Schema {
  const description = unit === '' ? about : `${about} (${unit})`
  const common = { description, ...(usual !== null && { default: usual }) }
  if (kind === 'choice') return { ...common, enum: choices }
  if (kind === 'boolean') return { ...common, type: 'boolean' }
  if (kind === 'params') return { ...common, type: 'object' }
  const top = max === null ? {} : isMaxAllowed ? { maximum: max } : { exclusiveMaximum: max }
  return { ...common, type: isWhole ? 'integer' : 'number', ...(min !== null && { minimum: min }), ...top }
}

/** "batchTokens" → "batch tokens". */
export function labelOf(key: string | number): string {
  return String(key).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
