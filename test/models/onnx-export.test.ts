import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32, int32, int64 } from '../../main/base/tensor.ts'
import { decode } from '../../main/compress/apply.ts'
import type { Codes } from '../../main/compress/method.ts'
import { gptq } from '../../main/compress/methods/gptq.ts'
import { rtn } from '../../main/compress/methods/rtn.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine, Session } from '../../main/engine/session.ts'
import { openModel } from '../../main/models/folder.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import { ONNX_DATA, ONNX_GRAPH, writeOnnx, type OnnxExport } from '../../main/models/onnx-export.ts'
import { numberOf } from '../../main/onnx/attributes.ts'
import type { Weights } from '../../main/onnx/graph.ts'
import { readExchanged, readGraph } from '../../main/onnx/read.ts'
import { golden } from '../make/golden.ts'
import { makeModelFolder, modelVariants } from '../make/model.ts'

interface Expected {
  readonly texts: readonly (readonly number[])[]
  readonly logprobs: readonly (readonly number[])[]
}
const { models } = golden<{ readonly models: Readonly<Record<string, Expected>> }>('models-transformers.json')

const root = mkdtempSync(join(tmpdir(), 'lab-onnx-'))
let places = 0
const place = () => join(root, `${places++}`)
let engine: Engine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(async () => {
  await engine.close()
  rmSync(root, { recursive: true, force: true })
})

/** Logits [batch, length, vocabulary] of texts of any length in one batch, padded in front as decoders are, the last `late` ids in a second run. */
async function ask(session: Session, { config }: LanguageModel, texts: readonly (readonly number[])[], late: number) {
  const length = Math.max(...texts.map((ids) => ids.length))
  const batch = texts.length
  const padding = (row: number) => length - texts[row]!.length
  const table = (width: number, at: (row: number, i: number) => number) =>
    int64(
      [batch, width],
      BigInt64Array.from({ length: batch * width }, (_, k) => BigInt(at(Math.floor(k / width), k % width))),
    )
  const feeds = (from: number, to: number) => ({
    input_ids: table(to - from, (row, i) => texts[row]![from + i - padding(row)] ?? 0),
    attention_mask: table(to, (row, i) => Number(i >= padding(row))),
    position_ids: table(to - from, (row, i) => Math.max(0, from + i - padding(row))),
  })
  const kept = Array.from({ length: config.blocks }, (_, i) => [`${i}.key`, `${i}.value`]).flat()
  const empty = float32([batch, config.kvHeads, 0, config.headSize], new Float32Array())
  const past = Object.fromEntries(kept.map((name) => [`past_key_values.${name}`, empty]))
  const names = ['logits', ...kept.map((name) => `present.${name}`)]
  const first = await session.run({ ...feeds(0, length - late), ...past }, names)
  const present = Object.fromEntries(kept.map((name) => [`past_key_values.${name}`, first[`present.${name}`]!]))
  const second = await session.run({ ...feeds(length - late, length), ...present }, ['logits'])
  const [early, end] = [first['logits']!.data as Float32Array, second.logits.data as Float32Array]
  const size = config.vocabulary
  return (row: number, i: number): Float32Array => {
    const at = padding(row) + i
    return at < length - late
      ? early.subarray((row * (length - late) + at) * size, (row * (length - late) + at + 1) * size)
      : end.subarray((row * late + at - length + late) * size, (row * late + at - length + late + 1) * size)
  }
}

function logprobOf(logits: Float32Array, id: number): number {
  const most = Math.max(...logits)
  return logits[id]! - most - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - most), 0))
}

describe.each(Object.entries(modelVariants))('an exported Llama: %s', (name, variant) => {
  const { texts, logprobs } = models[name]!
  const folder = makeModelFolder(variant)
  const model = openModel(folder.path)
  afterAll(() => folder[Symbol.dispose]())

  it('says what transformers says, padded in a batch and with keys and values handed on, within 1e-4', async () => {
    const { graph } = await writeOnnx(place(), model, model.weights)
    const session = await engine.openFile(graph)
    const logits = await ask(session, model, texts, 2)
    const off = logprobs.flatMap((row, i) =>
      row.map((logprob, j) => Math.abs(logprob - logprobOf(logits(i, j), texts[i]![j + 1]!))),
    )
    await session.close()
    expect(off).toHaveLength(texts.reduce((n, ids) => n + ids.length - 1, 0))
    expect(Math.max(...off)).toBeLessThan(1e-4)
  })
})

describe('a model whose matrices have codes', () => {
  // whole blocks of 16 and 32 inputs and more than one of them
  const folder = makeModelFolder({ seed: 8, width: 64, headSize: 16, mlpWidth: 96, hasBias: true })
  const model = openModel(folder.path)
  afterAll(() => folder[Symbol.dispose]())
  const ids = Int32Array.from({ length: 12 }, (_, i) => (i * 7) % model.config.vocabulary)

  function coded(codeOne: (name: string, l: Parameters<typeof rtn.code>[0]) => Codes) {
    const codes = new Map(model.linears.map((l) => [l.name, codeOne(l.name, { ...l, w: model.weights.get(l.name).data })]))
    const changes = new Map(
      model.linears.map(({ name, out, in: width }) => [name, float32([out, width], decode(codes.get(name)!))]),
    )
    return { codes, weights: model.weights.with(changes) }
  }

  async function deviation({ graph }: OnnxExport, weights: Weights) {
    const own = await engine.open(model.graphs.logits, weights)
    const rows = int32([ids.length], Int32Array.from(ids.keys()))
    const ours = (await own.run({ ids: int32([1, ids.length], ids), rows }, ['logits'])).logits.data as Float32Array
    const session = await engine.openFile(graph)
    const logits = await ask(session, model, [[...ids]], 3)
    const theirs = Float32Array.from([...ids.keys()].flatMap((i) => [...logits(0, i)]))
    await Promise.all([own.close(), session.close()])
    const size = Math.max(...ours.map(Math.abs))
    return Math.max(...ours.map((x, i) => Math.abs(x - theirs[i]!))) / size
  }

  // a sum over 96 products differs by rounding alone
  it.each([
    [2, 16, { groupSize: 16 }],
    [4, 32, { groupSize: 32, symmetric: true }],
    [4, 32, { groupSize: 96 }],
    [8, 16, { groupSize: 48 }],
  ] as const)(
    'is stored in %i bits and blocks of %i and gives the same logits within 1e-5 of the largest',
    async (bits, block, params) => {
      const { codes, weights } = coded((_, l) => rtn.code(l, {} as never, { bits, ...params }))
      const made = await writeOnnx(place(), model, weights, { codesOf: (name) => codes.get(name) })
      expect(made.matrices.map(({ bits }) => bits)).toEqual(model.linears.map(() => bits))
      expect(made.matrices.at(-1)).toMatchObject({ block, note: null })
      expect(await deviation(made, weights)).toBeLessThan(1e-5)
    },
  )

  it('of 3 bits takes 4, of 5 bits 8: the runtime has kernels for 2, 4 and 8', async () => {
    for (const [bits, stored] of [
      [3, 4],
      [5, 8],
    ] as const) {
      // prettier-ignore
      const { codes, weights } = coded((_, l) => rtn.code(l, {} as never, { bits, groupSize: 32 }))
      const made = await writeOnnx(place(), model, weights, { codesOf: (name) => codes.get(name) })
      expect(new Set(made.matrices.map(({ bits }) => bits))).toEqual(new Set([stored]))
      expect(await deviation(made, weights)).toBeLessThan(1e-5)
    }
  })

  it('in another order of columns has its inputs put in that order', async () => {
    const hessian = (width: number) =>
      Float64Array.from({ length: width * width }, (_, k) => (k % (width + 1) === 0 ? 1 + ((k * 13) % 7) : 0.1))
    const { codes, weights } = coded((_, l) =>
      gptq.code(l, { hessian: hessian(l.in) }, { bits: 4, groupSize: 16, actOrder: true }),
    )
    const made = await writeOnnx(place(), model, weights, { codesOf: (name) => codes.get(name) })
    expect(new Set(made.matrices.map(({ bits }) => bits))).toEqual(new Set([4]))
    expect(await deviation(made, weights)).toBeLessThan(1e-5)
  })

  it('whose groups no block divides is stored as the numbers they stand for, with the reason', async () => {
    const { codes, weights } = coded((_, l) => rtn.code(l, {} as never, { bits: 4, groupSize: 24 }))
    const made = await writeOnnx(place(), model, weights, { codesOf: (name) => codes.get(name) })
    const note = 'blocks of 16, 32, 64, 128, 256 columns do not divide its groups of 24'
    expect(made.matrices).toEqual(model.linears.map(({ name }) => ({ name, bits: 32, block: null, note })))
    expect(await deviation(made, weights)).toBeLessThan(1e-5)
  })

  it('is read back with the codes it was written from', async () => {
    const { codes, weights } = coded((_, l) => rtn.code(l, {} as never, { bits: 3, groupSize: 32 }))
    const made = await writeOnnx(place(), model, weights, { codesOf: (name) => codes.get(name) })
    const bytes = readFileSync(made.graph)
    const { graph, places: at } = readExchanged(bytes)
    const data = readFileSync(made.data)
    const partOf = (name: string) => data.subarray(at.get(name)!.offset, at.get(name)!.offset + at.get(name)!.bytes)
    expect(graph.opset).toBe(18)
    expect([...at.keys()]).toEqual(graph.weights.map(({ name }) => name))
    const products = graph.nodes.filter(({ op }) => op === 'MatMulNBits')
    expect(products.map(({ inputs }) => inputs[1]).sort()).toEqual(model.linears.map(({ name }) => `${name}_codes`).sort())
    for (const [i, node] of products.entries()) {
      const { out, in: width, name } = model.linears.find((l) => `${l.name}_codes` === node.inputs[1])!
      expect([node.domain, numberOf(node, 'K', 0), numberOf(node, 'N', 0), numberOf(node, 'bits', 0)]).toEqual(['com.microsoft', width, out, 4]) // prettier-ignore
      const packed = partOf(node.inputs[1]!)
      const read = Uint8Array.from({ length: out * width }, (_, k) => (packed[k >> 1]! >> (4 * (k & 1))) & 15)
      expect(read, `${i}`).toEqual(codes.get(name)!.codes)
      expect(new Float32Array(new Uint8Array(partOf(node.inputs[2]!)).buffer)).toEqual(codes.get(name)!.scale)
    }
    // a graph to run or to differentiate has no place for either
    expect(() => readGraph(bytes)).toThrow(/onnx\/unsupported|com\.microsoft|external data/)
  })
})

describe('an export', () => {
  const folder = makeModelFolder()
  const model = openModel(folder.path)
  afterAll(() => folder[Symbol.dispose]())

  it('replaces neither file and leaves both as they were', async () => {
    for (const name of [ONNX_GRAPH, ONNX_DATA]) {
      const at = place()
      await writeOnnx(at, model, model.weights)
      rmSync(join(at, name === ONNX_GRAPH ? ONNX_DATA : ONNX_GRAPH))
      writeFileSync(join(at, name), 'mine')
      await expect(writeOnnx(at, model, model.weights)).rejects.toMatchObject({ code: 'file/exists' })
      expect(readFileSync(join(at, name), 'utf8')).toBe('mine')
      expect(readdirSync(at)).toEqual([name])
    }
  })

  it('that is stopped leaves nothing behind', async () => {
    const at = place()
    const stop = new AbortController()
    const half = Math.floor(model.weights.names().length / 2)
    const made = writeOnnx(at, model, model.weights, { signal: stop.signal, onWeight: (done) => done === half && stop.abort() })
    await expect(made).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(existsSync(at) ? readdirSync(at) : []).toEqual([])
  })

  it('of the same model is the same bytes', async () => {
    const [one, two] = [await writeOnnx(place(), model, model.weights), await writeOnnx(place(), model, model.weights)]
    expect(readFileSync(one.graph).equals(readFileSync(two.graph))).toBe(true)
    expect(readFileSync(one.data).equals(readFileSync(two.data))).toBe(true)
  })
})
