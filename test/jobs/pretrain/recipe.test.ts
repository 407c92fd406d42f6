import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { configOf, firstWeights } from '../../../main/jobs/pretrain/model-folder.ts'
import { readRecipe, recipeHash, stepsOf } from '../../../main/jobs/pretrain/recipe.ts'
import { RECIPE } from '../../make/recipe.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-recipe-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'recipe.yaml')
const read = (text: string) => {
  writeFileSync(path, text)
  return readRecipe(path)
}

describe('a recipe', () => {
  it('says all that decides a model, the rest by default', () => {
    const recipe = read(RECIPE)
    expect(recipe).toMatchObject({
      accumulate: 1,
      model: { isTied: true, spread: 0.02 },
      optimiser: { schedule: 'cosine', betas: [0.9, 0.95] },
    })
    expect(stepsOf(recipe)).toBe(24)
  })
  it('has a hash of what decides the numbers, and of nothing else', () => {
    const hash = recipeHash(read(RECIPE))
    expect(recipeHash(read(RECIPE.replace('checkpointEvery: 5', 'checkpointEvery: 6')))).toBe(hash)
    expect(recipeHash(read(`# a remark\n${RECIPE}`))).toBe(hash)
    expect(recipeHash(read(RECIPE.replace('seed: 0\ncheck', 'seed: 1\ncheck')))).not.toBe(hash)
  })
  it.each([
    [
      'a misspelt key, with the right one',
      ['betas', 'floor'],
      ['bettas', 'flor'],
      /did you mean "floor"\? at .*recipe\.yaml:5:50\.$/,
    ],
    ['a number out of range', 'batch: 4', 'batch: 0', /Expected batch as declared .* got 0 \(number\) at .*recipe\.yaml:6:1\.$/],
    ['a text for a number', 'tokens: 1536', 'tokens: 1_536', /text\.tokens .* got "1_536" \(string\) at .*:2:28\.$/],
    ['heads that do not divide the width', 'heads: 2', 'heads: 3', /heads that divide the width of 16 .* got 3 at .*:4:32\.$/],
    ['windows longer than the context', 'length: 16', 'length: 64', /at most the 32 tokens .* got 64 at .*:7:1\.$/],
    ['too little text for its warm-up', 'tokens: 1536', 'tokens: 256', /at least 320 tokens, .* got 256 at .*:2:28\.$/],
    ['what is no YAML', 'batch: 4', 'batch: [4', /Expected YAML at .*recipe\.yaml:/],
  ])('is refused at its line for %s', (_, from, to, message) => {
    const changed = [from].flat().reduce((text, word, i) => text.replace(word, [to].flat()[i]!), RECIPE)
    expect(() => read(changed)).toThrow(message)
  })
  it('is refused where it is not there', () => {
    expect(() => readRecipe(join(folder, 'none.yaml'))).toThrow(expect.objectContaining({ code: 'file/missing' }) as Error)
  })
})

describe('the recipe of the built-in model', () => {
  it('can be read, and makes a model of less than 8 MB in float16', () => {
    const recipe = readRecipe(join(import.meta.dirname, '..', '..', '..', 'resources', 'demo', 'pretrain.yaml'))
    const weights = [...firstWeights(recipe).values()].reduce((sum, { data }) => sum + data.length, 0)
    expect(weights * 2).toBeLessThan(8e6)
    expect(stepsOf(recipe)).toBeGreaterThan(1000)
    expect(configOf(recipe)).toMatchObject({ tie_word_embeddings: true, max_position_embeddings: recipe.model.contextLength })
  })
})
