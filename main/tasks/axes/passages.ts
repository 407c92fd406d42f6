import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { createRng } from '../../base/rng.ts'
import type { Row } from '../packs.ts'
import type { Axis } from './axis.ts'
import { answerRate, passageOf, withText } from './passage.ts'

const params = z.strictObject({
  column: z.string().min(1).optional().describe('Column of the passage; the usual names are tried where left out.'),
  between: z.string().default('\n\n').describe('What stands between two passages.'),
})

/** Passages of other rows beside the right one, in an order that the seed decides; with one seed, those of a level are among those of the next. */
export const passages: Axis<z.output<typeof params>> = {
  id: 'passages',
  label: 'Distracting passages',
  about: 'Passages of other rows that stand beside the right one (from 0).',
  harder: 'up',
  version: 1,
  levels: [0, 1, 3],
  level: z.int().min(0).max(1000),
  params,
  at(base, { level, params: { column, between }, seed }) {
    const task = base.open({
      variation: {
        origin: { axis: 'passages', version: 1, level, seed, column: column ?? null, between },
        row: (row, rows) => withPassages(row, rows, { level, seed, column, between }),
      },
    })
    return {
      ...{ ask: task.ask, scorers: task.scorers, shots: task.shots },
      items: (limit) => task.items(limit),
      facts: async (limit) => ({ 'answer in the passages': await answerRate(task, limit, column, 'passages') }),
    }
  },
}

interface Wish {
  readonly level: number
  readonly seed: number
  readonly column: string | undefined
  readonly between: string
}

function withPassages(row: Row, rows: () => readonly Row[], { level, seed, column: said, between }: Wish): Row {
  const { column, text } = passageOf(row, said, 'passages')
  if (level === 0) return row
  const rng = createRng(`axis/passages/${seed}/${row.line}`)
  const others = rng.fork('which').shuffle([...new Set(rows().map((other) => passageOf(other, column, 'passages').text))])
  const drawn = others.filter((other) => other !== text).slice(0, level)
  if (drawn.length < level) {
    throw new LabError(
      'task/axis',
      `Expected ${level} other passages for the axis "passages", found ${drawn.length} in the split.`,
    )
  }
  return withText(
    row,
    column,
    rng
      .fork(`order/${level}`)
      .shuffle([text, ...drawn])
      .join(between),
  )
}
