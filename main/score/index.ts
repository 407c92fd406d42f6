import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { acc } from './acc.ts'
import { accBytes } from './acc_bytes.ts'
import { accNorm } from './acc_norm.ts'
import { bitsPerByte } from './bits_per_byte.ts'
import { brierScore } from './brier_score.ts'
import { bytePerplexity } from './byte_perplexity.ts'
import { contains } from './contains.ts'
import { exactMatch } from './exact_match.ts'
import { f1 } from './f1.ts'
import { mcc } from './mcc.ts'
import { mse } from './mse.ts'
import { pearson } from './pearson.ts'
import { perplexity } from './perplexity.ts'
import type { Scorer } from './scorer.ts'
import { spearmanr } from './spearmanr.ts'
import { squadExact } from './squad_exact.ts'
import { squadF1 } from './squad_f1.ts'
import { tokenPerplexity } from './token_perplexity.ts'
import { wordPerplexity } from './word_perplexity.ts'

/** All scorers. Ids are lm-evaluation-harness's where the number is the same. */
export const scorers: readonly Scorer[] = [
  ...[acc, accNorm, accBytes, mcc, f1, brierScore],
  ...[exactMatch, contains, squadExact, squadF1],
  ...[pearson, spearmanr, mse],
  ...[perplexity, wordPerplexity, bytePerplexity, bitsPerByte, tokenPerplexity],
]

/** The scorer of this id. LabError 'task/scorer' where there is none. */
export function scorerOf(id: string): Scorer {
  const found = scorers.find((scorer) => scorer.id === id)
  if (found) return found
  const known = scorers.map((scorer) => scorer.id)
  const meant = nearest(id, known)
  throw new LabError(
    'task/scorer',
    `Expected one of the scorers ${known.join(', ')}, got "${id}"${meant ? ` (did you mean "${meant}"?)` : ''}.`,
  )
}
