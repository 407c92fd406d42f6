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

/** Runs a graph once on WebGPU, in a process of its own as Vulkan wants it, and says which provider ran which node (platform.md A6). */
export function placeOnWebGpu(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Placed[] {
  const folder = mkdtempSync(join(tmpdir(), 'lab-placement-'))
  try {
    writeFileSync(join(folder, 'graph.onnx'), writeGraph(graph))
    const texts = Object.entries(feeds).map(([name, { type, dims, data }]) => [name, type, [...data], dims])
    writeFileSync(join(folder, 'feeds.json'), JSON.stringify(texts))
    const script = `
      import { readFileSync } from 'node:fs'
      import * as ort from 'onnxruntime-node'
      const arrays = { float32: Float32Array, int32: Int32Array }
      const feeds = JSON.parse(readFileSync('${folder}/feeds.json')).map(([name, type, data, dims]) => {
        return [name, new ort.Tensor(type, arrays[type].from(data), dims)]
      })
      const settings = { executionProviders: ['webgpu'], enableProfiling: true, profileFilePrefix: '${folder}/profile', logSeverityLevel: 3 }
      const session = await ort.InferenceSession.create('${folder}/graph.onnx', settings)
      await session.run(Object.fromEntries(feeds))
      session.endProfiling()
      process.exit(0)`
    const env = { ...process.env, ...swiftShader() }
    const root = join(import.meta.dirname, '..', '..')
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env,
      cwd: root,
      encoding: 'utf8',
    })
    const profile = readdirSync(folder).find((name) => name.startsWith('profile'))
    if (profile === undefined) throw new Error(`Expected a profile of a run on WebGPU, got exit code ${status}: ${stderr}`)
    return readProfile(JSON.parse(readFileSync(join(folder, profile), 'utf8')) as readonly ProfileEvent[])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

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
