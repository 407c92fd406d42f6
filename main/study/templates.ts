import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { readText } from '../base/files.ts'
import { nearest } from '../base/text.ts'
import { RESOURCES } from './places.ts'

/** A study ready to run: one of the paper's experiments. */
export interface Template {
  /** Its file below resources/studies/paper, without its ending: "w3-option-count" or "real/w3-option-count". */
  readonly id: string
  readonly file: string
  /** Of its study: "paper-w3-option-count". */
  readonly name: string
  /** What the paper did, what is inferred, what differs here: the head of the file. */
  readonly about: string
  /** What must be given beside the lab, such as a model and packs; '' for nothing. */
  readonly needs: string
  /** Minutes on two cores, as measured; null where model and data decide. */
  readonly minutes: number | null
  /** The study file, comments and all. Its paths hold wherever it is kept. */
  readonly text: string
}

const FOLDER = join(RESOURCES, 'studies', 'paper')
/** In the order of the paper; a new template goes where it belongs. */
const ORDER = [
  ...['w1-data-adequacy', 'w2-language-resource', 'w3-option-count', 'w4-open-closed-book', 'w4-context-length', 'w5-shots'],
  ...['x1-human-gap', 'x2-factoid-vs-choice', 'true-gem', 'methods', 'controls', 'quantization-contrast'],
]
const place = (id: string) => {
  const at = ORDER.findIndex((name) => id.replace(/^real\//, '').startsWith(name))
  return (at < 0 ? ORDER.length : at) + (id.startsWith('real/') ? 0.5 : 0)
}

/** All templates, in the order of the paper; the one for a model and data of one's own after the one for the built-in model. */
export function listTemplates(): Template[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
  const ids = files.map((name) => name.replaceAll('\\', '/').replace(/\.yaml$/, ''))
  return ids.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1)).map(readTemplate)
}

/** A template by its id. LabError 'study/template' with the nearest known one. */
export function findTemplate(id: string): Template {
  const known = listTemplates()
  const found = known.find((template) => template.id === id)
  if (found) return found
  const meant = nearest(id, known.map((template) => template.id)) // prettier-ignore
  throw new LabError('study/template', `Expected a template, got "${id}"${meant ? `; did you mean "${meant}"?` : '.'}`)
}

/** Its twin for a model and data of one's own, where there is one. */
export const realTwin = (id: string): string | undefined => (existsSync(fileOf(`real/${id}`)) ? `real/${id}` : undefined)

const fileOf = (id: string) => join(FOLDER, `${id}.yaml`)

function readTemplate(id: string): Template {
  const file = fileOf(id)
  const text = readText(file)
  const { about, said } = headOf(text)
  const minutes = Number.parseFloat(said.get('Minutes') ?? '')
  const name = /^name: (\S+)$/m.exec(text)?.[1] ?? id
  return { id, file, name, about, needs: said.get('Needs') ?? '', minutes: Number.isNaN(minutes) ? null : minutes, text }
}

/** The comment that a file begins with, as paragraphs; what a program reads of it ("Needs: …", "Minutes: …") is apart. */
function headOf(text: string): { about: string; said: ReadonlyMap<string, string> } {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('#'))
  const paragraphs: string[] = []
  for (const line of lines.slice(0, end).map((each) => each.slice(1))) {
    // what goes on is indented; what begins is not
    if (/^ {2}/.test(line) && paragraphs.length > 0) paragraphs.push(`${paragraphs.pop()!} ${line.trim()}`)
    else paragraphs.push(line.trim())
  }
  const facts = paragraphs.flatMap((line) => {
    const [, key, value] = /^(Needs|Minutes): (.*)$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value!] as const]
  })
  return { about: paragraphs.filter((line) => !/^(Needs|Minutes): /.test(line)).join('\n'), said: new Map(facts) }
}
