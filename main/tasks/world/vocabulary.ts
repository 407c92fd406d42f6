import type { Json } from '../../base/json.ts'
import { LEXICON, SYLLABLES } from './lexicon.ts'

const SPACE = 'Ġ' // how byte-level vocabularies spell a space
const BOS = '<s>'
const EOS = '</s>'
const UNKNOWN = '<unk>'

/**
 * The tokenizer of the built-in model, as tokenizer.json: a token for each word of the lexicon, each syllable, digit and mark, with and
 * without a space before it; any other word is spelt in letters.
 */
export function worldTokenizer(): Json {
  const letters = [...'abcdefghijklmnopqrstuvwxyz', ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const digits = [...'0123456789']
  const pieces = [...letters, ...digits, ...SYLLABLES, ...LEXICON]
  const marks = [...'.,:;?=+-!\'"()']
  const tokens = [
    ...new Set([
      UNKNOWN,
      BOS,
      EOS,
      SPACE,
      ...pieces,
      ...pieces.map((piece) => SPACE + piece),
      ...marks,
      ...marks.map((mark) => SPACE + mark),
    ]),
  ]
  const merges = [
    ...SYLLABLES.map(([consonant, vowel]) => [consonant!, vowel!]),
    ...[...SYLLABLES, ...letters, ...digits, ...marks].map((piece) => [SPACE, piece]),
  ]
  const special = [UNKNOWN, BOS, EOS].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: ' ?[A-Za-z]+| ?[0-9]| ?[^ A-Za-z0-9]| ' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: BOS, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [
        { SpecialToken: { id: BOS, type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 1 } },
      ],
      special_tokens: { [BOS]: { id: BOS, ids: [1], tokens: [BOS] } },
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...{ type: 'BPE', dropout: null, unk_token: UNKNOWN, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: true },
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  }
}

/** The tokenizer_config.json beside it. */
export function worldTokenizerConfig(): Json {
  return {
    ...{
      tokenizer_class: 'PreTrainedTokenizerFast',
      add_bos_token: true,
      add_eos_token: false,
      clean_up_tokenization_spaces: false,
    },
    ...{ bos_token: BOS, eos_token: EOS, unk_token: UNKNOWN, model_max_length: 256 },
  }
}
