import { RESAMPLES } from '../measured.ts'
import { whole } from '../../charts/words.ts'

/** How to read the numbers: each word that tables and figures use, and what it means here. */
export const TERMS: readonly (readonly [term: string, meaning: string])[] = [
  ['Sparsity', 'Fraction of zeros over all matrices that were compressed; embeddings and norms are not among them.'],
  [
    'N of M kept',
    'Of each M consecutive inputs of a matrix row, N weights stay. Code often names the zeros instead: “2 of 8 kept” is 6:8 there.',
  ],
  [
    'Drop',
    '1 − score / dense score of the same task; for scores of which less is better, such as perplexity, score / dense score − 1. Positive is worse. In percent of dense.',
  ],
  [
    'At the floor',
    'The interval of a score reaches down to what the best constant answer scores, or lies below it. Such a task has nothing left to lose.',
  ],
  [
    'Chance',
    'What the best constant answer scores on these very items: the most frequent label or words; where options differ from item to item, the mean of 1 / options.',
  ],
  ['Dense not above chance', 'The same is true of the uncompressed model, so that compression cannot show any drop.'],
  [
    'τ',
    'Kendall’s tau-b between difficulty and drop, over tasks that are not at the floor. +1: the harder, the more is lost; −1: the reverse; 0: no order.',
  ],
  [
    'Axis',
    'Tasks of one family that differ in nothing but one level, such as how many options there are. Its τ is over those levels alone: levels of different axes have no common scale.',
  ],
  [
    'Verdict',
    'Supported, not supported or inconclusive, by a rule that was fixed beforehand and stands with it. “Not supported” needs evidence: a refutation, or an effect shown to be small. Its p is one-sided and corrected (Holm) over all that the hypothesis was asked of, controls among them.',
  ],
  [
    'Would have been seen',
    'The smallest effect that four of five such studies show at 5 %, one-sided. What is smaller may be there all the same.',
  ],
  [
    'Trained alike',
    'Where models are trained on after compression, dense is the uncompressed model after the same training: same items, steps, rate and order.',
  ],
  [
    'Intervals',
    `95 %, ${whole(RESAMPLES)} resamples, drawn alike each time. Of scores and drops: paired bootstrap, the same resampled items dense and compressed; they speak of other items of these tasks, not of other tasks. Where a task’s items are all right, or all wrong, no resample of it differs: its score has Wilson’s interval, but its drop may be a point without width. Of τ: bootstrap over tasks.`,
  ],
  [
    'p',
    'Of τ: two-sided, exact without ties, else by the normal approximation. Many levels are tested at once; Holm’s correction is in the summary.',
  ],
]
