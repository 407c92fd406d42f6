import { LabError } from '../base/errors.ts'
import { describe, readJson } from './json-file.ts'

/** config.json, or an object inside it: every reading says what was expected and what came. */
export class RawConfig {
  readonly #path: string
  readonly #values: ReadonlyMap<string, unknown>

  constructor(path: string, values: object) {
    this.#path = path
    // a map, so that a name of every object ("constructor") is no member
    this.#values = new Map(Object.entries(values).filter(([, value]) => value !== null))
  }
  static read(file: string): RawConfig {
    return new RawConfig(file, readJson(file, 'model/config'))
  }
  /** null counts as absent, as in transformers. */
  has(name: string): boolean {
    return this.#values.has(name)
  }
  get(name: string): unknown {
    return this.#values.get(name)
  }
  /** An object inside; undefined where there is none. */
  part(name: string): RawConfig | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || Array.isArray(value)) throw this.refuse(name, 'an object')
    return new RawConfig(`${name} of ${this.#path}`, value as object)
  }
  refuse(name: string, expected: string): LabError {
    return new LabError('model/config', `Expected ${expected} as "${name}" in ${this.#path}, got ${describe(this.get(name))}.`)
  }
}

interface Range {
  /** Numbers up to this are refused. */
  readonly above: number
  readonly fallback?: number
}

export function numberOf(raw: RawConfig, name: string, { above, fallback }: Range): number {
  const value = raw.get(name) ?? fallback
  if (typeof value === 'number' && Number.isFinite(value) && value > above) return value
  throw raw.refuse(name, `a number above ${above}`)
}

/** Nothing real is larger, and what is built from a size stays small enough to be compared with the files. */
const LARGEST = 2 ** 24

/** A whole number from 1 to `most`. */
export function countOf(
  raw: RawConfig,
  name: string,
  { most = LARGEST, fallback }: { most?: number; fallback?: number } = {},
): number {
  const value = raw.get(name) ?? fallback
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= most) return value as number
  throw raw.refuse(name, `a whole number from 1 to ${most}`)
}

export function flagOf(raw: RawConfig, name: string, fallback: boolean): boolean {
  const value = raw.get(name) ?? fallback
  if (typeof value === 'boolean') return value
  throw raw.refuse(name, 'true or false')
}
