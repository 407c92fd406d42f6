import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  CellFault,
  ChartRows,
  Fault,
  FileText,
  OpenedBundle,
  Reply,
  ResultRow,
  StudyRow,
  StudySummary,
  TrendRow,
} from '../../preload/contract.ts'
import { lab } from '../lab.ts'
import { useRoute } from './route.ts'
import { said } from './said.ts'

/** What the lab last said of one study. */
export interface Shown {
  readonly id: string
  /** Cells that were done when its numbers were made. */
  readonly done: number
  readonly rows: readonly ResultRow[]
  readonly trends: readonly TrendRow[]
  readonly charts: ChartRows
  readonly summary: StudySummary
  readonly faults: readonly CellFault[]
}

/** Milliseconds between two looks at a study that runs, at least; and how many times as long as a look takes. */
const LOOK_MS = 4000
const LOOK_TIMES = 4

/** Holds what the lab last said; knows nothing by itself. */
export const useStudies = defineStore('studies', () => {
  const route = useRoute()
  const own = shallowRef<readonly StudyRow[]>()
  /** Bundles of others that stand open. */
  const opened = shallowRef<readonly OpenedBundle[]>()
  /** Why a bundle could not be opened or closed. */
  const openedFault = shallowRef<Fault>()
  /** The lab's own, then those of opened bundles; undefined until both are known, so that a reload finds what it showed. */
  const list = computed(() => own.value && opened.value && [...own.value, ...opened.value.map((bundle) => bundle.study)])
  const chosen = ref<string>()
  const shown = shallowRef<Shown>()
  /** Why the chosen study cannot be shown. */
  const fault = shallowRef<Fault>()
  /** Why nothing new is heard. */
  const lost = shallowRef<Fault>()
  const about = said('lab.about')
  const verdicts = said('studies.verdicts')
  const bundleOf = (id: string) => opened.value?.find((bundle) => bundle.id === id)
  const study = computed(() => list.value?.find(({ id }) => id === chosen.value))
  /** Cells that are done and not shown. */
  const fresh = computed(() => (study.value && shown.value ? study.value.done - shown.value.done : 0))
  let isAsking = false
  let restUntil = 0

  function start(): void {
    lab.on('studies.changed', (rows) => {
      lost.value = undefined
      own.value = rows
    })
    lab.on('lab.lost', (why) => (lost.value = why))
    void about.ask(null)
    void lab.call('studies.list', null).then((reply) => (reply.ok ? (own.value = reply.value) : (lost.value = reply.error)))
    void lab.call('bundles.opened', null).then((reply) => {
      opened.value = reply.ok ? reply.value : []
      openedFault.value = reply.ok ? undefined : reply.error
    })
    // one study for results, items and bundles: the address names it, else it is the newest
    watch([list, () => route.words], () => {
      const named = ['results', 'items', 'bundles'].includes(route.view) ? route.words[0] : undefined
      const wanted = list.value?.find(({ id }) => named !== undefined && id.startsWith(named))
      const next = wanted ?? study.value ?? list.value?.[0]
      if (next && next.id !== chosen.value) void choose(next.id)
    })
    // a study that runs is looked at now and then, never so often that looking is all the lab does
    setInterval(() => {
      if (study.value?.state === 'running' && fresh.value > 0 && !isAsking && Date.now() > restUntil) void refresh()
    }, 1000)
  }

  async function choose(id: string): Promise<void> {
    chosen.value = id
    fault.value = undefined
    shown.value = undefined
    verdicts.forget()
    await refresh()
  }

  /** Opens a bundle beside the studies; gives the id it goes by, undefined where the lab says why not. */
  async function look(file: string): Promise<string | undefined> {
    const reply = await lab.call('bundles.look', { file })
    openedFault.value = reply.ok ? undefined : reply.error
    if (reply.ok) opened.value = reply.value.opened
    return reply.ok ? reply.value.id : undefined
  }

  async function close(id: string): Promise<void> {
    const reply = await lab.call('bundles.close', { id })
    openedFault.value = reply.ok ? undefined : reply.error
    if (!reply.ok) return
    opened.value = reply.value
    if (chosen.value !== id) return
    const next = list.value?.[0]
    if (next) return void choose(next.id)
    chosen.value = shown.value = undefined
  }

  /** Asks anew for the numbers of the chosen study; what is shown stays until they are there. */
  async function refresh(): Promise<void> {
    const id = chosen.value!
    const done = study.value?.done ?? 0
    const word = { study: id }
    const began = Date.now()
    isAsking = true
    const [rows, trends, charts, summary, faults] = await Promise.all([
      lab.call('studies.results', word),
      lab.call('studies.trends', word),
      lab.call('studies.charts', word),
      lab.call('studies.summary', word),
      lab.call('studies.faults', word),
    ])
    isAsking = false
    restUntil = Date.now() + Math.max(LOOK_MS, LOOK_TIMES * (Date.now() - began))
    if (chosen.value !== id) return // another one has been chosen since
    const wrong = [rows, trends, charts, summary, faults].find((reply) => !reply.ok)
    fault.value = wrong && !wrong.ok ? wrong.error : undefined
    if (!(rows.ok && trends.ok && charts.ok && summary.ok && faults.ok)) return
    shown.value = {
      ...{ id, done, rows: rows.value, trends: trends.value, charts: charts.value },
      ...{ summary: summary.value, faults: faults.value },
    }
    if (verdicts.asked.value) void verdicts.ask(word)
  }

  /** The report or an export of the chosen study as a file to keep; undefined where the lab says why not. */
  async function fetchFile(format: string): Promise<FileText | undefined> {
    const { id, name } = study.value!
    const reply: Reply<FileText> =
      format === 'report'
        ? fileOf(await lab.call('studies.report', { study: id }))
        : await lab.call('studies.export', { study: id, format })
    fault.value = reply.ok ? undefined : reply.error
    return reply.ok ? { ...reply.value, file: `${name}-${reply.value.file}` } : undefined
  }

  return {
    ...{ about: about.value, list, chosen, study, shown, fresh, fault, lost },
    ...{ verdicts: verdicts.value, verdictFault: verdicts.fault, askVerdicts: verdicts.ask },
    ...{ opened, openedFault, bundleOf, look, close },
    ...{ start, choose, refresh, fetchFile },
  }
})

function fileOf(reply: Reply<string>): Reply<FileText> {
  return reply.ok ? { ok: true, value: { file: 'report.html', text: reply.value, encoding: 'utf-8' } } : reply
}
