import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../main/models/folder.ts'
import { makeModelFolder } from '../make/model.ts'
import { callCli } from '../make/terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-cli-compress-'))
const model = makeModelFolder()
const home = join(folder, 'home')
const type = (...words: string[]) => callCli(words, folder, home)
beforeAll(() => writeFileSync(join(folder, 'text.txt'), 'the cat sat on a mat and ate an old rat in the rain '.repeat(20)))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  model[Symbol.dispose]()
})

const SMALL = ['--calibration', 'text.txt', '--nsamples', '2', '--length', '16', '--threads', '1']

describe('lab compress', () => {
  it('makes a folder, says what it is about to do, what it takes and what came of it', async () => {
    const { code, out, err } = await type('compress', model.path, '--method', 'wanda', '--sparsity', '0.5', ...SMALL, '--out', 'half', '--seed', '3') // prettier-ignore
    expect(code, err).toBe(0)
    expect(err).toMatch(
      /tiny: wanda 0\.5 row, text\.txt: 2 × 16 tokens, blocks\n[^]*\nEstimate: \d+ s \(forward \d+ s, .*\), [\d.]+ [MG]B of memory\./,
    )
    expect(out).toMatch(/Made in \d+ s:\n {2}\/.*half\n/)
    expect(out).toMatch(/model\.layers\.1 +1,9\d\d +50\.00 % +16\.00 +0\.\d+/)
    expect(out).toMatch(/are 0 \(50\.00 %\)\.\nRead back: every number as it was compressed; logits of \d+ tokens 0 apart/)
    expect(out).toMatch(/Note: Zeros are stored as zeros/)
    expect(out).toMatch(/Took \d+ s and .*; estimated \d+ s and .*B\./)
    expect(out).toMatch(/\nhalf +numbers +50\.0 %[^]*Zeros alone make no dense graph smaller or faster/)
    expect(openModel(join(folder, 'half')).parameters).toBe(openModel(model.path).parameters)
    const again = await type('compress', model.path, '--prune_method', 'wanda', '--sparsity_ratio', '0.5', ...SMALL, '--out', 'half', '--seed', '3') // prettier-ignore
    expect(again.out).toMatch(/^Made before, and left as it is:/)
  })
  it('takes a recipe file, with flags over it, and wanda’s word for a pattern', async () => {
    writeFileSync(join(folder, 'recipe.yaml'), 'method: magnitude\nsparsity: 0.3\ngroup: row\n')
    const { code, out, err } = await type('compress', model.path, '--recipe', 'recipe.yaml', '--sparsity', '0.6', '--exclude', 're:.*mlp', '--out', 'mixed', '--json') // prettier-ignore
    expect(code, err).toBe(0)
    const { note } = JSON.parse(out) as { note: { label: string; ledger: { name: string; asked: number }[] } }
    expect(note.label).toBe('magnitude 0.6 row')
    for (const { name, asked } of note.ledger) expect(asked).toBe(name.includes('mlp') ? 0 : 0.6)
    const wanda = await type(
      'compress',
      model.path,
      '--method',
      'random',
      '--sparsity_type',
      '1:4',
      '--out',
      'wanda',
      '--no-size',
    )
    expect(wanda.err).toContain('1:4 as that tool means it: 1 of each 4 weights are removed, 3 are kept.')
    expect(wanda.out).toContain('25.00 %')
    expect(wanda.out).not.toContain('Zeros alone')
  })
  it.each([
    ['no --out', ['compress', 'm', '--method', 'rtn'], 2, /Expected --out <folder>/],
    ['no model', ['compress', '--out', 'x'], 2, /Expected the folder of a model, got nothing/],
    [
      'a pattern that is none',
      ['compress', 'm', '--out', 'x', '--pattern', '2-4'],
      2,
      /free or keep:of, such as 2:4, after --pattern, got "2-4"/,
    ],
    [
      'a number that is none',
      ['compress', 'm', '--out', 'x', '--sparsity', 'half'],
      2,
      /Expected a number after --sparsity, got "half"/,
    ],
    [
      'a parameter without a value',
      ['compress', 'm', '--out', 'x', '--param', 'damping'],
      2,
      /name=value after --param, got "damping"/,
    ],
    [
      'a format that is none',
      ['compress', 'm', '--out', 'x', '--format', 'hf,gguf'],
      2,
      /Expected hf, onnx or both after --format/,
    ],
    [
      'two spellings of one flag',
      ['compress', 'm', '--out', 'x', '--samples', '1', '--nsamples', '2'],
      2,
      /one of --samples and --nsamples/,
    ],
    [
      'a recipe beside --redo',
      ['compress', '--out', 'x', '--redo', 'l', '--method', 'rtn'],
      2,
      /Expected no --method beside --redo/,
    ],
    ['a model that does not come with the lab', ['compress', 'lab:demo/none', '--out', 'x'], 1, /resources.demo.none/],
    ['nothing to redo', ['compress', '--out', 'x', '--redo', 'l'], 1, /Expected an unfinished compression into .*x, found none/],
  ])('is told %s', async (_, words, wanted, message) => {
    const { code, err } = await type(...words)
    expect([code, err]).toEqual([wanted, expect.stringMatching(message) as string])
  })
  it.each([
    [
      'a method that is not there',
      'method: magnitud\nsparsity: 0.5',
      /for method, got "magnitud" \(string\) at .*recipe\.yaml:1:1/,
    ],
    ['a misspelt key', 'method: magnitude\nsparsty: 0.5', /got "sparsty"; did you mean "sparsity"\? at .*recipe\.yaml:2:1/],
    ['a list of levels', 'method: magnitude\nsparsity: [0.5, 0.6]', /Expected one level, not lists of them, got 2/],
    ['nothing to do', 'method: magnitude\nsparsity: 0', /Expected a sparsity above 0/],
    ['what is no YAML', 'method: [', /Expected YAML at .*recipe\.yaml/],
  ])('is told at its line of a recipe with %s', async (_, text, message) => {
    writeFileSync(join(folder, 'recipe.yaml'), text)
    const { code, err } = await type('compress', model.path, '--recipe', 'recipe.yaml', '--out', 'refused')
    expect([code === 0, err]).toEqual([false, expect.stringMatching(message) as string])
    expect(existsSync(join(folder, 'refused'))).toBe(false)
  })
})

describe('lab masks', () => {
  it('lists what is kept, shows what stays, and sets two models against each other', async () => {
    await type('compress', model.path, '--method', 'magnitude', '--group', 'row', '--sparsity', '0.5', '--out', 'magnitude')
    await type('compress', model.path, '--method', 'inverse', '--group', 'row', '--sparsity', '0.5', '--out', 'inverse')
    const list = await type('masks', 'list', '--json')
    const kept = JSON.parse(list.out) as { hash: string; out: number; in: number }[]
    expect(kept.length).toBeGreaterThan(14)
    const shown = await type('masks', 'show', 'magnitude', '--csv')
    expect(shown.out).toMatch(/^matrix,out,in,kept,sparsity\nmodel\.layers\.0\.self_attn\.q_proj\.weight,16,16,128,0\.5\n/)
    expect(shown.err).toBe('magnitude (magnitude 0.5 row), by the masks of its compression\n')
    const one = await type('masks', 'show', kept[0]!.hash)
    expect(one.out).toContain(kept[0]!.hash.slice(0, 16))
    const diff = await type('masks', 'diff', 'magnitude', 'inverse', '--json')
    const { total, layers } = JSON.parse(diff.out) as { total: Record<string, number>; layers: unknown[] }
    // what the one keeps is what the other removes
    expect(total).toMatchObject({ both: 0, neither: 0, jaccard: 0, onlyA: total.weights! / 2, onlyB: total.weights! / 2 })
    expect(layers).toHaveLength(2)
    const dense = await type('masks', 'diff', 'magnitude/compression.json', model.path)
    expect(dense.err).toContain('B: tiny, by its weights that are not 0')
    expect(dense.out).toMatch(/all +\d,\d{3} +50\.00 % +0\.00 % +50\.00 % +0\.00 % +0\.5000/)
  })
  it.each([
    ['a verb that is none', ['masks', 'dif', 'a', 'b'], 2, /"masks list", "masks show <folder>" or "masks diff <a> <b>"/],
    ['a mask that is not kept', ['masks', 'show', '0'.repeat(64)], 1, /Expected a mask that is kept in .*masks, got 0{64}/],
    ['a folder that is not there', ['masks', 'show', 'nowhere'], 1, /nowhere/],
  ])('is told %s', async (_, words, wanted, message) => {
    const { code, err } = await type(...words)
    expect([code, err]).toEqual([wanted, expect.stringMatching(message) as string])
  })
})
