import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lossesOf, meanLoss, type Losses } from '../../main/bundle/dense-loss.ts'
import { createLanguage, type Language } from '../../main/engine/language.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import { collectOutcomes } from '../../main/jobs/study/collect.ts'
import { referencesOf, rightAnswers, rightLabels } from '../../main/jobs/study/right-answers.ts'
import { openModel } from '../../main/models/folder.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import { ask, prepare } from '../../main/score/ask.ts'
import type { Answer } from '../../main/score/scorer.ts'
import type { ItemOutcomes, RightAnswers } from '../../main/store/records.ts'
import { LOSS_UNITS, type LossUnit } from '../../main/study/estimators.ts'
import type { Question } from '../../main/tasks/task.ts'
import { golden } from '../make/golden.ts'
import { choiceQuestion, continuationQuestion, makeAnswer, textQuestion } from '../make/questions.ts'
import { describeShared, shared } from '../make/shared.ts'

type InUnits = Readonly<Record<LossUnit, number | null>>
interface Golden {
  readonly asked: {
    readonly choices: readonly { readonly context: string; readonly continuations: readonly string[]; readonly gold: number }[]
    readonly contexts: readonly { readonly contexts: readonly string[]; readonly continuation: string; readonly gold: number }[]
    readonly continuations: readonly { readonly context: string; readonly continuation: string }[]
    readonly texts: readonly { readonly context: string; readonly delimiter: string; readonly answers: readonly string[] }[]
    readonly rolling: readonly string[]
  }
  readonly losses: Readonly<Record<keyof Golden['asked'], readonly (InUnits | null)[]>>
  readonly meanOfChoices: InUnits
  readonly pooledRolling: Readonly<Record<'bits-per-byte' | 'nats-per-token', number>>
}

/** Outcomes of choices as far as losses read them. */
const outcomes = (...ll: readonly (readonly number[])[]) =>
  ({ counts: Uint16Array.from(ll, (one) => one.length), ll: Float32Array.from(ll.flat()) }) as unknown as ItemOutcomes
const right = (...all: readonly (readonly [choice: number, ll: number, tokens: number, bytes: number])[]): RightAnswers => ({
  choice: Int32Array.from(all, ([choice]) => choice),
  ll: Float32Array.from(all, ([, ll]) => ll),
  tokens: Int32Array.from(all, ([, , tokens]) => tokens),
  bytes: Int32Array.from(all, ([, , , bytes]) => bytes),
})

describe('the loss of right answers', () => {
  // ln 2 · 8 nats over 4 tokens and 2 bytes are 4 bits a byte; of two likelihoods 1 : 3 the first has a share of a quarter
  const one = right([0, -8 * Math.LN2, 4, 2])
  const pair = outcomes([-8 * Math.LN2, -8 * Math.LN2 + Math.log(3)])

  it.each([
    ['bits-per-byte', 4],
    ['nats-per-token', 2 * Math.LN2],
    ['nats', 8 * Math.LN2],
    ['nats-among-choices', Math.log(4)],
  ] as const)('is −log p in %s', (unit, expected) => {
    // log-likelihoods are kept in single precision
    expect(lossesOf(one, pair, unit, false).value[0]).toBeCloseTo(expected, 5)
  })

  it('is of all items alike, but of parts of texts by their length, and leaves out what has none', () => {
    const answers = right([-1, -4 * Math.LN2, 1, 4], [-1, -6 * Math.LN2, 3, 1], [-1, NaN, 0, 0])
    const asked = outcomes([-4 * Math.LN2], [-6 * Math.LN2], [])
    const mean = (unit: LossUnit, isText: boolean) => meanLoss(lossesOf(answers, asked, unit, isText))
    // bytes: 1 and 6 bits each; together 10 bits over 5 bytes
    expect(mean('bits-per-byte', false)).toBeCloseTo(3.5, 5)
    expect(mean('bits-per-byte', true)).toBeCloseTo(2, 5)
    expect(mean('nats-per-token', true)).toBeCloseTo((10 * Math.LN2) / 4, 5)
    expect(mean('nats', true)).toBeCloseTo(5 * Math.LN2, 5)
    expect(mean('nats-among-choices', false)).toBeUndefined()
  })

  it('is none where what was scored has no bytes of its own, or the model holds it for impossible', () => {
    expect(meanLoss(lossesOf(right([-1, -3, 2, 0]), outcomes([-3]), 'bits-per-byte', true))).toBeUndefined()
    expect(meanLoss(lossesOf(right([0, -Infinity, 2, 4]), outcomes([-Infinity, -1]), 'bits-per-byte', false))).toBeUndefined()
  })
})

describe('right answers of what was asked', () => {
  it('are the right choice, the continuation, each window of a text, and the likeliest of several free answers', () => {
    const questions: Question[] = [
      choiceQuestion(['no', 'yés'], 1),
      continuationQuestion('  upon'),
      { ask: 'rolling', text: 'a text', words: 2, bytes: 6 },
      { ask: 'windows', text: 'a text', length: 3 },
      textQuestion('first', 'other'),
      textQuestion(''),
    ]
    const answers = [
      makeAnswer({ ll: [-1, -2], tokens: [1, 2] }),
      makeAnswer({ ll: [-3], tokens: [3] }),
      makeAnswer({ ll: [-9], tokens: [4] }),
      makeAnswer({ ll: [-5, -6], tokens: [2, 2] }),
      makeAnswer({ text: 'said' }),
      makeAnswer({ text: 'said' }),
    ]
    const references: (Answer | undefined)[] = [...Array<undefined>(4).fill(undefined), makeAnswer({ ll: [-8, -7], tokens: [1, 2] }), undefined] // prettier-ignore
    expect(rightAnswers(questions, answers, references)).toEqual(
      right([1, -2, 2, 4], [-1, -3, 3, 4], [-1, -9, 4, 6], [-1, -5, 2, 0], [-1, -6, 2, 0], [-1, -7, 2, 5], [-1, NaN, 0, 0]),
    )
  })

  it('are of a fresh head labels without bytes, and none of a number', () => {
    const heard = [makeAnswer({ ll: [-1, -2], tokens: [1, 1] }), makeAnswer({ text: '3.5' })]
    expect(rightLabels([choiceQuestion(['no', 'yes'], 1), textQuestion('4')], heard)).toEqual(
      right([1, -2, 1, 0], [-1, NaN, 0, 0]),
    )
  })
})

describeShared('the loss of right answers under a real model', () => {
  const { asked, losses, meanOfChoices, pooledRolling } = golden<Golden>('dense-loss-lm-eval.json')
  let engine: ProcessEngine
  let model: LanguageModel
  let language: Language
  beforeAll(async () => {
    model = openModel(shared('models/stories260k'))
    engine = await startEngine({ provider: 'cpu', threads: 1 })
    language = await createLanguage(engine, model.graphs, model.weights)
  })
  afterAll(() => engine.close())

  async function lossesTo(questions: readonly Question[], scorer: string): Promise<Record<LossUnit, Losses>> {
    const { tokenizer, config, endIds } = model
    const answersTo = (some: readonly Question[]) => ask(prepare(some, tokenizer, config.contextLength, endIds), language, { batchTokens: 512 }) // prettier-ignore
    const answers = await answersTo(questions)
    const references = referencesOf(questions, tokenizer, config.contextLength)
    const heard = await answersTo(references.map(({ question }) => question))
    const placed = questions.map((_, i) => heard[references.findIndex(({ at }) => at === i)])
    const kept = rightAnswers(questions, answers, placed)
    const items = questions.map((question, id) => ({ id, doc: {}, question }))
    const { outcomes: found } = collectOutcomes(items, answers, [scorer])
    const isText = questions[0]!.ask === 'rolling'
    return Object.fromEntries(LOSS_UNITS.map((unit) => [unit, lossesOf(kept, found, unit, isText)])) as Record<LossUnit, Losses>
  }

  const asChoices: Question[] = asked.choices.map(({ context, continuations, gold }) => ({
    ...{ ask: 'choice', choices: continuations, gold },
    prompts: continuations.map((continuation) => ({ context, continuation })),
  }))
  const groups: readonly (readonly [keyof Golden['asked'], string, readonly Question[]])[] = [
    ['choices', 'acc', asChoices],
    ['contexts', 'acc', asked.contexts.map(({ contexts, continuation, gold }) => ({ ask: 'choice', choices: contexts, gold, prompts: contexts.map((context) => ({ context, continuation })) }))], // prettier-ignore
    ['continuations', 'acc', asked.continuations.map((prompt) => ({ ask: 'continuation', prompt }))],
    ['texts', 'exact_match', asked.texts.map((text) => ({ ask: 'text', until: ['.'], maxTokens: 2, ...text }))],
    ['rolling', 'bits_per_byte', asked.rolling.map((text) => ({ ask: 'rolling', text, words: 1, bytes: Buffer.byteLength(text) }))],
  ] // prettier-ignore

  it.each(groups)('is that of lm-evaluation-harness and SciPy, %s, in every unit', async (name, scorer, questions) => {
    const found = await lossesTo(questions, scorer)
    for (const unit of LOSS_UNITS) {
      losses[name].forEach((expected, i) => {
        const value = found[unit].value[i]!
        // another runtime's float32: some 1e-5 nats a token apart
        if (expected === null || expected[unit] === null) expect(value, `${i} ${unit}`).toBeNaN()
        else expect(Math.abs(value - expected[unit]), `${i} ${unit}`).toBeLessThan(1e-3)
      })
      if (name === 'choices') expect(meanLoss(found[unit])).toBeCloseTo(meanOfChoices[unit]!, 3)
    }
    if (name === 'rolling') {
      expect(meanLoss(found['bits-per-byte'])).toBeCloseTo(pooledRolling['bits-per-byte'], 3)
      expect(meanLoss(found['nats-per-token'])).toBeCloseTo(pooledRolling['nats-per-token'], 3)
    }
  })
})
