import { z } from 'zod'
import type { Axis } from './axis.ts'
import { answerRate, passageOf, withText } from './passage.ts'

const params = z.strictObject({
  unit: z
    .enum(['characters', 'words', 'percent'])
    .default('characters')
    .describe('What a level counts; percent is of the words.'),
  keep: z.enum(['start', 'end']).default('start').describe('Which end of the passage stays.'),
  column: z.string().min(1).optional().describe('Column of the passage; the usual names are tried where left out.'),
  closed: z
    .string()
    .min(1)
    .optional()
    .describe('doc_to_text of a question without any passage (level 0); the file’s own where left out.'),
})

/**
 * How much of the passage stays in the prompt (paper.md 2.4): 0 is closed book, the most is all of it; a level's passage is a part of the
 * next one's. Levels count characters or words, not tokens, so that models with different tokenizers are asked the same. The share of items
 * whose answer still stands there is reported with each level.
 */
export const context: Axis<z.output<typeof params>> = {
  id: 'context',
  label: 'Length of the passage',
  about: 'Characters, words or percent of the passage that stay (from 0, closed book; as many as it has, or more: all of it).',
  harder: 'down',
  version: 1,
  levels: [100_000, 1024, 512, 256, 128, 0],
  level: z.number().min(0),
  params,
  at(base, { level, params: { unit, keep, column, closed } }) {
    const task = base.open({
      variation: {
        origin: { axis: 'context', version: 1, level, unit, keep, column: column ?? null, closed: closed ?? null },
        ...(level === 0 && closed !== undefined && { text: closed }),
        row(row) {
          const passage = passageOf(row, column, 'context')
          return withText(row, passage.column, cut(passage.text, level, unit, keep))
        },
      },
    })
    return {
      ...{ ask: task.ask, scorers: task.scorers, shots: task.shots },
      items: (limit) => task.items(limit),
      facts: async (limit) => ({ 'answer in the passage': await answerRate(task, limit, column, 'context') }),
    }
  },
}

/** So much of a text from one of its ends, as it is written. */
export function cut(text: string, level: number, unit: z.output<typeof params>['unit'], keep: 'start' | 'end'): string {
  if (unit === 'characters') {
    const all = [...text]
    return (keep === 'start' ? all.slice(0, level) : all.slice(Math.max(0, all.length - level))).join('')
  }
  const words = [...text.matchAll(/\S+/g)]
  const count = Math.min(words.length, unit === 'percent' ? Math.round((level / 100) * words.length) : Math.floor(level))
  if (count === 0) return ''
  if (keep === 'end') return text.slice(words[words.length - count]!.index)
  const last = words[count - 1]!
  return text.slice(0, last.index + last[0].length)
}
