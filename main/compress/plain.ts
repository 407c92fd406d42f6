import type { PlainMethod } from './method.ts'
import { band } from './methods/band.ts'
import { gptq } from './methods/gptq.ts'
import { inverse } from './methods/inverse.ts'
import { magnitude } from './methods/magnitude.ts'
import { random } from './methods/random.ts'
import { rtn } from './methods/rtn.ts'
import { sparsegpt } from './methods/sparsegpt.ts'
import { wanda } from './methods/wanda.ts'

/** Methods that stand by themselves: what noise can be like. */
export const plainMethods: readonly PlainMethod[] = [random, magnitude, inverse, band, wanda, sparsegpt, rtn, gptq]
