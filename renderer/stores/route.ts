import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export const VIEWS = ['library', 'design', 'run', 'results', 'items', 'compare', 'bundles', 'settings'] as const
export type View = (typeof VIEWS)[number]

/** Where in the window one is, as its address says after the #: #/results/0dd4003f. A reload comes back to it. */
export const useRoute = defineStore('route', () => {
  const hash = ref(location.hash)
  globalThis.addEventListener('hashchange', () => (hash.value = location.hash))
  const parts = computed(() => hash.value.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent))
  const view = computed<View>(() => VIEWS.find((name) => name === parts.value[0]) ?? 'results')
  /** What follows the view: a study, a task, an item. */
  const words = computed(() => parts.value.slice(1))

  function go(to: View, ...more: readonly (string | number)[]): void {
    location.hash = hrefOf(to, ...more)
    hash.value = location.hash
  }
  /** The same, in place of where one is: going back does not come here again. */
  function replace(to: View, ...more: readonly (string | number)[]): void {
    history.replaceState(null, '', hrefOf(to, ...more))
    hash.value = location.hash
  }
  return { view, words, go, replace }
})

export function hrefOf(to: View, ...more: readonly (string | number)[]): string {
  return `#/${[to, ...more.map((word) => encodeURIComponent(word))].join('/')}`
}
