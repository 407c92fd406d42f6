import type { Tokenizer } from '../../base/text.ts'
import type { Answer } from '../../score/scorer.ts'
import type { RightAnswers } from '../../store/records.ts'
import { splitIds } from '../../tasks/boundary.ts'
import type { Prompt, Question } from '../../tasks/task.ts'

/** The right answer of one outcome; as in RightAnswers. */
interface Right {
  readonly choice: number
  readonly ll: number
  readonly tokens: number
  readonly bytes: number
}

const NONE: Right = { choice: -1, ll: NaN, tokens: 0, bytes: 0 }
type Text = Extract<Question, { ask: 'text' }>

/**
 * What a model gave the right answer of each question, an outcome each, as collectOutcomes has them. Free answers are not among what was asked:
 * `references` are the answers to what `referencesOf` makes of the questions, one per question with free answers, and undefined where nobody asked.
 */
export function rightAnswers(
  questions: readonly Question[],
  answers: readonly Answer[],
  references: readonly (Answer | undefined)[] = [],
): RightAnswers {
  const found = questions.flatMap((question, i) => rightOf(question, answers[i]!, references[i]))
  return {
    choice: Int32Array.from(found, ({ choice }) => choice),
    ll: Float32Array.from(found, ({ ll }) => ll),
    tokens: Int32Array.from(found, ({ tokens }) => tokens),
    bytes: Int32Array.from(found, ({ bytes }) => bytes),
  }
}

/** The same of a fresh head, whose labels are no text: right choices have a loss, but no bytes; numbers have none. */
export function rightLabels(questions: readonly Question[], answers: readonly Answer[]): RightAnswers {
  const found = rightAnswers(questions, answers)
  return { ...found, bytes: found.bytes.map(() => 0) }
}

function rightOf(question: Question, answer: Answer, reference: Answer | undefined): readonly Right[] {
  switch (question.ask) {
    case 'choice':
      return [{ ...scored(answer, question.gold, question.prompts[question.gold]!.continuation), choice: question.gold }]
    case 'continuation':
      return [scored(answer, 0, question.prompt.continuation)]
    case 'rolling':
      return [answer.tokens[0] === 0 ? NONE : { ...scored(answer, 0, ''), bytes: question.bytes }]
    case 'windows':
      // a window begins and ends within the text: only tokens are its own
      return answer.ll.map((_, window) => scored(answer, window, ''))
    case 'number':
      return [NONE]
    case 'text':
      return [reference === undefined ? NONE : likeliest(question, reference)]
  }
}

const scored = ({ ll, tokens }: Answer, at: number, continuation: string): Right => ({
  ...{ choice: -1, ll: ll[at]!, tokens: tokens[at]! },
  // as OLMo counts bits per byte: the blank in front belongs to the tokens, not to the answer (Bhagia et al. 2024, arXiv:2412.04403)
  bytes: Buffer.byteLength(continuation.trimStart()),
})

/** Of several right answers the one that the model holds likeliest: any of them would do. */
function likeliest(question: Text, reference: Answer): Right {
  const best = reference.ll.reduce((at, ll, i) => (ll > reference.ll[at]! ? i : at), 0)
  return scored(reference, best, spoken(question)[best]!)
}

const spoken = ({ answers }: Text) => answers.filter((answer) => answer.trim() !== '')

/** Where each question with free answers stands, and those answers as continuations to be scored; none for one without an answer that the model can read. */
export function referencesOf(
  questions: readonly Question[],
  tokenizer: Tokenizer,
  contextLength: number,
): readonly { readonly at: number; readonly question: Question }[] {
  return questions.flatMap((question, at) => {
    if (question.ask !== 'text') return []
    const choices = spoken(question)
    const prompts = choices.map((answer): Prompt => ({
      context: question.context,
      continuation: (question.delimiter ?? '') + answer,
    }))
    const isShort = prompts.every((prompt) => splitIds(prompt, tokenizer).continuation.length <= contextLength)
    return prompts.length > 0 && isShort ? [{ at, question: { ask: 'choice', prompts, choices, gold: 0 } as const }] : []
  })
}
