import { pretrain } from './kinds/pretrain.ts'
import { study } from './kinds/study.ts'

/** Every kind of long work there is. */
export const kinds = [study, pretrain] as const
