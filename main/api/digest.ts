import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { StudyRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import type { Bench } from '../bench.ts'
import { renderDigest } from '../bundle/digest.ts'
import type { Chapter } from '../bundle/page/chapter.ts'
import { tallyTable, type Judged } from '../bundle/tally.ts'
import { formatOverview } from '../bundle/terminal/overview.ts'
import { booktabs } from '../bundle/tex/booktabs.ts'
import { tableCsv } from '../bundle/tex/table-csv.ts'
import { listTemplates } from '../study/templates.ts'
import { exportFiles } from './bundles.ts'
import type { Calls } from './call.ts'
import { sourceOf, type Source } from './opened.ts'
import { reportOf } from './report.ts'

const study = z.string().min(1).max(200)
const studies = z.array(study).min(1).max(200)
const path = z.string().min(1).max(4096)

/** The word for each of the paper's experiments on the built-in model. */
const PAPER = 'paper/all'

/** Several studies together. */
export const digest = {
  'studies.several': {
    argument: z.strictObject({ studies }),
    run: (bench, { studies }) => several(bench, studies).map(({ row, opened }) => ({ ...row, id: opened?.id ?? row.id })),
  },
  'studies.digest': {
    argument: z.strictObject({ studies, links: z.array(path.nullable()).max(200), width: z.int().min(20).max(1000) }),
    run(bench, { studies, links, width }) {
      const all = several(bench, studies)
      const abouts = new Map(listTemplates().map(({ name, about }) => [name, about]))
      const chapters = all.map(({ bench: source, row }, i): Chapter => {
        const about = abouts.get(row.name) ?? null
        return { report: reportOf(source, row.id), about, link: links[i] ?? null, folder: folderName(row) }
      })
      const judged = chapters.map(({ report }, i) => ({ name: all[i]!.row.name, verdicts: report.verdicts }))
      const own = all.flatMap(({ row, opened }) => (opened ? [] : [row]))
      return {
        page: renderDigest({ title: titleOf(chapters), chapters, commands: commandsOf(bench, own) }),
        overview: formatOverview(judged, { width, colour: false }),
      }
    },
  },
  'exports.several': {
    argument: z.strictObject({ studies, format: z.string().min(1).max(40), folder: path }),
    async run(bench, { studies, format, folder }) {
      const all = several(bench, studies)
      const written: string[] = []
      const write = (name: string, data: string | Uint8Array) => {
        const file = join(resolve(folder), name)
        writeWhole(file, data)
        written.push(file)
      }
      const judged: Judged[] = []
      for (const { bench: source, row } of all) {
        const { files, report } = await exportFiles(source, row.id, format)
        for (const file of files) write(`${folderName(row)}/${file.name}`, file.data)
        judged.push({ name: row.name, verdicts: report.verdicts })
      }
      const table = tallyTable(judged)
      write('hypotheses.csv', tableCsv(table))
      write('hypotheses.tex', booktabs(table, 'hypotheses'))
      return { files: written }
    },
  },
} satisfies Partial<Calls>

/** A study, where it lies. */
interface Chosen extends Pick<Source, 'bench' | 'opened'> {
  readonly row: StudyRow
}

/** The studies behind these words, each once. LabError 'study/unknown', or 'cli/usage' where two words are one study. */
function several(bench: Bench, words: readonly string[]): Chosen[] {
  const all = words.flatMap((word): Chosen[] => {
    if (word === PAPER) return paperStudies(bench.store.studies.list()).map((row) => ({ bench, row, opened: undefined }))
    const { study, ...source } = sourceOf(bench, word)
    return [{ ...source, row: source.bench.store.studies.find(study) }]
  })
  const twice = all.find(({ row }, i) => all.findIndex((other) => other.row.id === row.id) < i)?.row
  if (twice) throw new LabError('cli/usage', `Expected different studies, got ${twice.name} (${twice.id.slice(0, 8)}) twice.`)
  return all
}

/** The newest study of each experiment on the built-in model, in the order of the paper. */
function paperStudies(all: readonly StudyRow[]): StudyRow[] {
  const own = listTemplates().filter(({ id }) => !id.startsWith('real/'))
  const found = own.flatMap(({ name }) => all.find((row) => row.name === name) ?? [])
  if (found.length > 0) return found
  throw new LabError('study/unknown', `Expected a study of the paper's experiments in this store for ${PAPER}, found none.`)
}

/** The folder of one of several studies that are written side by side. */
export const folderName = ({ id, name }: Pick<StudyRow, 'id' | 'name'>) => `${name}-${id.slice(0, 8)}`

function titleOf(chapters: readonly Chapter[]): string {
  const models = [...new Set(chapters.flatMap(({ report }) => report.provenance.models.map(({ name }) => name)))]
  const of = models.length === 1 ? ` on ${models[0]}` : ''
  return chapters.every(({ about }) => about !== null) ? `The paper’s experiments${of}` : `Studies side by side${of}`
}

/** What brings the figures and tables of these studies of the lab as files; nothing where there are none. */
function commandsOf({ store }: Bench, rows: readonly StudyRow[]): string[] {
  if (rows.length === 0) return []
  const paper = listTemplates().some(({ name }) => name === rows[0]!.name) ? paperStudies(store.studies.list()) : []
  const isPaper = paper.length === rows.length && paper.every(({ id }, i) => id === rows[i]!.id)
  const words = isPaper ? PAPER : rows.map(({ id }) => id.slice(0, 8)).join(' ')
  return ['figures', 'latex', 'verdicts'].map((format) => `npm run lab -- export ${words} --format ${format} --out ${format}`)
}
