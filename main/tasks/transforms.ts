import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Names } from './expressions.ts'
import { SPACE, strip } from './python.ts'
import type { PyValue } from './python.ts'
import type { FunctionTag } from './yaml.ts'

interface Head {
  /** `task folder/module.function`, as a `!function` tag in that folder names it. */
  readonly id: string
  readonly version: number
  /** SHA-256 of the Python file it was written after (lm-evaluation-harness 0.4.13). */
  readonly python: string
}
/** What the log-likelihood of a document is divided by. */
export type Count = (doc: Names) => { readonly words: number; readonly bytes: number }
/** A Python function of a task file, written anew: a field of a document, the counts of one, or the scorers behind the metrics of the file. */
export type Transform =
  | (Head & { readonly kind: 'field'; readonly apply: (doc: Names) => PyValue })
  | (Head & { readonly kind: 'count'; readonly count: Count })
  | (Head & { readonly kind: 'score'; readonly scorers: Readonly<Record<string, string>> })

const WINOGRANDE = 'e55327629264a98f1d383fda24645b6779afb53fa0bce2150042b9416b1ae006'
const WIKITEXT = 'a44020374b172159bf5be80a64d2c4194c9d5c77284f696ac666361338c8da7d'
const XQUAD = 'b6f164533e6f05a76831a279ef89d392c2459bad77b43c9e2fe14318e4a79ab2'

/** Partial evaluation: the sentence up to the blank, filled with either option, is asked to go on as the rest of the sentence (Trinh and Le 2018). */
const winogrande: readonly Transform[] = [
  { id: 'winogrande/preprocess_winogrande.doc_to_text', version: 1, python: WINOGRANDE, kind: 'field', apply: winograndeAnswer },
  {
    id: 'winogrande/preprocess_winogrande.doc_to_target',
    version: 1,
    python: WINOGRANDE,
    kind: 'field',
    apply: (doc) => strip(text(doc, 'sentence').slice(blank(doc) + 1), undefined, 'both'),
  },
  {
    id: 'winogrande/preprocess_winogrande.doc_to_choice',
    version: 1,
    python: WINOGRANDE,
    kind: 'field',
    apply: (doc) => ['option1', 'option2'].map((option) => text(doc, 'sentence').slice(0, blank(doc)) + text(doc, option)),
  },
]

const wikitext: readonly Transform[] = [
  {
    id: 'wikitext/preprocess_wikitext.wikitext_detokenizer',
    version: 1,
    python: WIKITEXT,
    kind: 'field',
    apply: (doc) => detokenize(text(doc, 'page')),
  },
  {
    id: 'wikitext/preprocess_wikitext.process_results',
    version: 1,
    python: WIKITEXT,
    kind: 'count',
    count: (doc) => ({ words: countWords(text(doc, 'page')), bytes: Buffer.byteLength(text(doc, 'page')) }),
  },
]

/** Free text against the first answer, both normalised as by SQuAD 1.1's script. */
const xquad: readonly Transform[] = [
  {
    id: 'xquad/utils.process_results_qa',
    version: 1,
    python: XQUAD,
    kind: 'score',
    scorers: { exact_match: 'squad_exact', f1: 'squad_f1' },
  },
]

/** All built-in transforms. */
export const transforms: readonly Transform[] = [...winogrande, ...wikitext, ...xquad]

/** `task folder/module.function`: what a tag names, wherever its folder lies. */
export const transformId = (tag: FunctionTag): string => `${basename(dirname(tag.file))}/${tag.function}`

/** Its id and version, for hashes. */
export function transformName(tag: FunctionTag): string {
  const known = transforms.find(({ id }) => id === transformId(tag))
  return `${transformId(tag)} ${known?.version ?? 'none'}`
}

/** The transform a tag stands for. LabError 'task/transform' with file and line where there is none, or the Python beside the file is another one. */
export function findTransform(tag: FunctionTag): Transform {
  const folder = dirname(tag.file)
  const id = transformId(tag)
  const known = transforms.find((transform) => transform.id === id)
  if (!known)
    throw new LabError(
      'task/transform',
      `${tag.file}:${tag.line}: Expected a built-in transform, got the Python function "${id}".`,
    )
  const module = join(folder, `${tag.function.split('.').slice(0, -1).join('/')}.py`)
  if (existsSync(module) && sha256(readFileSync(module)) !== known.python) {
    throw new LabError(
      'task/transform',
      `${tag.file}:${tag.line}: Expected the Python of lm-evaluation-harness 0.4.13 behind "${id}", got another ${module}.`,
    )
  }
  return known
}

function text(doc: Names, column: string): string {
  const value = Object.hasOwn(doc, column) ? doc[column] : undefined
  if (typeof value === 'string') return value
  throw new LabError(
    'task/column',
    `Expected a text in the column "${column}", got ${value === undefined ? `only the columns ${Object.keys(doc).join(', ')}` : JSON.stringify(value)}.`,
  )
}

function blank(doc: Names): number {
  const at = text(doc, 'sentence').indexOf('_')
  if (at < 0)
    throw new LabError('task/template', `Expected a blank "_" in the sentence, got ${JSON.stringify(text(doc, 'sentence'))}.`)
  return at
}

function winograndeAnswer(doc: Names): number {
  const answer = text(doc, 'answer')
  if (answer !== '1' && answer !== '2')
    throw new LabError('task/gold', `Expected the answer "1" or "2", got ${JSON.stringify(answer)}.`)
  return Number(answer) - 1
}

/** Length of Python's re.split(r"\s+", text): empty pieces at the edges count as words. */
export function countWords(text: string): number {
  return text.split(new RegExp(`[${SPACE}]+`)).length
}

const inside = (open: string, not: string, close: string) => new RegExp(`${open}[${SPACE}]*([^${not}]*?)[${SPACE}]*${close}`, 'g')
const SQUARE = inside('\\[', '\\]', '\\]')
const ROUND = inside('\\(', '\\)', '\\)')
const CURLY = inside('\\{', '}', '\\}')
const DOUBLE = inside('"', '"', '"')
const SINGLE = inside("'", "'", "'")

/** Undoes wikitext's tokenisation, rule by rule as lm-evaluation-harness does, its slips included. */
function detokenize(page: string): string {
  const joined = page
    .replaceAll("s '", "s'")
    .replace(/\/' [0-9]\//g, "/'[0-9]/")
    .replaceAll(' @-@ ', '-')
    .replaceAll(' @,@ ', ',')
    .replaceAll(' @.@ ', '.')
  const spaced = [':', ';', '.', '!', '?', ','].reduce((text, mark) => text.replaceAll(` ${mark} `, `${mark} `), joined)
  return spaced
    .replace(ROUND, '($1)')
    .replace(SQUARE, '[$1]')
    .replace(CURLY, '{$1}')
    .replace(DOUBLE, '"$1"')
    .replace(SINGLE, "'$1'")
    .replaceAll('= = = =', '====')
    .replaceAll('= = =', '===')
    .replaceAll('= =', '==')
    .replaceAll(' \u00b0 ', '\u00b0')
    .replaceAll(' \n', '\n')
    .replaceAll('\n ', '\n')
    .replaceAll(' N ', ' 1 ')
    .replaceAll(" 's", "'s")
}
