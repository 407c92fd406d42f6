import { argmax, chanceOfChoice } from './choice.ts'
import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** Accuracy by log-likelihood per UTF-8 byte of the choice without its delimiter, as lm-evaluation-harness has it. */
export const accBytes: Scorer = {
  ...shareOfRight,
  ...{ id: 'acc_bytes', label: 'Accuracy, per byte', version: 1, asks: ['choice'] },
  score(question, answer) {
    const { choices, gold } = fit(question, 'choice', 'acc_bytes')
    return right(argmax(answer.ll.map((ll, i) => ll / Buffer.byteLength(choices[i]!))) === gold)
  },
  chance: chanceOfChoice,
}
