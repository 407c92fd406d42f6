import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLanguage, type Language } from '../../main/engine/language.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import { openModel } from '../../main/models/folder.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import { ask, prepare } from '../../main/score/ask.ts'
import { scorerOf } from '../../main/score/index.ts'
import type { Answer } from '../../main/score/scorer.ts'
import type { Question } from '../../main/tasks/task.ts'
import { report } from '../make/questions.ts'
import { describeShared, shared } from '../make/shared.ts'

/** What lm-evaluation-harness hears from stories260k; test/golden/make/ask_lm_eval.py says how it was made. */
interface Heard {
  readonly prompts: readonly {
    readonly context: string
    readonly continuation: string
    /** null where the harness gives up, for a merge swallows the continuation. */
    readonly ll: number | null
    readonly isGreedy: boolean | null
  }[]
  readonly rolling: readonly { readonly text: string; readonly ll: number }[]
  readonly texts: readonly {
    readonly context: string
    readonly until: readonly string[]
    readonly maxTokens: number
    readonly text: string
  }[]
  readonly windows: readonly {
    readonly text: string
    readonly length: number
    readonly losses: readonly number[]
    readonly perplexity: number
  }[]
}
interface Reference {
  readonly models: {
    readonly stories260k: {
      readonly blimp: Readonly<
        Record<string, { readonly n: number; readonly accuracy: number; readonly good: readonly number[] }>
      >
    }
  }
}

const heard = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'ask-lm-eval.json'), 'utf8')) as Heard

describeShared('a real model, asked as lm-evaluation-harness asks it', () => {
  let engine: ProcessEngine
  let model: LanguageModel
  let language: Language
  beforeAll(async () => {
    model = openModel(shared('models/stories260k'))
    engine = await startEngine({ provider: 'cpu', threads: 1 })
    language = await createLanguage(engine, model.graphs, model.weights)
  })
  afterAll(() => engine.close())

  const answersTo = (questions: readonly Question[]): Promise<Answer[]> =>
    ask(prepare(questions, model.tokenizer, model.config.contextLength, model.endIds), language, { batchTokens: 2048 })

  it('gives the same log-likelihoods and greedy marks, long and cut contexts included', async () => {
    const answers = await answersTo(heard.prompts.map((prompt) => ({ ask: 'continuation', prompt })))
    for (const [i, { ll, isGreedy, continuation }] of heard.prompts.entries()) {
      const label = `${i}: ${continuation}`
      expect(answers[i]!.isBoundaryFallback, label).toBe(ll === null)
      if (ll === null) continue
      expect(Math.abs(answers[i]!.ll[0]! - ll) / answers[i]!.tokens[0]!, label).toBeLessThan(1e-4)
      expect(answers[i]!.isGreedy[0], label).toBe(isGreedy)
    }
    expect(answers.filter(({ isTruncated }) => isTruncated)).toHaveLength(2)
  })

  it('gives the same rolling log-likelihoods', async () => {
    const answers = await answersTo(heard.rolling.map(({ text }) => ({ ask: 'rolling', text, words: 1, bytes: 1 })))
    heard.rolling.forEach(({ text, ll }, i) => {
      expect(Math.abs(answers[i]!.ll[0]! - ll) / answers[i]!.tokens[0]!, text).toBeLessThan(1e-4)
    })
  })

  it('writes the same greedy texts', async () => {
    const answers = await answersTo(
      heard.texts.map(({ context, until, maxTokens }) => ({ ask: 'text', context, until, maxTokens, answers: [] })),
    )
    expect(answers.map(({ text }) => text)).toEqual(heard.texts.map(({ text }) => text))
  })

  it("has the same perplexity in the pruning papers' windows", async () => {
    const questions = heard.windows.map(({ text, length }): Question => ({ ask: 'windows', text, length }))
    const answers = await answersTo(questions)
    heard.windows.forEach(({ losses, perplexity, length }, i) => {
      expect(answers[i]!.ll).toHaveLength(losses.length)
      answers[i]!.ll.forEach((ll, w) => expect(-ll / (length - 1)).toBeCloseTo(losses[w]!, 4))
      expect(report(scorerOf('token_perplexity'), [questions[i]!], [answers[i]!])).toBeCloseTo(perplexity, 3)
    })
  })

  it.each(['adjunct_island', 'wh_vs_that_no_gap'])(
    'judges the minimal pairs of %s as an independent float64 forward pass does',
    async (paradigm) => {
      const { blimp } = (JSON.parse(readFileSync(shared('fixtures/lm_reference.json'), 'utf8')) as Reference).models.stories260k
      const { n, accuracy, good } = blimp[paradigm]!
      const lines = readFileSync(shared(`data/nyu-mll/blimp/${paradigm}/train.jsonl`), 'utf8')
        .split('\n')
        .slice(0, n)
      // without a delimiter, as the fixture has it; the task file of lm-evaluation-harness puts a space before each
      const questions = lines.map((line): Question => {
        const { sentence_good, sentence_bad } = JSON.parse(line) as { sentence_good: string; sentence_bad: string }
        const choices = [sentence_good, sentence_bad]
        return { ask: 'choice', prompts: choices.map((continuation) => ({ context: '', continuation })), choices, gold: 0 }
      })
      const answers = await answersTo(questions)
      expect(report(scorerOf('acc'), questions, answers)).toBe(accuracy)
      good.forEach((ll, i) => expect(Math.abs(answers[i]!.ll[0]! - ll), `pair ${i}`).toBeLessThan(1e-3))
    },
  )
})
