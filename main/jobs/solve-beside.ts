// Work on matrices in the process of an engine. Sent there by solve.ts and by nothing else.
import { drive } from '../compress/products.ts'
import { stepsOf, type MatrixTask } from '../compress/task.ts'
import type { BesideWork } from '../engine/ort.ts'
import { productsIn } from './products.ts'

/** Nobody waits for a turn here: whoever wants the work stopped ends the process. */
const calm = async () => {}

export const work: BesideWork = async (task, runtime) => drive(stepsOf(task as MatrixTask), calm, productsIn(runtime))
