import { join } from 'node:path'
import { z } from 'zod'
import type { DraftRow, Json } from '../../preload/contract.ts'
import type { Bench } from '../bench.ts'
import { checkDraft } from '../jobs/study/draft.ts'
import { draftFolder, listDrafts, readDraft, removeDraft, saveDraft } from '../store/drafts.ts'
import { readSettings } from '../store/settings.ts'
import { editStudy } from '../study/edit.ts'
import { readStudy } from '../study/spec.ts'
import type { Calls } from './call.ts'
import { dataFoldersOf } from './library.ts'

/** Letters of a study file: more is no study that a person has written. */
const MOST = 400_000
const text = z.string().max(MOST)
const name = z.string().min(1).max(200)

/** Study files that are being written. */
export const drafts = {
  'drafts.list': {
    argument: z.null(),
    run: ({ home }) => rowsOf(home),
  },
  'drafts.read': {
    argument: z.strictObject({ name }),
    run: ({ home }, { name }) => ({ name, text: readDraft(home, name) }),
  },
  'drafts.save': {
    argument: z.strictObject({ name, text }),
    run({ home }, { name, text }) {
      saveDraft(home, name, text)
      return rowsOf(home)
    },
  },
  'drafts.remove': {
    argument: z.strictObject({ name }),
    run({ home }, { name }) {
      removeDraft(home, name)
      return rowsOf(home)
    },
  },
  'drafts.check': {
    argument: z.strictObject({ text }),
    run: ({ home, store }: Bench, { text }) =>
      checkDraft(text, { file: draftFile(home), data: dataFoldersOf(readSettings(home))[0], store }),
  },
  'drafts.edit': {
    argument: z.strictObject({
      text,
      path: z
        .array(z.union([z.string().max(400), z.int().min(0)]))
        .min(1)
        .max(20),
      value: z.json().refine((value) => JSON.stringify(value).length <= MOST, 'a smaller value') as z.ZodType<Json>,
    }),
    run: (_, { text, path, value }) => ({ text: editStudy(text, path, value) }),
  },
} satisfies Partial<Calls>

/** Where relative paths of a draft start, whatever its name. */
export const draftFile = (home: string): string => join(draftFolder(home), 'draft.yaml')

function rowsOf(home: string): DraftRow[] {
  return listDrafts(home).map(({ name, text, changedAt, bytes }) => {
    const { raw } = readStudy(text, draftFile(home))
    const title = typeof raw === 'object' && raw !== null && 'title' in raw && typeof raw.title === 'string' ? raw.title : name
    return { name, title, changedAt, bytes }
  })
}
