import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Fault, Reply, RunRow } from '../../preload/contract.ts'
import { lab } from '../lab.ts'

/** The queue, as the lab last said it. */
export const useRuns = defineStore('runs', () => {
  const list = shallowRef<readonly RunRow[]>()
  const fault = shallowRef<Fault>()
  const isStarting = shallowRef(false)
  const active = computed(() => list.value?.filter(({ state }) => state === 'running' || state === 'queued') ?? [])
  const ended = new Set<(run: RunRow) => void>()

  function start(): void {
    lab.on('runs.changed', take)
    void lab.call('runs.list', null).then((reply) => (reply.ok ? take(reply.value) : (fault.value = reply.error)))
  }

  function take(rows: readonly RunRow[]): void {
    const before = new Map(list.value?.map((run) => [run.id, run.state]))
    list.value = rows
    for (const run of rows)
      if (before.get(run.id) === 'running' && (run.state === 'finished' || run.state === 'failed'))
        ended.forEach((hear) => hear(run))
  }

  function keep<T>(reply: Reply<T>): T | undefined {
    fault.value = reply.ok ? undefined : reply.error
    return reply.ok ? reply.value : undefined
  }

  /** Queues a study file, or a study of the store to go on with. */
  async function begin(what: { readonly text: string } | { readonly study: string }): Promise<RunRow | undefined> {
    isStarting.value = true
    const named = 'text' in what ? { text: what.text, study: null } : { text: null, study: what.study }
    const run = keep(await lab.call('runs.start', { ...named, threads: null, provider: null }))
    isStarting.value = false
    return run
  }
  /** Queues the first of the studies that come with the lab. */
  async function beginDemo(): Promise<RunRow | undefined> {
    isStarting.value = true
    const examples = keep(await lab.call('studies.examples', null))
    isStarting.value = false
    return examples?.[0] && begin({ text: examples[0].text })
  }
  async function say(name: 'runs.pause' | 'runs.resume' | 'runs.cancel', run: string): Promise<void> {
    keep(await lab.call(name, { run }))
  }
  async function move(run: string, to: number): Promise<void> {
    const rows = keep(await lab.call('runs.move', { run, to }))
    if (rows) take(rows)
  }
  async function remove(run: string): Promise<void> {
    const rows = keep(await lab.call('runs.remove', { run }))
    if (rows) take(rows)
  }
  /** Hears of each run that comes to its end. */
  function onEnd(hear: (run: RunRow) => void): void {
    ended.add(hear)
  }

  return { list, fault, isStarting, active, start, begin, beginDemo, say, move, remove, onEnd }
})
