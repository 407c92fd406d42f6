import type { Method } from './method.ts'
import { band } from './methods/band.ts'
import { inverse } from './methods/inverse.ts'
import { magnitude } from './methods/magnitude.ts'
import { random } from './methods/random.ts'

/** The compression methods. */
export const methods: readonly Method[] = [random, magnitude, inverse, band]
