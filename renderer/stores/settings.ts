import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Fault, Settings } from '../../preload/contract.ts'
import { lab } from '../lab.ts'
import { useTheme } from './theme.ts'

const SIZES = [0.75, 0.85, 1, 1.15, 1.3, 1.5, 1.75, 2]

/** What the lab remembers of how one likes it. */
export const useSettings = defineStore('settings', () => {
  const theme = useTheme()
  const value = shallowRef<Settings>()
  const fault = shallowRef<Fault>()

  watch(value, (now) => {
    if (!now) return
    theme.choice = now.theme
    theme.scale = now.textScale
  })
  async function start(): Promise<void> {
    const reply = await lab.call('settings.read', null)
    if (reply.ok) value.value = reply.value
    else fault.value = reply.error
  }
  async function write(change: Partial<Settings>): Promise<void> {
    const reply = await lab.call('settings.write', change)
    fault.value = reply.ok ? undefined : reply.error
    if (reply.ok) value.value = reply.value
  }
  /** The next size of text, up or down. */
  async function grow(step: 1 | -1): Promise<void> {
    const at = SIZES.findIndex((size) => size >= theme.scale - 0.01)
    const next = SIZES[Math.min(SIZES.length - 1, Math.max(0, at + step))]!
    await write({ textScale: next })
  }
  return { value, fault, start, write, grow }
})
