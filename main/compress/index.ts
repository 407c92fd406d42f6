import type { Method } from './method.ts'
import { matched } from './methods/matched.ts'
import { noise } from './methods/noise.ts'
import { plainMethods } from './plain.ts'

/** The compression methods. */
export const methods: readonly Method[] = [...plainMethods, noise, matched]
