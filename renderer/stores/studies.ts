import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CellFault, Fault, FigureSvg, Reply, ResultRow, StudyRow, StudySummary, TrendRow } from '../../preload/contract.ts'
import { lab } from '../lab.ts'

/** What the lab last said of one study. */
export interface Shown {
  readonly id: string
  /** Cells that were done when its numbers were made. */
  readonly done: number
  readonly summary: StudySummary
  readonly rows: readonly ResultRow[]
  readonly trends: readonly TrendRow[]
  readonly faults: readonly CellFault[]
  readonly figures: readonly FigureSvg[]
}

/** Holds what the lab last said; knows nothing by itself. */
export const useStudies = defineStore('studies', () => {
  const about = ref<{ readonly version: string; readonly home: string }>()
  const list = ref<readonly StudyRow[]>()
  const chosen = ref<string>()
  const shown = shallowRef<Shown>()
  /** Why the chosen study cannot be shown. */
  const fault = ref<Fault>()
  /** Why nothing new is heard. */
  const lost = ref<Fault>()
  const study = computed(() => list.value?.find(({ id }) => id === chosen.value))

  function start(): void {
    lab.on('studies.changed', (rows) => {
      lost.value = undefined
      take(rows)
    })
    lab.on('lab.lost', (why) => (lost.value = why))
    void lab.call('lab.about', null).then((reply) => (reply.ok ? (about.value = reply.value) : (lost.value = reply.error)))
    void lab.call('studies.list', null).then((reply) => (reply.ok ? take(reply.value) : (lost.value = reply.error)))
  }

  function take(rows: readonly StudyRow[]): void {
    list.value = rows
    if (study.value === undefined && rows[0]) void choose(rows[0].id)
  }

  async function choose(id: string): Promise<void> {
    chosen.value = id
    fault.value = undefined
    shown.value = undefined
    await refresh()
  }

  /** Asks anew for the numbers of the chosen study; what is shown stays until they are there. */
  async function refresh(): Promise<void> {
    const id = chosen.value!
    const done = study.value?.done ?? 0
    const word = { study: id }
    const [summary, rows, trends, faults, figures] = await Promise.all([
      lab.call('studies.summary', word),
      lab.call('studies.results', word),
      lab.call('studies.trends', word),
      lab.call('studies.faults', word),
      lab.call('studies.figures', word),
    ])
    if (chosen.value !== id) return // another one has been chosen since
    const wrong = [summary, rows, trends, faults, figures].find((reply) => !reply.ok)
    fault.value = wrong && !wrong.ok ? wrong.error : undefined
    if (summary.ok && rows.ok && trends.ok && faults.ok && figures.ok)
      shown.value = {
        id,
        done,
        summary: summary.value,
        rows: rows.value,
        trends: trends.value,
        faults: faults.value,
        figures: figures.value,
      }
  }

  /** The report or an export of the chosen study as a file to keep; undefined where the lab says why not. */
  async function fetchFile(format: string): Promise<{ readonly file: string; readonly text: string } | undefined> {
    const { id, name } = study.value!
    const reply: Reply<{ readonly file: string; readonly text: string }> =
      format === 'report'
        ? fileOf(await lab.call('studies.report', { study: id }))
        : await lab.call('studies.export', { study: id, format })
    fault.value = reply.ok ? undefined : reply.error
    return reply.ok ? { file: `${name}-${reply.value.file}`, text: reply.value.text } : undefined
  }

  return { about, list, chosen, study, shown, fault, lost, start, choose, refresh, fetchFile }
})

function fileOf(reply: Reply<string>): Reply<{ readonly file: string; readonly text: string }> {
  return reply.ok ? { ok: true, value: { file: 'report.html', text: reply.value } } : reply
}
