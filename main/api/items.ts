import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ItemView } from '../../preload/contract.ts'
import type { Bench } from '../bench.ts'
import { viewItem } from '../bundle/item-view.ts'
import { orderItems, type ItemOrder, type ItemWish } from '../bundle/item-page.ts'
import { FLIPS, itemCells, levelsOf, readItems, type ItemCell, type ItemTable } from '../bundle/items.ts'
import { sideBySide } from '../bundle/side-by-side.ts'
import { forgetStudy } from '../jobs/study/forget.ts'
import type { StudyFacts } from '../jobs/study/prepare.ts'
import { rereadItem, type Reread } from '../jobs/study/reread.ts'
import { openStore } from '../store/open.ts'
import { readSettings } from '../store/settings.ts'
import { RESOURCES } from '../study/places.ts'
import { readStudy } from '../study/spec.ts'
import { studyText } from '../study/text.ts'
import { editStudy } from '../study/edit.ts'
import type { Calls } from './call.ts'
import { dataFoldersOf } from './library.ts'
import { sourceOf } from './opened.ts'
import { reportOf } from './report.ts'

const study = z.string().min(1).max(200)
const word = z.strictObject({ study })
const named = z.string().min(1).max(1000).nullable()

/** Studies item by item, side by side, and as study files. */
export const items = {
  'studies.levels': {
    argument: word,
    run: (bench, { study }) => levelsOf(cellsOf(bench, study).cells),
  },
  'studies.items': {
    argument: z.strictObject({
      ...{ study, task: named, level: named, cell: named },
      flip: z.enum(['all', 'lost', 'gained', 'changed', 'right', 'wrong']),
      sort: z.enum(['study', 'margin', 'denseMargin', 'change']),
      isDescending: z.boolean(),
      offset: z.int().min(0),
      limit: z.int().min(1).max(500),
    }),
    run(bench, { study, offset, limit, ...wish }) {
      const { table, order } = tableOf(bench, study, wish)
      const rows = Array.from(order.rows.subarray(offset, offset + limit), (row) => rowOf(table, row))
      return { total: order.rows.length, offset, rows, counts: order.counts }
    },
  },
  'studies.item': {
    argument: z.strictObject({ study, task: z.string().min(1).max(400), item: z.int().min(0) }),
    async run(bench, { study, task, item }) {
      const { cells, facts } = cellsOf(bench, study)
      const view = viewItem(bench.store, cells, task, item)
      const asked = facts.tasks.find(({ id }) => id === task)!
      return { ...view, ...saidOf(await rereadItem(facts.study, asked, item, dataFoldersOf(readSettings(bench.home))[0])) }
    },
  },
  'studies.compare': {
    argument: z.strictObject({ studies: z.array(study).min(1).max(20) }),
    run: (bench, { studies }) =>
      sideBySide(
        studies.map((study) => {
          const at = sourceOf(bench, study)
          const row = at.bench.store.studies.find(at.study)
          const facts = factsOf(at.bench, row.id)
          return { row: { ...row, id: at.opened?.id ?? row.id }, facts, rows: reportOf(at.bench, at.study).rows }
        }),
      ),
  },
  'studies.remove': {
    argument: word,
    run({ home, store }, { study }) {
      const { id } = store.studies.find(study)
      // as the only one who writes: refused while a run holds the store
      const writer = openStore(home)
      try {
        forgetStudy(writer, id)
        return writer.studies.list()
      } finally {
        writer.close()
      }
    },
  },
  'studies.draft': {
    argument: word,
    run(bench, { study }) {
      const { study: asked } = factsOf(bench, bench.store.studies.find(study).id)
      return { name: asked.name, text: studyText(asked) }
    },
  },
  'studies.examples': {
    argument: z.null(),
    run: () => ['study.yaml', 'transfer.yaml'].map(exampleOf),
  },
} satisfies Partial<Calls>

/** A study of the built-in model, its paths such as hold wherever the text is kept. */
function exampleOf(name: string) {
  const file = join(RESOURCES, 'demo', name)
  const text = editStudy(readFileSync(file, 'utf8'), ['models', 0, 'folder'], 'lab:demo/model')
  const { study } = readStudy(text, file)
  return { name: study!.name, title: study!.title, description: study!.description, text }
}

const factsOf = ({ store }: Bench, id: string) => store.studies.read(id).spec as unknown as StudyFacts

function cellsOf(bench: Bench, word: string): { cells: ItemCell[]; facts: StudyFacts; stamp: string } {
  const row = bench.store.studies.find(word)
  const facts = factsOf(bench, row.id)
  return { cells: itemCells(bench.store.cells.ofStudy(row.id), facts), facts, stamp: JSON.stringify(row) }
}

interface Kept {
  readonly stamp: string
  readonly table: ItemTable
  readonly orders: Map<string, ItemOrder>
}
/** The table asked for last: one of a million items takes some tens of megabytes. */
const kept = new WeakMap<Bench, Kept>()
/** Orders of one table that are kept: those one scrolls through. */
const MOST_ORDERS = 4

function tableOf(bench: Bench, study: string, wish: ItemWish): { table: ItemTable; order: ItemOrder } {
  const stamp = JSON.stringify(bench.store.studies.find(study))
  let known = kept.get(bench)
  if (known?.stamp !== stamp) {
    known = { stamp, table: readItems(bench.store, cellsOf(bench, study).cells), orders: new Map() }
    kept.set(bench, known)
  }
  const key = JSON.stringify(wish)
  const order = known.orders.get(key) ?? orderItems(known.table, wish)
  known.orders.delete(key)
  known.orders.set(key, order)
  if (known.orders.size > MOST_ORDERS) known.orders.delete(known.orders.keys().next().value!)
  return { table: known.table, order }
}

function rowOf({ cells, cell, item, value, denseValue, flip, margin, denseMargin }: ItemTable, row: number) {
  const { record, level } = cells[cell[row]!]!
  const known = (x: number) => (Number.isFinite(x) ? x : null)
  return {
    ...{ cell: record.fingerprint, task: record.key.task.id, level, label: record.taskLabel, item: item[row]! },
    ...{ value: known(value[row]!), denseValue: known(denseValue[row]!), flip: FLIPS[flip[row]!]! },
    ...{ margin: known(margin[row]!), denseMargin: known(denseMargin[row]!) },
  }
}

function saidOf({ question, why }: Reread): Pick<ItemView, 'asked' | 'why'> {
  if (!question) return { asked: null, why }
  const head = { ask: question.ask, contexts: null, gold: null, answers: [] }
  switch (question.ask) {
    case 'choice': {
      const contexts = question.prompts.map(({ context }) => context)
      const isShared = new Set(contexts).size === 1
      const continuations = question.prompts.map(({ continuation }) => continuation)
      const asked = {
        context: isShared ? contexts[0]! : '',
        contexts: isShared ? null : contexts,
        continuations,
        gold: question.gold,
      }
      return { asked: { ...head, ...asked }, why: null }
    }
    case 'continuation':
      return {
        asked: { ...head, context: question.prompt.context, continuations: [question.prompt.continuation], gold: 0 },
        why: null,
      }
    case 'number':
      return { asked: { ...head, context: question.text, continuations: [], answers: [String(question.gold)] }, why: null }
    case 'text':
      return { asked: { ...head, context: question.context, continuations: [], answers: question.answers }, why: null }
    default:
      return { asked: { ...head, context: '', continuations: [question.text.slice(0, 20_000)] }, why: null }
  }
}
