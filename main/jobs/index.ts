import { study } from './kinds/study.ts'

/** Every kind of long work there is. */
export const kinds = [study] as const
