import { z } from 'zod'

/**
 * Parameters that all have a default. One that is given as its default counts as left out: what means the same is written the same, so
 * that it is one cell of a study and one name in tables.
 */
export function withDefaults<S extends z.ZodRawShape, D extends object>(shape: S, defaults: D) {
  const told = Object.entries(shape).map(([name, type]) => {
    const known = name in defaults ? { default: Reflect.get(defaults, name) as unknown } : {}
    return [name, (type as z.ZodType).meta({ ...(type as z.ZodType).meta(), ...known })]
  })
  return z.strictObject(Object.fromEntries(told) as S).transform((given) => {
    const others = Object.entries(given).filter(([name, value]) => value !== undefined && value !== Reflect.get(defaults, name))
    return Object.fromEntries(others) as z.output<z.ZodObject<S>>
  })
}

/** Parameters with their defaults where left out. */
export function filled<D extends object, P extends object>(defaults: D, given: P): Omit<P, keyof D> & D {
  return { ...defaults, ...given }
}

/** A parameter of every method that quantises: bits of one code, or 16 for none. */
export const bits: z.ZodType<number> = z.literal([2, 3, 4, 5, 6, 7, 8, 16]).meta({
  label: 'Bits',
  unit: 'bits',
  description: 'Bits of one weight, 2 to 8; 16 rounds to float16.',
})
/** What shares a scale and a zero where there are no groups of columns. */
export const per = z
  .enum(['row', 'tensor'])
  .optional()
  .meta({ label: 'Scales', description: 'What shares a scale and a zero: each row, or the whole matrix.' })
export const shrink = z.boolean().optional().meta({
  label: 'Shrink',
  description: 'Tries 80 narrower ranges and takes the one with the least Σ|Q(w) − w|^2.4 (paper.md 4.8).',
})
export const range = z.literal('published').optional().meta({
  label: 'Range',
  description:
    'Of symmetric grids over weights none of which is negative: [−max, max] where left out; published: [0, max], which leaves half of the codes beyond it.',
})

/** Parameters of the sweeps that make up for what they change. */
export const damping = z.number().min(0).max(1).optional().meta({
  label: 'Damping',
  unit: 'of the mean diagonal',
  description: 'Added to the diagonal of the Hessian before it is inverted, as a share of its mean (0 to 1).',
})
export const blockSize = z
  .int()
  .min(1)
  .max(4096)
  .optional()
  .meta({ label: 'Block', unit: 'columns', description: 'Columns that are decided together (from 1).' })
export const groupSize = z.int().min(1).optional().meta({
  label: 'Group',
  unit: 'columns',
  description: 'Columns of a row that share a scale and a zero (from 1); a whole row where left out. Not beside per: tensor.',
})
export const symmetric = z
  .boolean()
  .optional()
  .meta({ label: 'Symmetric', description: 'The code of 0 lies in the middle of all codes.' })

/** One thing says what shares a scale. */
export function checkScales(
  { per, groupSize }: { readonly per?: string | undefined; readonly groupSize?: number | undefined },
  context: { addIssue(issue: { code: 'custom'; message: string; path: string[] }): void },
): void {
  if (per === 'tensor' && groupSize !== undefined) {
    context.addIssue({ code: 'custom', message: 'no groupSize where the whole matrix shares a scale', path: ['groupSize'] })
  }
}
