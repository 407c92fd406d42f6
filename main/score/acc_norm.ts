import { codePoints } from '../base/text.ts'
import { argmax, chanceOfChoice } from './choice.ts'
import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** Accuracy by log-likelihood per character (Unicode code point) of the choice without its delimiter, as lm-evaluation-harness has it. */
export const accNorm: Scorer = {
  ...shareOfRight,
  ...{ id: 'acc_norm', label: 'Accuracy, per character', version: 1, asks: ['choice'] },
  score(question, answer) {
    const { choices, gold } = fit(question, 'choice', 'acc_norm')
    return right(argmax(answer.ll.map((ll, i) => ll / codePoints(choices[i]!))) === gold)
  },
  chance: chanceOfChoice,
}
