import type { Architecture } from './architecture.ts'
import { llama } from './llama.ts'

/** The architectures that can be read; the order here is the order on screen. */
export const architectures: readonly Architecture[] = [llama]
