import type { Rules } from '../vjp.ts'
import { arith } from './arith.ts'
import { gathers } from './gather.ts'
import { matmul } from './matmul.ts'
import { nonlinear } from './nonlinear.ts'
import { reduce } from './reduce.ts'
import { shape } from './shape.ts'

/** Every operator that a gradient can pass, or is stopped at. */
export const rules = { ...arith, ...matmul, ...reduce, ...nonlinear, ...shape, ...gathers } satisfies Rules
