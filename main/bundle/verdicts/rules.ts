import type { VerdictRow } from '../../../preload/contract.ts'

/** Where every rule draws its lines. Fixed before any study was judged by them (DECISIONS.md); nothing is set by what comes out. */
export const LINES = {
  /** Of p after Holm's correction, one-sided. */
  alpha: 0.05,
  /** Differences within so much of dense are no difference: equivalence tests, and rises that are none. */
  margin: 0.02,
  /** A step against the claimed order must be larger than this, for sure, to count against it. */
  step: 0.01,
  /** Losses that H2b looks for. */
  eps: [0.01, 0.05],
  /** A loss worth speaking of: what must be gone before it can come back, and what "close to dense" allows. */
  lost: 0.05,
  /** Far below 1, for the share that comes back; much smaller, for separations. */
  half: 0.5,
  /** Mean drop from which on a model counts as collapsed. */
  collapse: 0.5,
} as const

type Hypothesis = VerdictRow['hypothesis']

/** What the paper says (paper.md 1.3), and by which rule a study answers. */
export const RULES: Readonly<Record<Hypothesis, { readonly claim: string; readonly rule: string }>> = {
  H1: {
    claim: 'The more weights go, the larger the drop: for every task by itself, drop never falls as compression grows.',
    rule: 'Supported: drops follow the levels of compression better than in random order (isotonic regression, p < 0.05 after Holm) and no step between neighbouring levels goes down by more than 1 point for sure. Not supported: such a step there is (Holm over all steps, then over scopes), or one step is larger than 1 point and all steps down together are more than other items would bring (bootstrap about the isotonic fit). Else inconclusive.', // prettier-ignore
  },
  H2: {
    claim: 'Pruned alike, harder tasks lose more.',
    rule: 'Of levels of compression at which something is lost for sure and two conditions stand above the floor; in raw drop and in drop corrected for chance, whichever says less. Along an axis, supported: the line of drop on difficulty rises (joint bootstrap, p < 0.05 after Holm) and no harder level loses over 1 point less than its easier neighbour for sure; not supported: the rise from easiest to hardest stays below 2 points for sure, or such a neighbour is there and no rise is. Over tasks, supported: Page’s L beats the same with difficulties dealt out to whole curves at random (p < 0.05 after Holm); not supported: the rise stays below 2 points for sure, tasks resampled; a difficulty fitted to the compressed models’ own answers (item-response) supports nothing. Else inconclusive.', // prettier-ignore
  },
  H2b: {
    claim: 'Easy tasks tolerate more: the sparsity up to which no more than eps is lost falls with difficulty.',
    rule: 'In raw drop and in drop corrected for chance, whichever says less. Supported: tau of difficulty and critical sparsity is below zero (along an axis by joint bootstrap, over tasks by permutation; p < 0.05 after Holm). Not supported: it falls by less than 2 points of sparsity from easiest to hardest for sure, and no critical sparsity lies beyond the levels looked at. Where both hold, and else, inconclusive.', // prettier-ignore
  },
  H3: {
    claim: 'The loss is irreversible: small weights that start again from zero do not bring the dense score back.',
    rule: 'Of levels at which training without the small weights ends more than 5 points below dense for sure. Supported: sparse-to-dense stays more than 2 points below dense (p < 0.05 after Holm) and the share of the loss it brings back is below one half (upper end of its interval). Not supported: it comes within 2 points of dense for sure (after Holm), or brings back more than half (lower end). Else inconclusive. Under more and more steps: the same of the longest training, at least four times the shortest.', // prettier-ignore
  },
  H4: {
    claim: 'The values matter, not the capacity: small weights held at their pre-trained values keep the score.',
    rule: 'Supported: at the levels of H3 freezing beats sparse-to-dense (p < 0.05 after Holm), and over all levels it ends less than 5 points below dense for sure (interval of the mean). Not supported: at some level it ends more than 5 points below dense for sure (Holm over levels, then over scopes), or at the levels of H3 it beats sparse-to-dense by less than 2 points for sure. Else inconclusive.', // prettier-ignore
  },
  H5: {
    claim: 'H1 and H2 hold for every way of pruning, pattern and model that was tried.',
    rule: 'Supported: at least two ways of pruning (method, pattern or model) that are no controls were tried, and H1 and H2 are supported in each. Not supported: H1 or H2 is not supported in one of them. Else inconclusive. No test of its own: p is the largest of theirs.', // prettier-ignore
  },
  H6: {
    claim: 'Fewer bits do not separate hard from easy tasks as pruning does.',
    rule: 'Separation: drop of the hardest condition minus drop of the easiest (over tasks: hardest and easiest third), before mean drop passes one half, pruning interpolated to the bits’ memory (index ignored; or one bit a weight charged for the mask) or output error. Supported: pruning separates more (p < 0.05 after Holm) and quantisation at most half as much. Not supported: quantisation separates at least as much, to 2 points, for sure (after Holm), where pruning’s separation is shown. Else inconclusive.', // prettier-ignore
  },
}

/** Methods that remove or disturb other weights than the small ones: what they show as well is not specific to small weights. */
export const CONTROLS: readonly string[] = ['random', 'inverse', 'noise', 'matched']
