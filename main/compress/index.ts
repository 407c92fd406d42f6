import type { Method } from './method.ts'
import { band } from './methods/band.ts'
import { gptq } from './methods/gptq.ts'
import { inverse } from './methods/inverse.ts'
import { magnitude } from './methods/magnitude.ts'
import { random } from './methods/random.ts'
import { rtn } from './methods/rtn.ts'
import { sparsegpt } from './methods/sparsegpt.ts'
import { wanda } from './methods/wanda.ts'

/** The compression methods. */
export const methods: readonly Method[] = [random, magnitude, inverse, band, wanda, sparsegpt, rtn, gptq]
