import { createRng } from '../../main/base/rng.ts'
import type { GenerateRequest, Language, ScoreOptions, TokenRequest } from '../../main/engine/language.ts'

/** ln p(next | last) of a made-up language whose words depend on the one before and on nothing else. */
export type Bigram = (last: number, next: number) => number

/** A bigram language of `vocabulary` words with its own likings. */
export function makeBigram(vocabulary: number, seed: number): Bigram {
  const rng = createRng(seed)
  const rows = Array.from({ length: vocabulary }, () => {
    const likings = Array.from({ length: vocabulary }, () => 6 * rng.float())
    const total = Math.log(likings.reduce((sum, x) => sum + Math.exp(x), 0))
    return likings.map((x) => x - total)
  })
  return (last, next) => rows[last]![next]!
}

/** That language at the engine's door, with every request it was asked. */
export interface BigramLanguage extends Language {
  readonly scored: TokenRequest[]
  readonly written: GenerateRequest[]
}

export function makeLanguage(bigram: Bigram, vocabulary: number): BigramLanguage {
  const scored: TokenRequest[] = []
  const written: GenerateRequest[] = []
  const likeliest = (last: number) => {
    let best = 0
    for (let next = 1; next < vocabulary; next++) if (bigram(last, next) > bigram(last, best)) best = next
    return best
  }
  const write = ({ ids, maxTokens, stopIds, isEnough }: GenerateRequest): Int32Array => {
    const made: number[] = []
    for (let last = ids.at(-1)!; made.length < maxTokens;) {
      last = likeliest(last)
      if (stopIds.includes(last)) break
      made.push(last)
      if (isEnough?.(made)) break
    }
    return Int32Array.from(made)
  }
  const finish = <T>(answers: T[], options: ScoreOptions) => {
    options.signal?.throwIfAborted()
    options.onTokens?.(answers.length, answers.length)
    return Promise.resolve(answers)
  }
  return {
    scored,
    written,
    use: () => Promise.resolve(),
    score(requests, options) {
      scored.push(...requests)
      const answers = requests.map(({ ids, scored: count }) => {
        const from = ids.length - count
        const pairs = [...ids.subarray(from)].map((next, i) => [ids[from + i - 1]!, next] as const)
        return {
          logprobs: Float32Array.from(pairs, ([last, next]) => bigram(last, next)),
          isGreedy: pairs.every(([last, next]) => likeliest(last) === next),
        }
      })
      return finish(answers, options)
    },
    generate(requests, options) {
      written.push(...requests)
      return finish(requests.map(write), options)
    },
    close: () => Promise.resolve(),
  }
}
