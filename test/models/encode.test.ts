import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeText } from '../../main/models/encode.ts'
import { openTokenizer } from '../../main/models/tokenizer.ts'
import { golden } from '../make/golden.ts'

interface Trained {
  readonly tokenizer: unknown
  readonly config: unknown
  readonly vocabulary: number
  readonly cases: readonly { readonly text: string }[]
}
const { models } = golden<{ readonly models: Readonly<Record<string, Trained>> }>('tokenizers-rust.json')
const root = mkdtempSync(join(tmpdir(), 'lab-encode-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A tokenizer of each way to cut a text into words, and a text with all that is odd in it. */
const opened = Object.entries(models).map(([name, { tokenizer, config, vocabulary, cases }]) => {
  const folder = mkdtempSync(join(root, name))
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
  const text = cases.map((one) => one.text).join('\n')
  return { name, folder, tokenizer: openTokenizer(folder, vocabulary), text }
})
const ask = (
  of: (typeof opened)[number],
  text: string,
  signal = new AbortController().signal,
  onWait = (_: number | null) => {},
) => encodeText(of, text, { signal, onWait })

describe('the ids of a text', () => {
  it.each(opened)('are those of its tokenizer, in a thread or not: $name', async (one) => {
    const long = one.text.repeat(Math.ceil(20_000 / one.text.length))
    for (const text of ['', one.text, long]) {
      expect(Buffer.compare(Buffer.from((await ask(one, text)).buffer), bytesOf(one.tokenizer.encode(text, false)))).toBe(0)
    }
  })
  it('are given up within a second while other work has its turn', async () => {
    const stop = new AbortController()
    const waits: (number | null)[] = []
    let turns = 0
    const clock = setInterval(() => turns++, 10)
    setTimeout(() => stop.abort(), 1500)
    const text = 'the cat sat on a mat and ate an old rat in the rain '.repeat(100_000)
    const began = performance.now()
    await expect(ask(opened[0]!, text, stop.signal, (ms) => waits.push(ms))).rejects.toMatchObject({ code: 'engine/stopped' })
    clearInterval(clock)
    expect(performance.now() - began).toBeLessThan(2500)
    // of some 150
    expect(turns).toBeGreaterThan(30)
    expect(waits.length).toBeGreaterThan(0)
  })
  it('are not those of a tokenizer that was changed meanwhile', async () => {
    const folder = mkdtempSync(join(root, 'changed'))
    const { tokenizer, config, vocabulary } = models[opened[0]!.name]!
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
    const before = openTokenizer(folder, vocabulary)
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
    await expect(ask({ ...opened[0]!, folder, tokenizer: before }, 'a '.repeat(10_000))).rejects.toMatchObject({
      code: 'model/tokenizer',
      message: expect.stringContaining('found it changed') as string,
    })
  })
})

const bytesOf = (ids: readonly number[]) => Buffer.from(Int32Array.from(ids).buffer)
