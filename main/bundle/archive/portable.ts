import { relative } from 'node:path'
import { stringify } from 'yaml'
import type { Json } from '../../base/json.ts'
import { RESOURCES } from '../../study/places.ts'

/** Plain data without the folders of one machine: each absolute path is its last part; what comes with the lab is "lab:…" again. */
export function portable<T>(value: T): T {
  return mapTexts(value, portableText) as T
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((member) => mapTexts(member, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, map)]))
}

const isAbsolute = (text: string) => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(text)
/** Absolute paths of two parts or more among other words; the slashes of an address are none. */
const INSIDE = /(?<![\w.:/\\-])(?:\/|[A-Za-z]:[\\/])(?:[^\s/\\"'`,;()]+[\\/])+[^\s/\\"'`,;()]*/g

function portableText(text: string): string {
  if (isAbsolute(text) && !text.includes('\n')) return lastPart(text)
  return text.replace(INSIDE, (path) => lastPart(path))
}

function lastPart(path: string): string {
  const inside = relative(RESOURCES, path)
  if (!isAbsolute(inside) && !inside.startsWith('..')) return `lab:${inside.replaceAll('\\', '/')}`
  const parts = path.split(/[/\\]/).filter((part) => part !== '')
  return parts.at(-1) ?? '.'
}

/** A study of the store as the study file that it came from, or one that says the same: what it read from folders of its own is named, not located. */
export function studyFileOf(study: Readonly<Record<string, Json | undefined>>): string {
  const { file: _, data: __, description, difficulty, models, ...fields } = portable(study)
  const parts = {
    ...fields,
    ...(typeof description === 'string' && description.trim() !== '' && { description }),
    ...(models !== undefined && { models }),
    ...(Array.isArray(difficulty) && difficulty.length > 0 && { difficulty }),
  }
  const first = ['name', 'title', 'description', 'models', 'tasks']
  const keys = [...first, ...Object.keys(parts).filter((key) => !first.includes(key))]
  const known = keys.flatMap((key) => (key in parts ? [[key, withoutGaps((parts as Record<string, Json | undefined>)[key])] as const] : [])) // prettier-ignore
  return stringify(Object.fromEntries(known.filter(([, value]) => value !== undefined)), { lineWidth: 120 })
}

function withoutGaps(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((member: Json) => withoutGaps(member) ?? null)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value as Record<string, Json | undefined>).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, withoutGaps(member)!]))
}
