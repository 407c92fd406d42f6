import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { LogLine } from '../../preload/contract.ts'
import { lab } from '../lab.ts'

const LOOK_MS = 1500
/** Lines that are kept here at most; the lab keeps them all. */
const MOST = 20_000

/** The log of one run, read on from where one is. */
export const useLog = defineStore('log', () => {
  const run = shallowRef<string>()
  const lines = shallowRef<readonly LogLine[]>([])
  let isAsking = false

  function follow(id: string | undefined): void {
    if (id === run.value) return
    run.value = id
    lines.value = []
    void read()
  }
  async function read(): Promise<void> {
    const id = run.value
    if (id === undefined || isAsking) return
    isAsking = true
    for (let isEnd = false; !isEnd && id === run.value;) {
      const reply = await lab.call('runs.log', { run: id, after: lines.value.at(-1)?.n ?? 0 })
      if (!reply.ok || id !== run.value) break
      if (reply.value.lines.length > 0) lines.value = [...lines.value, ...reply.value.lines].slice(-MOST)
      isEnd = reply.value.isEnd || reply.value.lines.length === 0
    }
    isAsking = false
    if (run.value !== id) void read()
  }
  setInterval(() => void read(), LOOK_MS)
  return { run, lines, follow }
})
