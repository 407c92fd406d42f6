// Starts an engine, prints its process id, then runs a slow graph of that many products, stays idle (0), or ends without closing (leave).
import { startEngine } from '../../main/engine/process.ts'
import { filled, makeSlow, noWeights } from './graphs.ts'

const engine = await startEngine({ provider: 'cpu', threads: 1 })
const task = process.argv[2]!
const session = await engine.open(makeSlow(task === '0' || task === 'leave' ? 1 : Number(task)), noWeights)
console.log(engine.pid())
if (task === '0') setInterval(() => {}, 1000)
else if (task !== 'leave') await session.run({ x: filled([1024, 1024], 0.001) }, ['y'])
