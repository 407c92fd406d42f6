import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../main/models/tokenizer.ts'
import { corpus } from '../../../main/tasks/world/corpus.ts'
import { worldTokenizer, worldTokenizerConfig } from '../../../main/tasks/world/vocabulary.ts'
import { createWorld } from '../../../main/tasks/world/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-world-'))
writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(worldTokenizer()))
writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(worldTokenizerConfig()))
afterAll(() => rmSync(folder, { recursive: true }))
const tokenizer = openTokenizer(folder, 1024)

describe('the tokenizer of the world', () => {
  it('writes and reads every document of the corpus without loss or unknown words', () => {
    for (const document of corpus(createWorld(0), 0).take(2000)) {
      const ids = tokenizer.encode(document, false)
      expect(ids).not.toContain(0)
      expect(tokenizer.decode(ids)).toBe(document)
    }
  })

  it('has a token for each word, two for a name, and letters for the rest', () => {
    const pieces = (text: string) => tokenizer.encode(text, false).map((id) => tokenizer.piece(id))
    expect(pieces('The animal of tamo is otter.')).toEqual(['The', 'Ġanimal', 'Ġof', 'Ġta', 'mo', 'Ġis', 'Ġotter', '.'])
    expect(pieces('12 + 345')).toEqual(['1', '2', 'Ġ+', 'Ġ3', '4', '5'])
    expect(pieces('Hx')).toEqual(['H', 'x'])
  })

  it('puts BOS before a text where special tokens are asked for', () => {
    expect(tokenizer.encode('The', true)[0]).toBe(tokenizer.bos!.id)
  })
})
