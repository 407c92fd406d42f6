import { z } from 'zod'
import { diffOf, rowsOf } from '../jobs/masks/masks.ts'
import { openMaskSet } from '../jobs/masks/source.ts'
import { openMasks } from '../store/masks.ts'
import type { Calls } from './call.ts'

const path = z.string().min(1)

/** Which weights stayed. */
export const masks = {
  'masks.list': {
    argument: z.null(),
    run: ({ home }) => openMasks(home).list(),
  },
  'masks.show': {
    argument: z.strictObject({ path }),
    run({ home }, { path }) {
      const set = openMaskSet(path, openMasks(home))
      const { name, from, label } = set
      return { set: { name, from, label }, matrices: rowsOf(set) }
    },
  },
  'masks.diff': {
    argument: z.strictObject({ a: path, b: path }),
    run({ home }, { a, b }) {
      const kept = openMasks(home)
      return diffOf(openMaskSet(a, kept), openMaskSet(b, kept))
    },
  },
} satisfies Partial<Calls>
