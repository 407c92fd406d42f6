import { z } from 'zod'
import { bySize, type ScoreMethod } from '../method.ts'

const params = z.strictObject({
  // no name for the default: what means the same is written the same, so it is one cell of a study
  threshold: z.enum(['published', 'inclusive']).optional().meta({
    label: 'Threshold',
    description:
      'Where left out, exactly the ⌊n·s⌋ smallest go, ties by lowest index. published: all up to the threshold and its ties go, at most ⌊n·(1 − s)⌋ − 1 stay (paper.md 4.1); inclusive: the ⌊n·s⌋ + 1 smallest and their ties go (paper.md 4.2 b).',
  }),
})

/** Small weights go: score = |w| (Han et al. 2015; all matrices ranked together as in Yin et al. 2024, paper.md 4.1). */
export const magnitude: ScoreMethod<z.output<typeof params>> = {
  kind: 'score',
  id: 'magnitude',
  label: 'Magnitude',
  cite: 'Han et al. 2015, arXiv 1506.02626; one-shot as in Yin et al. 2024, arXiv 2310.02277',
  formula: 'score = |w|',
  about: 'Small weights go. The one-shot pruning of the Junk DNA paper, and the yardstick of the field.',
  cost: 'one pass over the weights',
  needs: [],
  params,
  group: 'model',
  score: bySize,
  cut: ({ threshold }) => threshold ?? 'exact',
}
