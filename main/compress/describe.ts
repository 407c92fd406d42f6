import { z } from 'zod'
import type { Json } from '../base/json.ts'
import { GROUPS, groupOf, type Group, type Method } from './method.ts'

/** A parameter of a method, as forms and tables show it; from the one place that declares it. */
export interface ParamCard {
  readonly id: string
  readonly label: string
  /** '' where it has none. */
  readonly unit: string
  readonly about: string
  /** 'params': the parameters of the method that another parameter names. */
  readonly kind: 'number' | 'choice' | 'boolean' | 'params'
  readonly isWhole: boolean
  /** Least and largest value allowed; null where there is no bound, or it is no number. */
  readonly min: number | null
  readonly max: number | null
  /** False for a bound that is itself not allowed. */
  readonly isMaxAllowed: boolean
  /** What leaving it out means; null where that has no name, or it cannot be left out. */
  readonly default: Json
  readonly isRequired: boolean
  readonly choices: readonly string[]
}

/** All that a method says of itself. */
export interface MethodCard {
  readonly id: string
  readonly label: string
  readonly cite: string
  readonly kind: Method['kind']
  readonly group: Group | 'none'
  /** Groups that it can compare within; none where it removes nothing. */
  readonly groups: readonly Group[]
  readonly needs: readonly string[]
  readonly formula: string
  readonly about: string
  readonly cost: string
  /** Without the bits, which methods that quantise take beside their parameters. */
  readonly params: readonly ParamCard[]
}

/** The card of a method. */
export function describeMethod(method: Method): MethodCard {
  const { id, label, cite, kind, needs, formula, about, cost } = method
  const groups = kind === 'score' ? GROUPS : kind === 'solve' ? method.groups : []
  return {
    id,
    label,
    cite,
    kind,
    group: kind === 'noise' ? 'none' : groupOf(method),
    groups,
    needs: [...needs],
    formula,
    about,
    cost,
    params: paramCards(method),
  }
}

/** What JSON Schema says of a parameter. */
interface Property {
  readonly type?: 'number' | 'integer' | 'boolean' | 'string' | 'object'
  readonly label?: string
  readonly unit?: string
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly default?: Json
  readonly enum?: readonly string[]
  readonly const?: string
}

function paramCards({ params }: Method): ParamCard[] {
  const { properties = {}, required = [] } = z.toJSONSchema(params, { io: 'input' })
  return Object.entries(properties as Readonly<Record<string, Property>>)
    .filter(([id]) => id !== 'bits')
    .map(([id, property]) => cardOf(id, property, required.includes(id)))
}

function cardOf(id: string, property: Property, isRequired: boolean): ParamCard {
  const { type, label = id, unit = '', description = '' } = property
  const kind = type === 'boolean' ? 'boolean' : type === 'string' ? 'choice' : type === 'object' ? 'params' : 'number'
  // zod bounds every whole number by what a double can count to
  const max = property.maximum ?? property.exclusiveMaximum ?? null
  return {
    ...{ id, label, unit, about: description, kind, isWhole: type === 'integer' },
    min: property.minimum ?? property.exclusiveMinimum ?? null,
    max: max === Number.MAX_SAFE_INTEGER ? null : max,
    isMaxAllowed: property.exclusiveMaximum === undefined,
    default: property.default ?? null,
    isRequired,
    choices: property.enum ?? (property.const === undefined ? [] : [property.const]),
  }
}
