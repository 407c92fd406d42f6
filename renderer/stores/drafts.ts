import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { DraftPath, DraftProblem, DraftReport, DraftRow, Fault, Json, Reply } from '../../preload/contract.ts'
import type { Schema } from '../form/schema.ts'
import { lab } from '../lab.ts'
import { said } from './said.ts'

const CHECK_MS = 350
const SAVE_MS = 900

/** The study file that is being written: one text, looked at as a form or as it stands. */
export const useDrafts = defineStore('drafts', () => {
  const list = shallowRef<readonly DraftRow[]>()
  const name = shallowRef<string>()
  const text = shallowRef('')
  const report = shallowRef<DraftReport>()
  const fault = shallowRef<Fault>()
  const isChecking = shallowRef(false)
  const isSaved = shallowRef(true)
  const [schema, templates, examples, methods, tasks, models] = [
    said('studies.schema'),
    said('templates.list'),
    said('studies.examples'),
    said('methods.list'),
    said('tasks.list'),
    said('models.list'),
  ]
  let checking: ReturnType<typeof setTimeout> | undefined
  let saving: ReturnType<typeof setTimeout> | undefined
  /** Edits one after the other: each is made in the text that the one before gave. */
  let queue: Promise<unknown> = Promise.resolve()

  function keep<T>(reply: Reply<T>): T | undefined {
    fault.value = reply.ok ? undefined : reply.error
    return reply.ok ? reply.value : undefined
  }

  async function start(): Promise<void> {
    await Promise.all([refresh(), templates.ask(null), examples.ask(null), schema.ask(null), methods.ask(null)])
    void tasks.ask(null)
    void models.ask(null)
  }
  async function refresh(): Promise<void> {
    list.value = keep(await lab.call('drafts.list', null)) ?? list.value
  }

  async function open(wanted: string): Promise<void> {
    if (name.value === wanted) return
    const found = keep(await lab.call('drafts.read', { name: wanted }))
    if (!found) return
    name.value = found.name
    isSaved.value = true
    await take(found.text)
  }
  /** Begins a draft with a text, under a name that is free. */
  async function create(base: string, begun: string): Promise<string | undefined> {
    const taken = new Set(list.value?.map((draft) => draft.name))
    let free = base
    for (let n = 2; taken.has(free); n++) free = `${base}-${n}`
    const rows = keep(await lab.call('drafts.save', { name: free, text: begun }))
    if (!rows) return undefined
    list.value = rows
    await open(free)
    return free
  }
  async function remove(gone: string): Promise<void> {
    const rows = keep(await lab.call('drafts.remove', { name: gone }))
    if (rows) list.value = rows
    if (gone === name.value) close()
  }
  function close(): void {
    name.value = undefined
    report.value = undefined
    text.value = ''
  }

  async function take(next: string): Promise<void> {
    text.value = next
    await check()
  }
  async function check(): Promise<void> {
    const asked = text.value
    isChecking.value = true
    const found = keep(await lab.call('drafts.check', { text: asked }))
    if (asked !== text.value) return
    isChecking.value = false
    if (found) report.value = found
  }

  /** The whole text, as one types it. */
  function write(next: string): void {
    text.value = next
    isSaved.value = false
    clearTimeout(checking)
    checking = setTimeout(() => void check(), CHECK_MS)
    saveSoon()
  }
  function saveSoon(): void {
    isSaved.value = false
    clearTimeout(saving)
    saving = setTimeout(() => void save(), SAVE_MS)
  }
  async function save(): Promise<void> {
    if (name.value === undefined) return
    const saved = text.value
    const rows = keep(await lab.call('drafts.save', { name: name.value, text: saved }))
    if (rows) list.value = rows
    if (rows && saved === text.value) isSaved.value = true
  }
  /** One value of the study; null takes it out. */
  function edit(path: DraftPath, value: Json): Promise<void> {
    const done = queue.then(async () => {
      const found = keep(await lab.call('drafts.edit', { text: text.value, path, value }))
      if (!found) return
      saveSoon()
      await take(found.text)
    })
    queue = done.catch(() => undefined)
    return done
  }

  /** At a place; with `isWhole`, in it as well, for what is filled in as one text. */
  function problemsAt(path: DraftPath, isWhole: boolean): DraftProblem[] {
    const here = JSON.stringify(path)
    const within = `${here.slice(0, -1)},`
    return (report.value?.problems ?? []).filter((problem) => {
      const there = JSON.stringify(problem.path)
      return there === here || (isWhole && there.startsWith(within))
    })
  }
  /** What a field may be filled with, by the last words of its path. */
  const hints = computed<Readonly<Record<string, readonly string[]>>>(() => ({
    folder: [
      'lab:demo/model',
      ...(models.value.value?.models ?? []).filter(({ from }) => from !== 'built-in').map(({ folder }) => folder),
    ],
    task: (tasks.value.value ?? []).map((task) => task.name),
  }))
  function paramsOf(method: Json | undefined) {
    return methods.value.value?.find(({ id }) => id === method)
  }

  return {
    ...{ list, name, text, report, fault, isChecking, isSaved, problemsAt, hints },
    ...{ templates: templates.value, examples: examples.value, schema: computed(() => schema.value.value as Schema | undefined) },
    ...{ start, refresh, open, create, remove, close, write, save, edit, paramsOf },
  }
})
