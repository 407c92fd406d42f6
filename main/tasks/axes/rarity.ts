import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { fromErrno, LabError } from '../../base/errors.ts'
import { sha256 } from '../../base/files.ts'
import type { Item } from '../task.ts'
import { allItems, answersOf, unfit, type Axis, type Base, type Choice } from './axis.ts'
import { areLabels, findListed } from './listed.ts'

const params = z.strictObject({
  text: z
    .string()
    .min(1)
    .describe('Text file below the data folder in which answers are counted; best, what the model learned from.'),
  parts: z.int().min(2).max(20).default(4).describe('Equally many items in each part (2 to 20).'),
})

/**
 * Fact frequency (paper.md 8.3): the items of a task in equal parts by how often their answer stands in a text, most often first. The parts
 * are different items, not the same ones made harder; ties are broken by row.
 */
export const rarity: Axis<z.output<typeof params>> = {
  id: 'rarity',
  label: 'Rarity of the answer',
  about: 'Part of the items, from 0, whose answers are most frequent in the text, to parts − 1, whose answers are rarest.',
  harder: 'up',
  version: 1,
  levels: [0, 1, 2, 3],
  level: z.int().min(0).max(19),
  params,
  at(base, { level, params: { text, parts } }) {
    const task = base.open()
    if (level >= parts) throw unfit('rarity', task, `a level below ${parts}, the number of parts`, String(level))
    const words = readWords(base, text)
    const all = allItems(task)
    const part = async () => {
      const counted = (await all()).map((item) => ({ item, count: words.count(answerText(item)) }))
      counted.sort((a, b) => b.count - a.count || a.item.id - b.item.id)
      const at = (n: number) => Math.round((n * counted.length) / parts)
      return counted.slice(at(level), at(level + 1)).sort((a, b) => a.item.id - b.item.id)
    }
    return {
      ...{ ask: task.ask, scorers: task.scorers, shots: task.shots },
      async *items(limit) {
        for (const { item } of (await part()).slice(0, limit)) yield item
      },
      async facts(limit) {
        const counts = (await part()).slice(0, limit).map(({ count }) => count)
        return { 'mean count of the answer': counts.reduce((sum, n) => sum + n, 0) / Math.max(1, counts.length) }
      },
      origin: words.hash,
    }
  },
}

/** The right answer in words. */
function answerText({ question, doc }: Item): string {
  const isLabelled = question.ask === 'choice' && areLabels(question.choices)
  const listed = isLabelled ? findListed(question as Choice, doc) : undefined
  return (listed ? listed.texts[(question as Choice).gold] : answersOf(question)[0]) ?? ''
}

const plain = (text: string) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} ` // prettier-ignore

/** Counts of phrases in a file, word by word and whatever the case. */
function readWords({ data, open }: Base, file: string): { count(phrase: string): number; readonly hash: string } {
  if (data === undefined) throw unfit('rarity', open(), `a data folder with the text ${file} (--data, or LAB_DATA)`, 'none')
  let bytes: Buffer
  try {
    bytes = readFileSync(resolve(data, file))
  } catch (error) {
    throw fromErrno(error) ?? error
  }
  const text = plain(bytes.toString('utf8'))
  if (text.trim() === '') throw new LabError('task/axis', `Expected words in ${file} for the axis "rarity", found none.`)
  const known = new Map<string, number>()
  const count = (phrase: string) => {
    const wanted = plain(phrase)
    if (wanted.trim() === '') return 0
    const found = known.get(wanted) ?? text.split(wanted).length - 1
    known.set(wanted, found)
    return found
  }
  return { count, hash: sha256(bytes) }
}
