// `npm run bench`: all measurements, or those named. Prints what each found; machines differ, so compare only figures of one run.
import { join } from 'node:path'
import { LabError } from '../main/base/errors.ts'
import { benchLayers, benchModel } from './compress-methods.ts'
import { benchMemory, benchRedraw, benchStart } from './browser.ts'
import { benchCompress } from './compress.ts'
import { benchEngine } from './engine.ts'
import { benchGrowth, benchModels } from './growth.ts'
import { benchStats } from './stats.ts'
import { benchStore } from './store.ts'
import { benchTraining } from './training.ts'
import { benchWindow } from './window.ts'

const demo = join(import.meta.dirname, '..', 'resources', 'demo')

const benches: Readonly<Record<string, () => unknown>> = {
  compress: () => benchCompress(),
  layers: () => benchLayers(),
  model: () => benchModel(),
  models: () => benchModels(),
  growth: () => benchGrowth(),
  engine: () => benchEngine(join(demo, 'model')),
  stats: () => benchStats(),
  store: () => benchStore(),
  training: () => benchTraining(join(demo, 'pretrain.yaml')),
  window: () => benchWindow(),
  start: () => benchStart(),
  redraw: () => benchRedraw(),
  memory: () => benchMemory(),
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches)
const unknown = names.find((name) => !Object.hasOwn(benches, name))
if (unknown !== undefined) throw new LabError('cli/usage', `Expected ${Object.keys(benches).join(', ')}, got "${unknown}".`)
for (const name of names) {
  console.log(name)
  console.table(await benches[name]!())
}
