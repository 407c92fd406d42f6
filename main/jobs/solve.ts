import { unpacked } from '../base/files.ts'
import type { Elsewhere, Result } from '../compress/task.ts'
import type { Engine } from '../engine/session.ts'

/** The work on matrices that consists of products, done beside the runtime of an engine: on the processor, whatever its device. */
export function solverOf(engine: Pick<Engine, 'beside'>): Elsewhere {
  return async (task, signal) => (await engine.beside(MODULE, task, signal)) as Result
}

/** As source, or as it was bundled beside us. */
const MODULE = unpacked(
  new URL(import.meta.url.endsWith('.ts') ? './solve-beside.ts' : './solve-beside.js', import.meta.url).href,
)
