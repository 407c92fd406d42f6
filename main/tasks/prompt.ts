import { SPACE } from './python.ts'

/** One example or question of a prompt. An `answer` of '' is one that is left to the model. */
export interface Turn {
  readonly question: string
  readonly answer: string
  /** What an answer begins with (gen_prefix); '' for none. */
  readonly prefix: string
  /** Between question and answer. */
  readonly delimiter: string
  /** After the answer. */
  readonly end: string
}

/** A turn as text, joined as lm-evaluation-harness joins it (api/task.py, build_qa_turn). */
export function turnText({ question, answer, prefix, delimiter, end }: Turn): string {
  const isApart = prefix === '' ? answer !== '' : question !== '' && !touches(question, prefix)
  const asked = question + (isApart ? delimiter : '')
  if (answer === '') return asked + prefix
  return asked + prefix + (prefix === '' || touches(prefix, answer) ? '' : ' ') + answer + end
}

const spaceAtEnd = new RegExp(`[${SPACE}]$`)
const spaceAtStart = new RegExp(`^[${SPACE}]`)

/** Whether white space stands between two texts already. */
const touches = (before: string, after: string) => spaceAtEnd.test(before) || spaceAtStart.test(after)
