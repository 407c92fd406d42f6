// Measures one method on one model and prints what it took: a process of its own, so that the most memory it held is its own.
import { createRng } from '../main/base/rng.ts'
import { compress, type StatsSource } from '../main/compress/recipe.ts'
import { startEngine } from '../main/engine/process.ts'
import { peakMemory } from '../main/jobs/compress/meter.ts'
import { createStats } from '../main/jobs/study/calibrate.ts'
import { cpuSecondsOf, type Cost, type Task } from './growth.ts'
import { makeLlama } from './llama.ts'

const task = JSON.parse(process.argv[2]!) as Task
console.log(JSON.stringify(await measure(task)))

async function measure({ size, method, samples, length, threads, isFirstBlock }: Task): Promise<Cost> {
  const { graphs, linears, weights } = makeLlama(size)
  const engine = await startEngine({ provider: 'cpu', threads })
  try {
    const rng = createRng('text')
    const text = Array.from({ length: samples }, () => Int32Array.from({ length }, () => rng.int(size.vocabulary)))
    const all = createStats({ graphs, linears }, text, 'blocks', engine, 4096)
    let passSeconds = 0
    const stats: StatsSource = {
      ...all,
      async of(...asked) {
        const began = performance.now()
        const found = await all.of(...asked)
        passSeconds += (performance.now() - began) / 1000
        return found
      },
    }
    const isShared = method === 'magnitude'
    const group = isShared ? 'model' : method === 'wanda' ? 'row' : 'layer'
    const [began, cpu] = [performance.now(), cpuSecondsOf(engine.pid())]
    await compress(
      linears,
      weights,
      {
        ...{
          method,
          group,
          pattern: 'free',
          sparsity: method === 'gptq' ? 0 : 0.5,
          params: method === 'gptq' ? { bits: 4 } : {},
        },
        ...{ seed: 0, include: isFirstBlock ? ['model.layers.0.*'] : [], exclude: [] },
      },
      isShared ? {} : { stats },
    )
    const peak = peakMemory(engine.pid())
    return {
      seconds: (performance.now() - began) / 1000,
      cpuSeconds: cpuSecondsOf(engine.pid()) - cpu,
      passSeconds: isShared ? null : passSeconds,
      labBytes: peak.lab,
      engineBytes: peak.engine,
    }
  } finally {
    await engine.close()
  }
}
