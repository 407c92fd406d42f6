import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { columnOf } from '../table/columns.ts'
import { firstLook, type LookIds } from '../table/first.ts'
import { filtered, frameOf, isMeasured, sorted, telling, type Filter, type Frame, type Order } from '../table/frame.ts'
import { columns } from '../table/columns.ts'
import { useStudies } from './studies.ts'

const NONE: Frame = frameOf([])

/** What of a study's table is looked at, and how: filters, columns laid out, rows chosen. */
export const useExplore = defineStore('explore', () => {
  const studies = useStudies()
  const frame = shallowRef<Frame>(NONE)
  const filters = ref<readonly Filter[]>([])
  const text = ref('')
  const look = ref<LookIds>({ x: 'difficulty', y: 'drop', colour: '', facet: '' })
  const order = ref<Order>({ column: 'drop', isDown: true })
  /** Rows that stand out in chart and table; null for none. */
  const chosen = shallowRef<ReadonlySet<number> | null>(null)
  const isChosenOnly = ref(false)
  /** Whether one has laid it out oneself: then it stays, whatever cells come in. */
  let isOwn = false
  let of: string | undefined

  watch(
    () => studies.shown,
    (shown) => {
      chosen.value = null
      isChosenOnly.value = false
      frame.value = shown ? frameOf(shown.rows) : NONE
      if (shown && shown.rows.length > 0 && (shown.id !== of || !isOwn)) {
        of = shown.id
        reset()
      }
    },
    { immediate: true },
  )

  function reset(): void {
    isOwn = false
    const first = firstLook(frame.value)
    look.value = first.look
    filters.value = first.filters
    text.value = ''
    chosen.value = null
    isChosenOnly.value = false
    order.value = { column: 'drop', isDown: true }
  }

  watch(text, (now) => (isOwn ||= now !== ''))

  const picks = computed(() => filtered(frame.value, filters.value, text.value))
  const tablePicks = computed(() => {
    const { value: only } = chosen
    const shown = isChosenOnly.value && only !== null ? picks.value.filter((i) => only.has(i)) : picks.value
    return sorted(frame.value, shown, order.value)
  })
  /** Against the dense model nothing is said of itself. */
  const chartPicks = computed(() => {
    const { values, of } = frame.value.codes('method')
    const dense = values.indexOf('dense')
    const isAgainst = ['drop', 'normalised', 'retention', 'lost', 'gained', 'mcnemar'].includes(look.value.y)
    return isAgainst && dense !== -1 ? picks.value.filter((i) => of[i] !== dense) : picks.value
  })
  const lookColumns = computed(() => {
    const { x, y, colour, facet } = look.value
    const named = (id: string) => (id === '' ? null : columnOf(id))
    return { x: columnOf(x), y: columnOf(y), colour: named(colour), facet: named(facet) }
  })
  /** Columns that can be laid out at all. */
  const measures = computed(() => columns.filter(({ id }) => isMeasured(frame.value, id)))
  const kinds = computed(() => {
    const ids = telling(
      frame.value,
      columns.filter(({ kind, id }) => (kind === 'word' && id !== 'cell') || kind === 'flag').map(({ id }) => id),
    )
    const few = columns.filter(({ kind, id }) => kind !== 'word' && kind !== 'flag' && isFew(id)).map(({ id }) => id)
    const known = new Set([...ids, ...few, look.value.colour, look.value.facet])
    return columns.filter(({ id }) => known.has(id))
  })
  function isFew(id: string): boolean {
    const { length } = frame.value.codes(id).values
    return length > 1 && length <= 24
  }

  /** Sets which values of a column stay; all of them for null. */
  function keep(column: string, values: Filter['values'] | null): void {
    const others = filters.value.filter((filter) => filter.column !== column)
    isOwn = true
    filters.value = values === null ? others : [...others, { column, values }]
    chosen.value = null
  }
  /** Lays another column across, up, as colour or as panels. */
  function lay(part: keyof LookIds, column: string): void {
    isOwn = true
    look.value = { ...look.value, [part]: column }
    chosen.value = null
  }
  function toggle(column: string, value: Filter['values'][number]): void {
    const all = frame.value.codes(column).values
    const now = filters.value.find((filter) => filter.column === column)?.values ?? all
    const next = now.includes(value) ? now.filter((one) => one !== value) : [...now, value]
    keep(column, next.length === all.length ? null : next)
  }
  function isKept(column: string, value: Filter['values'][number]): boolean {
    return filters.value.find((filter) => filter.column === column)?.values.includes(value) ?? true
  }
  function sortBy(column: string): void {
    order.value = { column, isDown: order.value.column === column ? !order.value.isDown : true }
  }

  return {
    ...{ frame, filters, text, look, order, chosen, isChosenOnly, picks, tablePicks, chartPicks, lookColumns, measures, kinds },
    ...{ reset, lay, keep, toggle, isKept, sortBy },
  }
})
