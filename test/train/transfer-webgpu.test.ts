import { expect, it } from 'vitest'
import { isKept } from '../../main/compress/bits.ts'
import { compress } from '../../main/compress/recipe.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { EngineSettings } from '../../main/engine/session.ts'
import { transfer, type TransferId } from '../../main/train/transfer.ts'
import { relativeError } from '../make/exact.ts'
import { decays, learnable, lessons, loopSettings, tinyWeights } from '../make/learner.ts'
import { describeSwiftShader, swiftShader } from '../make/swiftshader.ts'

const weights = tinyWeights()
const recipe = { method: 'magnitude', group: 'model', pattern: 'free', sparsity: 0.6, params: {}, seed: 0, include: [], exclude: [] } as const // prettier-ignore

async function run(id: TransferId, settings: EngineSettings, env: Readonly<Record<string, string>> = {}) {
  const { masks } = await compress(learnable.linears, weights, recipe)
  const engine = await startEngine(settings, env)
  try {
    const given = { ...loopSettings(3), transfer: id, decays, clipNorm: 1 }
    const made = await transfer(engine, learnable, weights, masks, lessons(), given, { nowMs: () => performance.now() })
    return { ...made, masks }
  } finally {
    await engine.close()
  }
}

describeSwiftShader('transfers on WebGPU, weights and masks kept there', () => {
  it('freezing holds what it holds, and learns what it learns on the processor', async () => {
    const id = 'freezing'
    const here = await run(id, { provider: 'cpu', threads: 1 })
    const there = await run(id, { provider: 'webgpu', threads: 1 }, swiftShader())
    const losses = ({ log }: typeof here) => log.rows.map(({ loss }) => loss)
    expect(relativeError(losses(there), losses(here))).toBeLessThan(1e-4)
    for (const [name, mask] of there.masks) {
      const [after, before] = [there.weights.get(name).data, weights.get(name).data]
      const held = [...after.keys()].filter((i) => !isKept(mask, i))
      expect(
        held.every((i) => Object.is(after[i], before[i])),
        name,
      ).toBe(true)
    }
  })
})
