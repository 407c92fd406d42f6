import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Fault, ItemRow, ItemsPage, ItemsWord } from '../../preload/contract.ts'
import { lab } from '../lab.ts'
import { said } from './said.ts'
import { useStudies } from './studies.ts'

const PAGE = 200
/** Pages kept: what lies further away is asked for again. */
const MOST = 40

/** The items of a study, page by page as they come into sight. */
export const useItems = defineStore('items', () => {
  const studies = useStudies()
  const levels = said('studies.levels')
  const view = said('studies.item')
  const wish = ref<Pick<ItemsWord, 'task' | 'level' | 'cell' | 'flip' | 'sort' | 'isDescending'>>({
    ...{ task: null, level: null, cell: null, flip: 'lost', sort: 'study', isDescending: false },
  })
  const total = shallowRef<number>()
  const counts = shallowRef<ItemsPage['counts']>()
  const fault = shallowRef<Fault>()
  const chosen = shallowRef<ItemRow>()
  let pages = new Map<number, readonly ItemRow[]>()
  const asked = new Set<number>()
  let turn = 0
  /** Counts the pages that have come, so that what shows them knows. */
  const come = ref(0)

  watch([() => studies.chosen, wish], () => begin(), { deep: true })
  watch(
    () => studies.chosen,
    (study) => {
      wish.value = { ...wish.value, task: null, level: null, cell: null }
      if (study) void levels.ask({ study })
    },
    { immediate: true },
  )

  function begin(): void {
    turn++
    pages = new Map()
    asked.clear()
    total.value = counts.value = chosen.value = undefined
    view.forget()
    if (studies.chosen) void fetch(0)
  }
  async function fetch(page: number): Promise<void> {
    if (asked.has(page) || !studies.chosen) return
    asked.add(page)
    const mine = turn
    const reply = await lab.call('studies.items', { study: studies.chosen, ...wish.value, offset: page * PAGE, limit: PAGE })
    if (mine !== turn) return
    fault.value = reply.ok ? undefined : reply.error
    if (!reply.ok) return void asked.delete(page)
    pages.set(page, reply.value.rows)
    for (const far of pages.keys()) {
      if (pages.size <= MOST) break
      if (far === page) continue
      pages.delete(far)
      asked.delete(far)
    }
    total.value = reply.value.total
    counts.value = reply.value.counts
    come.value++
  }
  /** Rows that have come into sight. */
  function near(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) void fetch(page)
  }
  function rowAt(i: number): ItemRow | undefined {
    return come.value >= 0 ? pages.get(Math.floor(i / PAGE))?.[i % PAGE] : undefined
  }
  function choose(row: ItemRow | undefined): void {
    chosen.value = row
    if (row && studies.chosen) void view.ask({ study: studies.chosen, task: row.task, item: row.item })
  }

  return {
    ...{
      levels: levels.value,
      levelsFault: levels.fault,
      wish,
      total,
      counts,
      fault,
      chosen,
      view: view.value,
      viewFault: view.fault,
    },
    isReading: computed(() => total.value === undefined && fault.value === undefined),
    ...{ begin, near, rowAt, choose },
  }
})
