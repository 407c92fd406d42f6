// Trains the tiny Llama with checkpoints in a folder, and prints each step: what a killed lab had reached.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEngine } from '../../main/engine/process.ts'
import { createLearner } from '../../main/train/learner.ts'
import { train } from '../../main/train/loop.ts'
import { decays, learnable, lessons, loopSettings, tinyWeights } from './learner.ts'

const [folder, out] = process.argv.slice(2)
const engine = await startEngine({ provider: 'cpu', threads: 1 })
const { gradients, names } = learnable
const learner = createLearner(gradients, names, tinyWeights(), { epsilon: 1e-8, decays, clipNorm: 1, isAccumulating: true })
const settings = { ...loopSettings(120), checkpoint: { folder: folder!, recipe: 'a'.repeat(64), every: 3 } }
const onProgress = ({ step }: { step: number }) => process.stdout.write(`${step}\n`)
const { tensors, rows } = await train(engine, learner, lessons({ batch: 2, accumulate: 2 }), settings, {
  nowMs: () => performance.now(),
  onProgress,
})
const numbers = [...tensors].map(([name, { data }]) => [
  name,
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
])
writeFileSync(join(out!), JSON.stringify({ numbers, losses: rows.map(({ loss }) => loss) }))
await engine.close()
