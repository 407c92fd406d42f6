import { sha256 } from '../../main/base/files.ts'
import type { Tokenizer } from '../../main/base/text.ts'

/** What a made tokenizer adds by itself, and which token stands where nothing does. */
export interface TokenizerShape {
  readonly addsBos: boolean
  readonly bos: boolean
  readonly eos: boolean
}

/** A tokenizer that takes the longest piece it knows at every place; what it does not know has no id. BOS is <s>, EOS is </s>. */
export function makeTokenizer(pieces: readonly string[], shape: Partial<TokenizerShape> = {}): Tokenizer {
  const { addsBos, bos, eos } = { addsBos: true, bos: true, eos: true, ...shape }
  const all = ['<s>', '</s>', ...pieces]
  const longest = [...all.keys()].sort((a, b) => all[b]!.length - all[a]!.length)
  function encode(text: string): number[] {
    const ids: number[] = []
    for (let at = 0; at < text.length;) {
      const id = longest.find((id) => text.startsWith(all[id]!, at))
      if (id !== undefined) ids.push(id)
      at += id === undefined ? 1 : all[id]!.length
    }
    return ids
  }
  return {
    hash: sha256(all.join('\n')),
    vocabulary: all.length,
    bos: bos ? { id: 0, text: '<s>' } : undefined,
    eos: eos ? { id: 1, text: '</s>' } : undefined,
    encode: (text, special) => [...(special && addsBos ? [0] : []), ...encode(text)],
    decode: (ids) => ids.map((id) => (id < 2 ? '' : all[id]!)).join(''),
    piece: (id) => all[id]!,
  }
}
