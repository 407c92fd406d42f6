import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { words } from '../words.ts'
import { useRoute, VIEWS, type View } from './route.ts'
import { useSettings } from './settings.ts'
import { useStudies } from './studies.ts'

export interface Command {
  readonly label: string
  /** As one presses it. */
  readonly keys?: string
  run(): void
}

/** The letter after "g" that leads to a view. */
const LETTERS: Readonly<Record<View, string>> = {
  library: 'l',
  design: 'd',
  run: 'r',
  results: 'e',
  items: 'i',
  compare: 'c',
  bundles: 'b',
  settings: 's',
}
/** How long "g" waits for its letter. */
const WAIT_MS = 1200

/** Everything one can do from the keyboard, by name. */
export const useCommands = defineStore('commands', () => {
  const route = useRoute()
  const studies = useStudies()
  const settings = useSettings()
  const isOpen = ref(false)
  const isKeysOpen = ref(false)
  let since = 0

  const all = computed<readonly Command[]>(() => [
    ...VIEWS.map((view) => ({
      label: words.palette.goTo(words.view[view]),
      keys: `g ${LETTERS[view]}`,
      run: () => route.go(view),
    })),
    { label: words.palette.newStudy, run: () => route.go('design', 'new') },
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      label: words.palette.theme(words.theme[theme]),
      run: () => void settings.write({ theme }),
    })),
    { label: words.palette.larger, run: () => void settings.grow(1) },
    { label: words.palette.smaller, run: () => void settings.grow(-1) },
    { label: words.palette.keys, keys: '?', run: () => (isKeysOpen.value = true) },
    ...(studies.list ?? []).flatMap(({ id, title }) => [
      { label: words.palette.study(title), run: () => route.go('results', id.slice(0, 8)) },
      { label: words.palette.items(title), run: () => route.go('items', id.slice(0, 8)) },
    ]),
  ])

  /** Keys of the whole window; those typed into a field are the field's. */
  function hear(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      isOpen.value = !isOpen.value
      return
    }
    const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]')
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || isOpen.value) return
    const view = VIEWS.find((name) => LETTERS[name] === event.key)
    if (view && Date.now() - since < WAIT_MS) route.go(view)
    since = event.key === 'g' ? Date.now() : 0
    if (event.key === '?') isKeysOpen.value = true
    const find = event.key === '/' && document.querySelector<HTMLInputElement>('main input[type=search]')
    if (!find) return
    event.preventDefault()
    find.focus()
  }

  return { isOpen, isKeysOpen, all, hear }
})
