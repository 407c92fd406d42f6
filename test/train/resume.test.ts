import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '..', 'make', 'training.ts')

/** Runs the training in a process of its own; killed without warning so many milliseconds after a step. Gives the steps it told. */
function run(folder: string, out: string, kill?: { readonly step: number; readonly afterMs: number }): Promise<number[]> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, folder, out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let isMeant = false
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString()
    if (isMeant || !kill || Number(text.trim().split('\n').at(-1)) < kill.step) return
    isMeant = true
    setTimeout(() => child.kill('SIGKILL'), kill.afterMs)
  })
  return new Promise((resolve) => child.once('close', () => resolve(text.trim().split('\n').filter(Boolean).map(Number))))
}

it('ends with the same bits, however often it was killed and wherever', { timeout: 120_000 }, async () => {
  const parent = mkdtempSync(join(tmpdir(), 'lab-resume-'))
  const at = (name: string) => join(parent, name)
  try {
    await run(at('whole'), at('whole.json'))
    const kills = [5, 40, 80].map((step, i) => ({ step, afterMs: [0, 3, 6][i]! }))
    let last = 0
    for (const kill of kills) {
      const steps = await run(at('killed'), at('killed.json'), kill)
      expect(steps[0]).toBeGreaterThan(last - 3)
      if (last > 0) expect(steps[0]).toBeGreaterThan(1)
      last = steps.at(-1)!
      expect(last).toBeLessThan(120)
    }
    const rest = await run(at('killed'), at('killed.json'))
    expect(rest.at(-1)).toBe(120)
    expect(readFileSync(at('killed.json'), 'utf8') === readFileSync(at('whole.json'), 'utf8')).toBe(true)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
})
