import { LabError } from '../base/errors.ts'
import type { TaskConfig } from './config.ts'
import type { Names } from './expressions.ts'
import { turnText } from './prompt.ts'
import { asNumber, isFloat, isList, pyStr } from './python.ts'
import type { PyValue } from './python.ts'
import { asText, describe } from './render.ts'
import type { Renderers } from './render.ts'
import type { Question } from './task.ts'
import { countWords } from './transforms.ts'
import type { Count } from './transforms.ts'

/** Makes a question of a document; `before` is the description and the examples. */
export type Asker = (doc: Names, before: string) => Question

/** What a task asks, by its output type. `isMultipleInput`: doc_to_text is the right choice's index and the choices are contexts. */
export function createAsker(config: TaskConfig, fields: Renderers, isMultipleInput: boolean, count: Count | undefined): Asker {
  const contextOf = (doc: Names, before: string) => {
    const [question, prefix] = [asText(fields.text(doc), 'doc_to_text'), fields.prefix(doc)]
    return before + turnText({ question, answer: '', prefix, delimiter: config.target_delimiter, end: '' })
  }
  switch (config.output_type) {
    case 'multiple_choice':
      return isMultipleInput ? contextChoice(config, fields) : answerChoice(config, fields, contextOf)
    case 'loglikelihood':
      return (doc, before) => {
        const continuation = some(asText(fields.target(doc), 'doc_to_target'), 'doc_to_target')
        return { ask: 'continuation', prompt: { context: contextOf(doc, before), continuation } }
      }
    case 'loglikelihood_rolling':
      return (doc) => {
        const text = some(asText(fields.target(doc), 'doc_to_target'), 'doc_to_target')
        const { words, bytes } = count?.(doc) ?? { words: countWords(text), bytes: Buffer.byteLength(text) }
        return { ask: 'rolling', text, words, bytes }
      }
    case 'generate_until': {
      const { until = [config.fewshot_delimiter], max_gen_toks: maxTokens = 256 } = config.generation_kwargs
      return (doc, before) => {
        const prefix = fields.prefix(doc)
        // what a turn puts between its question and any answer
        const joined = turnText({ question: '', answer: '.', prefix, delimiter: config.target_delimiter, end: '' })
        const delimiter = joined.slice(prefix.length, -1)
        return { ask: 'text', context: contextOf(doc, before), until, maxTokens, answers: answersOf(doc, fields), delimiter }
      }
    }
    case 'number':
      return (doc, before) => {
        const text = some(contextOf(doc, before), 'doc_to_text')
        return { ask: 'number', text, gold: goldNumber(fields.target(doc)) }
      }
    case 'token_windows':
      return (doc) => ({ ask: 'windows', text: asText(fields.text(doc), 'doc_to_text'), length: config.window_length ?? 2048 })
  }
}

/** One context, several continuations. */
function answerChoice(config: TaskConfig, fields: Renderers, contextOf: (doc: Names, before: string) => string): Asker {
  return (doc, before) => {
    const choices = choicesOf(doc, fields)
    const context = contextOf(doc, before)
    const prompts = choices.map((choice) => ({ context, continuation: config.target_delimiter + choice }))
    return { ask: 'choice', prompts, choices, gold: goldIndex(fields.target(doc), choices) }
  }
}

/** Several contexts, one continuation, as in Winogrande. */
function contextChoice(config: TaskConfig, fields: Renderers): Asker {
  return (doc, before) => {
    const choices = choicesOf(doc, fields)
    const continuation = config.target_delimiter + some(pyStr(fields.target(doc)), 'doc_to_target')
    const prefix = fields.prefix(doc)
    const prompts = choices.map((question) => {
      return { context: before + turnText({ question, answer: '', prefix, delimiter: '', end: '' }), continuation }
    })
    return { ask: 'choice', prompts, choices, gold: goldIndex(fields.text(doc), choices) }
  }
}

function choicesOf(doc: Names, fields: Renderers): readonly string[] {
  const choices = fields.choices?.(doc)
  if (!choices) throw new LabError('task/yaml', 'Expected a key "doc_to_choice" in a multiple-choice task, found none.')
  return choices.map((choice, i) => some(choice, `choice ${i}`))
}

function some(text: string, what: string): string {
  if (text.trim() !== '') return text
  throw new LabError('task/empty-choice', `Expected ${what} to have text, got ${JSON.stringify(text)}.`)
}

/** Index of the right choice, given as an index or as the choice itself. LabError 'task/gold'. */
function goldIndex(value: PyValue, choices: readonly string[]): number {
  const index = typeof value === 'string' ? choices.indexOf(value) : Number(value)
  const isNamed = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
  if (isNamed && Number.isInteger(index) && index >= 0 && index < choices.length) return index
  throw new LabError(
    'task/gold',
    `Expected the right answer as an index from 0 to ${choices.length - 1} or as one of the choices, got ${describe(value)}.`,
  )
}

/** A number, as a column has it or as a template renders it. LabError 'task/gold'. */
function goldNumber(value: PyValue): number {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText ? Number(value) : typeof value === 'boolean' ? undefined : asNumber(value)
  if (number !== undefined && Number.isFinite(number)) return number
  throw new LabError('task/gold', `Expected the right answer as a finite number, got ${describe(value)}.`)
}

/** The right choice itself. LabError 'task/gold'. */
export const choiceAt = (value: PyValue, choices: readonly string[]): string => choices[goldIndex(value, choices)]!

/** The texts that count as right. */
function answersOf(doc: Names, fields: Renderers): readonly string[] {
  const target = fields.target(doc)
  const choices = fields.choices?.(doc)
  if (choices) return [choiceAt(target, choices)]
  return isList(target) ? target.map(pyStr) : [pyStr(target)]
}

/** The answer of an example: a text, a choice by its index, a number as it is written, or the first of several. */
export function exampleAnswer(value: PyValue, choices: readonly string[] | undefined): string {
  if (choices && (typeof value === 'number' || typeof value === 'boolean')) return choiceAt(value, choices)
  if (typeof value === 'number' || isFloat(value)) return pyStr(value)
  return asText(isList(value) ? (value[0] ?? '') : value, 'doc_to_target')
}
