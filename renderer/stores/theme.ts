import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

/** How the window looks. The lab keeps it; a copy here spares the next start a flash of the other ground. */
export const useTheme = defineStore('theme', () => {
  const kept = read()
  const choice = ref<Theme>(kept.choice)
  const scale = ref(kept.scale)
  const system = globalThis.matchMedia('(prefers-color-scheme: dark)')
  const isSystemDark = ref(system.matches)
  system.addEventListener('change', ({ matches }) => (isSystemDark.value = matches))
  const isDark = computed(() => (choice.value === 'system' ? isSystemDark.value : choice.value === 'dark'))

  watchEffect(() => {
    const { dataset, style } = document.documentElement
    if (choice.value === 'system') delete dataset.theme
    else dataset.theme = choice.value
    style.setProperty('--text-scale', String(scale.value))
    localStorage.setItem('look', JSON.stringify({ choice: choice.value, scale: scale.value }))
  })
  return { choice, scale, isDark }
})

function read(): { readonly choice: Theme; readonly scale: number } {
  try {
    const { choice, scale } = JSON.parse(localStorage.getItem('look') ?? '{}') as { choice?: unknown; scale?: unknown }
    return {
      choice: choice === 'light' || choice === 'dark' ? choice : 'system',
      scale: typeof scale === 'number' && scale >= 0.75 && scale <= 2 ? scale : 1,
    }
  } catch {
    return { choice: 'system', scale: 1 } // somebody wrote something else there
  }
}
