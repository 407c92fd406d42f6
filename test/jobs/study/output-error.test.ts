import { expect, it } from 'vitest'
import { createRng } from '../../../main/base/rng.ts'
import { float32 } from '../../../main/base/tensor.ts'
import { startEngine } from '../../../main/engine/process.ts'
import { memoryOf, peakMemory } from '../../../main/jobs/compress/meter.ts'
import { outputErrors } from '../../../main/jobs/study/output-error.ts'
import { openModel } from '../../../main/models/folder.ts'
import { makeModelFolder } from '../../make/model.ts'

it.skipIf(process.platform !== 'linux')(
  'outputs are measured one matrix after the other, not all held until the end',
  async () => {
    using folder = makeModelFolder({ blocks: 8, width: 128, headSize: 32, mlpWidth: 512, contextLength: 128 })
    const model = openModel(folder.path)
    const halved = model.linears.map(({ name }) => {
    const { dims, data } = model.weights.get(name)
    return [name, float32([...dims], data.map((w, i) => (i % 2 ? w : 0)))] as const
  }) // prettier-ignore
    const rng = createRng('text')
    const text = Array.from({ length: 32 }, () => Int32Array.from({ length: 128 }, () => rng.int(113)))
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    try {
      const before = memoryOf(engine.pid())!
      const errors = await outputErrors(model, model.weights.with(new Map(halved)), text, engine, { batchTokens: 4096 })
      expect([...errors.values()].every((error) => error! > 0.1 && error! < 1)).toBe(true)
      // both products of every matrix for 4096 tokens at once
      const all = model.linears.reduce((sum, { out }) => sum + 2 * 4 * 4096 * out, 0)
      expect(peakMemory(engine.pid()).engine! - before).toBeLessThan(all / 2)
    } finally {
      await engine.close()
    }
  },
)
