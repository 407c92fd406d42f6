import type { AnyAxis } from './axis.ts'
import { context } from './context.ts'
import { form } from './form.ts'
import { options } from './options.ts'
import { passages } from './passages.ts'
import { rarity } from './rarity.ts'
import { shots } from './shots.ts'

/** Axes that work on any task they fit; the order here is the order on screen. */
export const axes: readonly AnyAxis[] = [options, context, passages, shots, form, rarity]
