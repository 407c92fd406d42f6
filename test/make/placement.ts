import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '../../main/base/tensor.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { writeGraph } from '../../main/onnx/write.ts'
import { swiftShader } from './swiftshader.ts'

/** One node as a run placed it: operator, provider ('CPU' or 'WebGpu'), and how many numbers came out. */
export interface Placed {
  readonly op: string
  readonly provider: string
  readonly numbers: number
}

/** A graph and what it is fed. */
export interface Trial {
  readonly graph: Graph
  readonly feeds: Readonly<Record<string, Tensor>>
}

/** Runs each graph once on WebGPU, in one process that has Vulkan, and says which provider ran which node (platform.md A6). */
export function placeOnWebGpu(trials: readonly Trial[]): Placed[][] {
  const folder = mkdtempSync(join(tmpdir(), 'lab-placement-'))
  try {
    trials.forEach(({ graph, feeds }, i) => {
      writeFileSync(join(folder, `${i}.onnx`), writeGraph(graph))
      const plain = Object.entries(feeds).map(([name, { type, dims, data }]) => [name, type, [...data], dims])
      writeFileSync(join(folder, `${i}.json`), JSON.stringify(plain))
    })
    const env = { ...process.env, ...swiftShader(), TRIALS: folder, COUNT: `${trials.length}` }
    const cwd = join(import.meta.dirname, '..', '..')
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], { env, cwd, encoding: 'utf8' })
    if (status !== 0) throw new Error(`Expected ${trials.length} runs on WebGPU, got exit code ${status}: ${stderr}`)
    return trials.map((_, i) => {
      const profile = readdirSync(folder).find((name) => name.startsWith(`profile-${i}_`))!
      return readProfile(JSON.parse(readFileSync(join(folder, profile), 'utf8')) as readonly ProfileEvent[])
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const SCRIPT = `
  import { readFileSync } from 'node:fs'
  import * as ort from 'onnxruntime-node'
  const { TRIALS, COUNT } = process.env
  const arrays = { float32: Float32Array, int32: Int32Array }
  for (let i = 0; i < Number(COUNT); i++) {
    const plain = JSON.parse(readFileSync(TRIALS + '/' + i + '.json'))
    const feeds = plain.map(([name, type, data, dims]) => [name, new ort.Tensor(type, arrays[type].from(data), dims)])
    const profileFilePrefix = TRIALS + '/profile-' + i
    const settings = { executionProviders: ['webgpu'], enableProfiling: true, profileFilePrefix, logSeverityLevel: 3 }
    const session = await ort.InferenceSession.create(TRIALS + '/' + i + '.onnx', settings)
    await session.run(Object.fromEntries(feeds))
    session.endProfiling()
  }
  process.exit(0)`

interface ProfileEvent {
  readonly cat: string
  readonly name: string
  readonly args?: {
    readonly op_name: string
    readonly provider: string
    readonly output_type_shape: readonly Readonly<Record<string, readonly number[]>>[]
  }
}

function readProfile(events: readonly ProfileEvent[]): Placed[] {
  return events.flatMap(({ cat, name, args }) => {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || !args) return []
    const shapes = args.output_type_shape.flatMap((output) => Object.values(output))
    const numbers = shapes.reduce((sum, shape) => sum + shape.reduce((product, dim) => product * dim, 1), 0)
    return [{ op: args.op_name, provider: args.provider.replace('ExecutionProvider', ''), numbers }]
  })
}
