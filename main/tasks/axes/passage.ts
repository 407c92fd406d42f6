import { LabError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Row } from '../packs.ts'
import type { Item, Task } from '../task.ts'
import { answersOf, shareOf } from './axis.ts'

/** Where passages stand in the packs that have any. */
const COLUMNS = ['context', 'passage', 'article', 'story', 'text']

/** The passage of a row. LabError 'task/axis' where it has none. */
export function passageOf({ doc }: Pick<Row, 'doc'>, column: string | undefined, axis: string): { column: string; text: string } {
  const name = column ?? COLUMNS.find((each) => typeof doc[each] === 'string')
  const text = name === undefined ? undefined : doc[name]
  if (name !== undefined && typeof text === 'string') return { column: name, text }
  const wanted = column === undefined ? `one of the columns ${COLUMNS.join(', ')}` : `the column "${column}"`
  const came =
    text === undefined ? `only ${Object.keys(doc).join(', ')}` : `${JSON.stringify(text).slice(0, 80)} (${typeof text})`
  throw new LabError('task/axis', `Expected a passage in ${wanted} for the axis "${axis}", got ${came}.`)
}

/** The row with another text in one of its columns. */
export function withText(row: Row, column: string, text: string): Row {
  return { ...row, doc: { ...row.doc, [column]: text as Json }, names: { ...row.names, [column]: text } }
}

/** Lower case, all but letters and digits as single spaces: how answers are looked for in passages. */
const plain = (text: string) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} ` // prettier-ignore

/** Whether one of the right answers stands in a text, word by word. */
export function holdsAnswer(text: string, item: Item): boolean {
  const where = plain(text)
  return answersOf(item.question).some((answer) => answer.trim() !== '' && where.includes(plain(answer)))
}

/** The share of items whose passage, as asked, holds the answer (0..1). */
export function answerRate(task: Task, limit: number | undefined, column: string | undefined, axis: string): Promise<number> {
  return shareOf(task.items(limit), (item) => holdsAnswer(passageOf(item, column, axis).text, item))
}
