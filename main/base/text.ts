/** Text ⇄ ids, as far as other rooms need to know: the face of a tokenizer. */
export interface Tokenizer {
  /** Content hash of the files behind it. */
  readonly hash: string
  /** Number of ids of the model, not of the tokenizer: every id it gives is below this. */
  readonly vocabulary: number
  readonly bos: { readonly id: number; readonly text: string } | undefined
  readonly eos: { readonly id: number; readonly text: string } | undefined
  /** Ids of a text. `special` adds the tokens the tokenizer itself would add (such as BOS). */
  encode(text: string, special: boolean): number[]
  /** Text of ids, special tokens left out. */
  decode(ids: readonly number[]): string
  /** The piece of one id as the vocabulary spells it. */
  piece(id: number): string
}

/** Length in Unicode code points, as Python's len(): what acc_norm divides by (lm-evaluation-harness). */
export function codePoints(text: string): number {
  let n = 0
  for (const _ of text) n++
  return n
}

/** The known word nearest to a misspelt one by edit distance, if any is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** A length of time as one says it: "42 s", "3 min 5 s", "2 h 10 min". */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  const minutes = Math.floor(s / 60)
  return minutes < 60 ? `${minutes} min ${s % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
