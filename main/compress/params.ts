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

/** Bits of one code, a parameter of every method that quantises. */
export const bits = z.int().min(2).max(8).meta({ label: 'Bits', unit: 'bits', description: 'Bits of one weight, 2 to 8.' })

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
  description: 'Columns of a row that share a scale and a zero (from 1); a whole row where left out.',
})
export const symmetric = z
  .boolean()
  .optional()
  .meta({ label: 'Symmetric', description: 'The code of 0 lies in the middle of all codes.' })
