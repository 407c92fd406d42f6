import { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { PlainMethod } from './method.ts'
import { bits } from './params.ts'
import { plainMethods } from './plain.ts'

/** Which method noise is like, and how that is set. */
export interface Like {
  readonly like: string
  readonly with?: Readonly<Record<string, Json>> | undefined
  readonly bits?: number | undefined
}

const shape = z.strictObject({
  like: z.enum(plainMethods.map(({ id }) => id) as [string, ...string[]]).meta({
    label: 'Like',
    description: 'Method that is matched, at the sparsity, pattern or bits of the level.',
  }),
  with: z
    .record(z.string(), z.json())
    .optional()
    .meta({ label: 'With', description: 'Parameters of the method that is matched; its own defaults where left out.' }),
  bits: bits.optional(),
})

/** Parameters of noise: checked by the method that is named, and written as that would write them. */
export const likeParams: z.ZodType<Like> = shape.transform((given, context) => {
  const { method, params } = likeOf(given)
  if (method.kind === 'code' && given.bits === undefined) {
    context.issues.push({ code: 'custom', message: `bits for ${method.id}, which quantises`, input: given, path: [] })
    return z.NEVER
  }
  if (method.kind !== 'code' && given.bits !== undefined) {
    context.issues.push({
      code: 'custom',
      message: `no bits for ${method.id}, which removes weights`,
      input: given.bits,
      path: ['bits'],
    })
    return z.NEVER
  }
  const parsed = method.params.safeParse(params)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue!.path[0] === 'bits' ? issue!.path : ['with', ...issue!.path]
    context.issues.push({
      code: 'custom',
      message: `what ${method.id} declares (${issue!.message})`,
      input: given,
      path: [...path],
    })
    return z.NEVER
  }
  const { bits, ...others } = parsed.data as Readonly<Record<string, Json>>
  const isSet = Object.keys(others).length > 0
  return { like: given.like, ...(isSet && { with: others }), ...(typeof bits === 'number' && { bits }) }
})

/** The method that is matched, and its parameters. */
export function likeOf({ like, with: others, bits }: Like): {
  readonly method: PlainMethod
  readonly params: Readonly<Record<string, Json>>
} {
  const method = plainMethods.find(({ id }) => id === like)!
  return { method, params: { ...others, ...(bits !== undefined && { bits }) } }
}
