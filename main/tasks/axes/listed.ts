import type { Json } from '../../base/json.ts'
import type { Item } from '../task.ts'
import type { Choice } from './axis.ts'

/** Options that a prompt lists under labels, as "A. otter\nB. lynx": what stands around them and how they are written. */
export interface Listed {
  readonly texts: readonly string[]
  /** The prompt with other options in their place. */
  write(texts: readonly string[]): string
  /** The prompt without them. */
  without(): string
  /** The label of the n-th option, from 0. */
  label(n: number): string
}

/** Whether the choices are labels, one character each and in order, so that the options must stand in the prompt. */
export function areLabels(choices: readonly string[]): boolean {
  const first = choices[0]?.codePointAt(0) ?? 0
  return choices.length > 1 && choices.every((choice, i) => choice === String.fromCodePoint(first + i))
}

/** The options of a question whose choices are labels; undefined where the prompt lists them in no way that is known here. */
export function findListed({ prompts, choices }: Choice, doc: Item['doc']): Listed | undefined {
  const { context } = prompts[0]!
  const texts = listsOf(doc).filter((list) => list.length === choices.length)
  for (const list of texts) {
    const match = lastMatch(context, patternOf(choices, list.map((text) => `(${escape(text.trim())})`))) // prettier-ignore
    if (match) return listed(context, choices, match)
  }
  const match = lastMatch(context, patternOf(choices, choices.map(() => '([^\\n]+?)'))) // prettier-ignore
  return match && listed(context, choices, match)
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** "(A) otter" and the like: what stands before and after a label is the same for all; each is followed by what may go between. */
function patternOf(labels: readonly string[], texts: readonly string[]): RegExp {
  const parts = labels.map((label, i) => {
    const around = i === 0 ? ['(\\(?)', '([.):\\]]+[ \\t]*)'] : ['\\1', '\\2']
    return around[0]! + escape(label) + around[1]! + texts[i]!
  })
  const [first, ...others] = parts
  const rest = others.map((part, i) => (i === 0 ? `[ \\t]*(\\s+)${part}` : `[ \\t]*\\4${part}`)).join('')
  return new RegExp(`(?<![^\\s])${first!}${rest}[ \\t]*(?=\\n|$)`, 'g')
}

/** The last place, for examples stand before the question. */
function lastMatch(context: string, pattern: RegExp): RegExpExecArray | undefined {
  return [...context.matchAll(pattern)].at(-1)
}

function listed(context: string, labels: readonly string[], match: RegExpExecArray): Listed {
  const [open, close, first, gap, ...others] = match.slice(1) as string[]
  const [before, after] = [context.slice(0, match.index), context.slice(match.index + match[0].length)]
  const label = (n: number) => String.fromCodePoint(labels[0]!.codePointAt(0)! + n)
  return {
    texts: [first!, ...others],
    label,
    write: (texts) => before + texts.map((text, i) => `${open}${label(i)}${close}${text}`).join(gap) + after,
    without: () => before + (after.startsWith(gap!) ? after.slice(gap!.length) : after),
  }
}

/** Every list of texts in a row, those inside its objects too. */
function listsOf(value: Json | undefined): (readonly string[])[] {
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    return list.every((each) => typeof each === 'string') ? [list as readonly string[]] : list.flatMap(listsOf)
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listsOf) : []
}
