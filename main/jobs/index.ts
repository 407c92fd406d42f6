import { compress } from './kinds/compress.ts'
import { pretrain } from './kinds/pretrain.ts'
import { study } from './kinds/study.ts'

/** Every kind of long work there is. */
export const kinds = [study, pretrain, compress] as const
