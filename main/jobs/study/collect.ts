import { LabError } from '../../base/errors.ts'
import type { Answer, Scorer } from '../../score/scorer.ts'
import { scorerOf } from '../../score/index.ts'
import type { ItemOutcomes, OutcomeColumn } from '../../store/records.ts'
import type { Item } from '../../tasks/task.ts'

/** Answers as the store keeps them, and what a record says of them. */
export interface Collected {
  readonly outcomes: ItemOutcomes
  /** What the best constant predictor gets, per scorer; null where there is none. */
  readonly chance: Readonly<Record<string, number | null>>
  readonly truncated: number
  readonly boundaryFallbacks: number
}

const TRUNCATED = 1
const FALLBACK = 2

/** One outcome per item, but one per window where a text was cut into windows. */
export function collectOutcomes(items: readonly Item[], answers: readonly Answer[], scorerIds: readonly string[]): Collected {
  const parts = items.flatMap(({ id, question }, i) => {
    const answer = answers[i]!
    if (question.ask !== 'windows') return [{ id, ll: answer.ll, isGreedy: answer.isGreedy, flags: flagsOf(answer) }]
    return answer.ll.map((ll, window) => ({ id: window, ll: [ll], isGreedy: [answer.isGreedy[window]!], flags: flagsOf(answer) }))
  })
  const questions = items.map(({ question }) => question)
  const scores = Object.fromEntries(scorerIds.map((id) => [id, columnOf(scorerOf(id), items, answers, parts.length)]))
  return {
    outcomes: {
      ids: Int32Array.from(parts, ({ id }) => id),
      scores,
      counts: Uint16Array.from(parts, ({ ll }) => ll.length),
      ll: Float32Array.from(parts.flatMap(({ ll }) => ll)),
      isGreedy: Uint8Array.from(parts.flatMap(({ isGreedy }) => isGreedy.map(Number))),
      flags: Uint8Array.from(parts, ({ flags }) => flags),
    },
    chance: Object.fromEntries(scorerIds.map((id) => [id, scorerOf(id).chance(questions) ?? null])),
    truncated: answers.filter(({ isTruncated }) => isTruncated).length,
    boundaryFallbacks: answers.filter(({ isBoundaryFallback }) => isBoundaryFallback).length,
  }
}

function columnOf(scorer: Scorer, items: readonly Item[], answers: readonly Answer[], outcomes: number): OutcomeColumn {
  const found = items.flatMap(({ question }, i) => scorer.score(question, answers[i]!))
  if (found.length !== outcomes) {
    throw new LabError(
      'app/unexpected',
      `Expected ${outcomes} scores of ${scorer.id} for ${items.length} items, got ${found.length}.`,
    )
  }
  const isPlain = found.every(({ weight }) => weight === 1)
  return {
    value: Float64Array.from(found, ({ value }) => value),
    weight: isPlain ? null : Float64Array.from(found, ({ weight }) => weight),
    ...(found.some(({ gold }) => gold !== undefined) && { gold: Float64Array.from(found, ({ gold }) => gold!) }),
  }
}

function flagsOf({ isTruncated, isBoundaryFallback }: Answer): number {
  return (isTruncated ? TRUNCATED : 0) | (isBoundaryFallback ? FALLBACK : 0)
}
