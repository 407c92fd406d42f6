import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openReader } from '../main/api/reader.ts'
import { launchNode } from '../main/host/launch.ts'
import type { Reply, RunRow } from '../preload/contract.ts'

const STUDY = `name: bench
models: [{ folder: 'lab:demo/model', name: world }]
tasks: [world_form, world_sums, world_language]
limit: 200
compress: [{ method: magnitude, sparsity: [0.3, 0.5, 0.7] }]
`
/** Calls of a window that is looked at while a run goes on. */
const ASKED = ['studies.list', 'runs.list', 'models.list', 'drafts.list', 'settings.read', 'studies.list'] as const

/** How long the main process of a window is deaf during a run, and how long its calls take meanwhile. Milliseconds. */
export async function benchWindow(): Promise<Record<string, number>> {
  const home = mkdtempSync(join(tmpdir(), 'lab-bench-'))
  const began = performance.now()
  const reader = openReader(home, launchNode)
  const call = async <T>(name: string, argument: unknown) =>
    ((await reader.answer(name, argument)) as Reply<T> & { value: T }).value
  await call('studies.list', null)
  const firstAnswer = performance.now() - began
  await call('drafts.check', { text: STUDY })
  const checked = performance.now()
  await call('drafts.check', { text: STUDY.replace('0.7', '0.8') })
  const draftCheck = performance.now() - checked
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const stop = reader.watch(() => {})
  delay.enable()
  await call('runs.start', { text: STUDY, study: null, threads: 1, provider: null })
  const waits: number[] = []
  for (;;) {
    for (const name of ASKED) {
      const asked = performance.now()
      await call(name, null)
      waits.push(performance.now() - asked)
    }
    const [row] = await call<RunRow[]>('runs.list', null)
    if (row && row.state !== 'queued' && row.state !== 'running') break
    await new Promise((done) => setTimeout(done, 20))
  }
  delay.disable()
  stop()
  await reader.close()
  rmSync(home, { recursive: true, force: true })
  const sorted = waits.sort((a, b) => a - b)
  return {
    'first answer': firstAnswer,
    'a draft checked again': draftCheck,
    'loop delay, 99 %': delay.percentile(99) / 1e6,
    'loop delay, largest': delay.max / 1e6,
    'call, middle': sorted[sorted.length >> 1]!,
    'call, 99 %': sorted[Math.floor(0.99 * sorted.length)]!,
    calls: sorted.length,
  }
}
