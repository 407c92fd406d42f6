import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { LabError } from '../../base/errors.ts'
import { sizeOf } from '../../base/tensor.ts'
import { openModel } from '../../models/folder.ts'
import type { LanguageModel } from '../../models/model.ts'
import { ONNX_GRAPH } from '../../models/onnx-export.ts'
import { readExchanged } from '../../onnx/read.ts'

/** What a model folder holds, as far as its size depends on it. */
export interface Contents {
  readonly name: string
  readonly folder: string
  /** All weights, and those in compressible matrices. */
  readonly parameters: number
  readonly compressible: number
  /** Zeros among the compressible. */
  readonly zeros: number
  /** Share of the groups of 4 along the inputs of compressible matrices in which at most 2 weights are not zero, 0 … 1. */
  readonly twoOfFour: number
  /** Bits in which the folder stores a weight, its mean. */
  readonly storedBits: number
  /** Bits of a compressible weight with its share of scales, where compression.json says that it has codes; else null. */
  readonly codeBits: number | null
  /** Bytes of the weights as safetensors. */
  readonly tensorBytes: number
  readonly onnx: OnnxContents | null
}

/** The ONNX file of a folder. */
export interface OnnxContents {
  readonly path: string
  /** Of the graph and of its data. */
  readonly bytes: number
  /** Compressible matrices that are stored as codes in it. */
  readonly coded: number
}

/** Reads all compressible weights of a folder, one matrix at a time. */
export async function readContents(folder: string, signal?: AbortSignal): Promise<{ contents: Contents; model: LanguageModel }> {
  const model = openModel(folder)
  const counts = { zeros: 0, groups: 0, sparse: 0 }
  for (const { name, in: width } of model.linears) {
    await setImmediate()
    if (signal?.aborted) throw new LabError('engine/stopped', 'Stopped while weights were counted, as asked.')
    countZeros(model.weights.get(name).data, width, counts)
  }
  const places = model.weights.names().map((name) => model.weights.place(name)!)
  const contents = {
    ...{ name: model.name, folder: model.folder, parameters: model.parameters },
    compressible: model.linears.reduce((sum, l) => sum + l.out * l.in, 0),
    zeros: counts.zeros,
    twoOfFour: counts.sparse / counts.groups,
    storedBits: places.reduce((sum, place) => sum + 8 * place.bytes, 0) / places.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    codeBits: codeBitsOf(folder),
    tensorBytes: model.files.filter((path) => path.endsWith('.safetensors')).reduce((sum, path) => sum + statSync(path).size, 0),
    onnx: onnxOf(folder),
  }
  return { contents, model }
}

function countZeros(w: Float32Array, width: number, counts: { zeros: number; groups: number; sparse: number }): void {
  for (let row = 0; row < w.length; row += width) {
    for (let i = row; i < row + width; i += 4) {
      const end = Math.min(i + 4, row + width)
      let zeros = 0
      for (let k = i; k < end; k++) zeros += Number(w[k] === 0)
      counts.zeros += zeros
      // a last group of fewer than 4 has no pattern
      if (end - i < 4) continue
      counts.groups++
      counts.sparse += Number(zeros >= 2)
    }
  }
}

/** As "lab compress" writes it; null where it is silent, or says that nothing is coded. */
function codeBitsOf(folder: string): number | null {
  const path = join(folder, 'compression.json')
  if (!existsSync(path)) return null
  const note = JSON.parse(readFileSync(path, 'utf8')) as {
    totals?: { effectiveBits?: unknown }
    compression?: { params?: { bits?: unknown } }
  }
  const bits = note.totals?.effectiveBits
  return typeof bits === 'number' && typeof note.compression?.params?.bits === 'number' ? bits : null
}

function onnxOf(folder: string): OnnxContents | null {
  const path = join(folder, ONNX_GRAPH)
  if (!existsSync(path)) return null
  const { graph, places } = readExchanged(readFileSync(path))
  const files = new Set([...places.values()].map(({ location }) => join(dirname(path), location)))
  return {
    path,
    bytes: [path, ...files].reduce((sum, file) => sum + statSync(file).size, 0),
    coded: graph.nodes.filter(({ op }) => op === 'MatMulNBits').length,
  }
}
