import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy, type RunOutcome } from '../../../main/bench.ts'
import { sha256 } from '../../../main/base/files.ts'
import { canonical } from '../../../main/base/json.ts'
import { createRng } from '../../../main/base/rng.ts'
import { countKept } from '../../../main/compress/bits.ts'
import { openMasks } from '../../../main/store/masks.ts'
import { openStore } from '../../../main/store/open.ts'
import { makeStudy, type MadeStudy } from '../../make/study.ts'

const quiet = { onProgress: () => {} }

async function run(made: MadeStudy, home = made.home, signal = new AbortController().signal): Promise<RunOutcome> {
  const bench = openBench({ home, readOnly: false })
  try {
    return await runStudy(bench, made.file, { ...quiet, signal })
  } finally {
    bench.close()
  }
}

/** Everything a study's tables are made from, but for times and machines: record and items of each cell. */
function contentOf(home: string, study: string): string {
  const store = openStore(home, { readOnly: true })
  const cells = store.cells.ofStudy(study).map(({ fingerprint, label, record }) => {
    const { device: _, tookMs: __, ...kept } = record!
    return { fingerprint, label, kept, items: store.items.hash(fingerprint), ledger: store.ledgers.read(kept.ledger) }
  })
  store.close()
  return sha256(canonical(cells))
}

describe('a study run', () => {
  it('asks every task at every level, and does nothing the second time', async () => {
    using made = makeStudy()
    const first = await run(made)
    expect(first).toMatchObject({ cells: 10, skipped: 0, done: 10, failed: [] })
    const content = contentOf(made.home, first.study)
    expect(await run(made)).toEqual({ ...first, skipped: 10, done: 0 })
    expect(contentOf(made.home, first.study)).toBe(content)
    const store = openStore(made.home, { readOnly: true })
    const [row] = store.studies.list()
    expect(row).toMatchObject({ name: 'made', state: 'finished', cells: 10, done: 10, failed: 0 })
    const records = store.cells.ofStudy(first.study).map(({ record }) => record!)
    expect(records.map(({ actualSparsity }) => Number(actualSparsity.toFixed(2)))).toEqual([
      0, 0, 0.3, 0.3, 0.6, 0.6, 0.5, 0.5, 0.5, 0.5,
    ])
    expect(records[0]).toMatchObject({ items: 30, chance: { acc: 0.5 } })
    expect(store.items.read(records[0]!.fingerprint)!.ll).toHaveLength(60)
    store.close()
  })

  it('gives bit-equal numbers in another home, and runs only what is new when levels are added', async () => {
    using made = makeStudy()
    const first = await run(made)
    const again = await run(made, join(made.folder, 'elsewhere'))
    expect(contentOf(join(made.folder, 'elsewhere'), again.study)).toBe(contentOf(made.home, first.study))
    made.compress(['{ method: magnitude, sparsity: [0.3, 0.6, 0.9] }', '{ method: magnitude, pattern: { keep: 2, of: 4 } }'])
    expect(await run(made)).toMatchObject({ cells: 10, skipped: 6, done: 4 })
  })

  it('keeps the masks of its levels where it says so, each under the hash that its ledger has', async () => {
    using made = makeStudy({ tasks: 1, items: 4, compress: ['{ method: magnitude, sparsity: 0.3 }'] })
    await run(made, join(made.folder, 'without'))
    expect(openMasks(join(made.folder, 'without')).list()).toEqual([])
    writeFileSync(made.file, `${readFileSync(made.file, 'utf8')}\nmasks: true\n`)
    const { study } = await run(made)
    const store = openStore(made.home, { readOnly: true })
    const { ledger } = store.cells.ofStudy(study)[1]!.record!
    const rows = store.ledgers.read(ledger)!
    store.close()
    for (const { maskHash, out, in: width, zeros } of rows) {
      const mask = openMasks(made.home).read(maskHash)!
      expect(mask).toMatchObject({ out, in: width })
      expect(countKept({ ...mask, length: out * width })).toBe(out * width - zeros)
    }
  })

  it('misses every cell when one byte of a weight has changed', async () => {
    using made = makeStudy()
    await run(made)
    const path = join(made.model, 'model.safetensors')
    const file = openSync(path, 'r+')
    const last = new Uint8Array(1)
    const { size } = statSync(path)
    readSync(file, last, 0, 1, size - 4) // the lowest byte of the last number
    writeSync(file, Uint8Array.of(last[0]! ^ 1), 0, 1, size - 4)
    closeSync(file)
    expect(await run(made)).toMatchObject({ cells: 10, skipped: 0, done: 10 })
  })

  it('stops within a second when asked, and goes on from there', async () => {
    using made = makeStudy({ tasks: 4, items: 200 })
    const stop = new AbortController()
    const bench = openBench({ home: made.home, readOnly: false })
    let stoppedAt = 0
    const onProgress = ({ done }: { done: number }) => {
      if (done < 3 || stop.signal.aborted) return
      stoppedAt = performance.now()
      stop.abort()
    }
    await expect(runStudy(bench, made.file, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'engine/stopped',
    })
    expect(performance.now() - stoppedAt).toBeLessThan(1000)
    const [row] = bench.store.studies.list()
    bench.close()
    expect(row).toMatchObject({ state: 'interrupted', cells: 20 })
    expect(row!.done).toBeGreaterThanOrEqual(3)
    expect(await run(made)).toMatchObject({ skipped: row!.done, done: 20 - row!.done })
  })

  it('loses nothing that was reported done, and nothing twice, when killed with -9 at 50 random moments', async () => {
    using made = makeStudy({ tasks: 4, items: 300 })
    const whole = await run(made)
    const rng = createRng('kills')
    let home = join(made.folder, 'killed-0')
    let kills = 0
    let midway = 0
    let finished = 0
    let promised: string[] = []
    while (kills < 50) {
      const child = spawn(process.execPath, ['test/make/study-runner.ts', home, made.file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let said = ''
      const kill = (ms: number) => setTimeout(() => child.kill('SIGKILL'), ms)
      const ended = once(child, 'close')
      // some while it starts, some while it works, however long this machine takes to start
      let timer = kills % 4 > 0 ? kill(100 + rng.int(1200)) : undefined
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString()
        timer ??= kill(rng.int(400))
      })
      const [code] = (await ended) as [number | null]
      clearTimeout(timer)
      promised.push(...said.split('\n').slice(0, -1))
      expect(new Set(promised).size).toBe(promised.length)
      expect(code ?? 0).toBe(0)
      if (code === null) kills++
      if (code === null && said !== '' && promised.length < whole.cells) midway++
      checkPromises(home, promised)
      if (promised.length < whole.cells) continue
      expect(await run(made, home)).toMatchObject({ done: 0, skipped: whole.cells })
      expect(contentOf(home, whole.study)).toBe(contentOf(made.home, whole.study))
      home = join(made.folder, `killed-${++finished}`)
      promised = []
    }
    expect(midway).toBeGreaterThan(0)
    await run(made, home)
    expect(contentOf(home, whole.study)).toBe(contentOf(made.home, whole.study))
  }, 240_000)
})

function checkPromises(home: string, promised: readonly string[]): void {
  if (promised.length === 0) return
  const sqlite = new Sqlite(join(home, 'lab.db'))
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
  const kept = sqlite.prepare('SELECT fingerprint FROM cell WHERE record IS NOT NULL').pluck().all()
  sqlite.close()
  expect(kept).toEqual(expect.arrayContaining([...promised]))
  expect(kept.length).toBe(new Set(kept).size)
}
